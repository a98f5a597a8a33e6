"""What every page shows around itself: the hub's name, who is signed in, and where they may go."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from access.context import actor_or_none
from access.roles import Capability


@dataclass(frozen=True)
class NavigationItem:
    label: str
    url: str
    current: bool


# Label, named URL, and the capability that shows it.
NAVIGATION = (
    ("Triage queue", "triage", Capability.TRIAGE),
    ("My cases", "my_cases", Capability.TRIAGE),
    ("Partner responses", "partner_responses", Capability.ROUTE),
    ("Referrals", "partner_queue", Capability.ANSWER_REFERRAL),
    ("Feeds", "feeds", Capability.SEE_FEEDS),
    ("Dashboard", "dashboard", Capability.SEE_DASHBOARD),
    ("Pathways", "pathways", Capability.SEE_PATHWAYS),
    ("Agencies", "agencies", Capability.ADMINISTER_AGENCY),
    ("Access log", "access_log", Capability.SEE_ACCESS_LOG),
)


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor: `hub_name`, `place`, `navigation` and `actor` for templates/base.html."""
    actor = actor_or_none()
    items = []
    if actor is not None:
        for label, name, capability in NAVIGATION:
            if actor.can(capability):
                url = reverse(name)
                items.append(NavigationItem(label, url, request.path.startswith(url)))
    return {"hub_name": settings.HUB_NAME, "place": settings.HUB_PLACE, "navigation": items, "actor": actor}
