"""Who declines what a pathway sends, and why: numbers alone, over a bounded time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from access.actor import Actor
from referrals import scope

LOOKED_BACK = timedelta(days=90)


@dataclass(frozen=True)
class Decline:
    """How often one agency declined, for one reason, what any version of a pathway sent it."""

    agency: str
    reason: str
    count: int


def declines_of(*, actor: Actor, code: str, now: datetime) -> list[Decline]:
    """The declines of the last 90 days, by agency and reason, the most first. A partner is shown its own."""
    rows = (
        scope.referrals(actor)
        .filter(status="declined", answered_at__gte=now - LOOKED_BACK, pathway_version__code=code)
        .values_list("agency__name", "reason_code")
        .annotate(number=Count("id"))
        .order_by("-number", "agency__name", "reason_code")
    )
    return [Decline(agency, reason, number) for agency, reason, number in rows]
