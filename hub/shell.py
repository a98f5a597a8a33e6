"""What every page shows around itself: the hub's name, who is signed in, and where they may go."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from access.actor import Actor
from access.context import actor_or_none
from access.queries.log import open_faults
from access.roles import Capability
from agencies.telling import MOST_UNREAD, unread_count
from hub.sessions import ends_at
from referrals.queries.restricted import reviews_waiting


@dataclass(frozen=True)
class NavigationItem:
    label: str
    url: str
    current: bool
    key: str = ""


# Label, named URL, and the capability that shows it.
NAVIGATION = (
    ("Triage queue", "triage", Capability.TRIAGE),
    ("My cases", "my_cases", Capability.TRIAGE),
    ("My tasks", "my_tasks", Capability.TRIAGE),
    ("Diary", "diary", Capability.TRIAGE),
    ("The same person?", "review_pairs", Capability.TRIAGE),
    ("Clocks", "clock_list", Capability.SEE_CASES),
    ("Partner responses", "partner_responses", Capability.ROUTE),
    ("Referrals", "partner_queue", Capability.ANSWER_REFERRAL),
    ("Conferences", "conferences", Capability.SEE_CONFERENCES),
    ("Places", "services", Capability.SET_CAPACITY),
    ("Notices", "rights_notices", Capability.ANSWER_REFERRAL),
    ("Rights", "rights_requests", Capability.DECIDE_RIGHTS),
    ("What we sent", "sent", Capability.SEE_SENT),
    ("Who we referred", "sent", Capability.SEE_REFERRED),
    ("New referral", "new_referral", Capability.REFER),
    ("Feeds", "feeds", Capability.SEE_FEEDS),
    ("On call", "on_call", Capability.SEE_CASES),
    ("Dashboard", "dashboard", Capability.SEE_DASHBOARD),
    ("Pathways", "pathways", Capability.SEE_PATHWAYS),
    ("Agencies", "agencies", Capability.ADMINISTER_AGENCY),
    ("Restricted records", "restricted_records", Capability.BREAK_GLASS),
    ("Access reviews", "access_reviews", Capability.REVIEW_ACCESS),
    ("Access log", "access_log", Capability.SEE_ACCESS_LOG),
    ("Unusual looks", "access_hints", Capability.ANSWER_HINTS),
)

KEYS = {
    "home": "h",
    "triage": "q",
    "my_cases": "c",
    "my_tasks": "t",
    "diary": "y",
    "partner_queue": "r",
    "sent": "w",
    "dashboard": "b",
    "conferences": "m",
}
"""By named URL: the key that the browser opens it by (accesskey). Never s, d or u: they answer the first pair of
"The same person?". A key counts only with the browser's own, so none of them is pressed while somebody types."""
FIND_KEY, UNREAD_KEY = "/", "n"


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor: `hub_name`, `place`, `navigation`, `actor` and what waits, for templates/base.html.

    reviews_waiting and unread are asked of the database only where a page shows them: pages of what went wrong do not.
    """
    actor = actor_or_none()
    return {
        "hub_name": settings.HUB_NAME,
        "place": settings.HUB_PLACE,
        "actor": actor,
        "navigation": _navigation(actor, request.path) if actor else [],
        "may_find": actor is not None
        and (actor.can(Capability.SEE_CASES) or actor.can(Capability.SEE_REFERRALS)),
        "find_key": FIND_KEY,
        "unread_key": UNREAD_KEY,
        "may_see_cases": actor is not None and actor.can(Capability.SEE_CASES),
        "may_break_glass": actor is not None and actor.can(Capability.BREAK_GLASS),
        "unread": (lambda: unread_words(actor)) if actor and actor.kind == "practitioner" else "",
        "signed_in_until": _signed_in_until(request),
        "log_faults": open_faults if actor and actor.can(Capability.SEE_ACCESS_LOG) else (),
        "reviews_waiting": (lambda: reviews_waiting(actor=actor)) if actor else 0,
    }


def unread_words(actor: Actor) -> str:
    """How many notifications somebody has not read; empty for none."""
    unread = unread_count(actor=actor)
    return f"{MOST_UNREAD}+" if unread > MOST_UNREAD else str(unread or "")


def _navigation(actor: Actor, path: str) -> list[NavigationItem]:
    """Where the actor may go; the longest address that the page lies under is where they are."""
    allowed = [(label, name) for label, name, capability in NAVIGATION if actor.can(capability)]
    places = [(label, reverse(name), KEYS.get(name, "")) for label, name in [("Today", "home"), *allowed]]
    over = (url for _, url, _ in places if path == url or (url != "/" and path.startswith(url)))
    here = max(over, key=len, default="")
    return [NavigationItem(label, url, url == here, key) for label, url, key in places]


def _signed_in_until(request: HttpRequest) -> datetime | None:
    """When the session of whoever is signed in ends, if they do nothing more."""
    user = getattr(request, "user", None)
    return ends_at(request.session) if user is not None and user.is_authenticated else None
