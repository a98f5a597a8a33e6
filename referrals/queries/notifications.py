"""What waits for somebody: their notifications, with where each leads. What they may not see now is not there."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from agencies.models import Notification
from agencies.notifications import KINDS
from referrals import scope
from referrals.queries.keyset import Page, SortKey, one_page

PAGE = 25
NEWEST = SortKey("at", datetime.fromisoformat)


@dataclass(frozen=True)
class Waiting:
    """One line. about: the case's reference, to a partner the service, of a meeting its day; "" where none is shown."""

    notification: Notification
    words: str
    about: str


def notifications_of(*, actor: Actor, unread: bool, after: str = "", before: str = "") -> Page[Waiting]:
    """One page, the newest first."""
    own = Notification.objects.filter(recipient=actor.id)
    if unread:
        own = own.filter(read_at=None)
    part = one_page([own], key=NEWEST, descending=True, size=PAGE, after=after, before=before)
    rows = part.among(Notification.objects.in_bulk(part.ids))
    references = _references(actor, {row.case_id for row in rows if row.case_id})
    services = _services(actor, {row.referral_id for row in rows if row.referral_id})
    days = _days(actor, {row.conference_id for row in rows if row.conference_id})
    shown = [
        Waiting(
            row,
            KINDS[row.kind].words,
            references.get(row.case_id) or services.get(row.referral_id) or days.get(row.conference_id) or "",
        )
        for row in rows
        if row.kind in KINDS
    ]
    return part.page(shown)


def place_of(*, actor: Actor, notification: Notification) -> str:
    """Where it happened: the address that a notification leads to."""
    if notification.kind == "feed_alert":
        return reverse("feeds")
    if notification.row_id is not None:
        return reverse("held_row", args=[notification.row_id])
    if notification.conference_id is not None:
        is_action = notification.kind == "action_given"
        return (
            reverse("conference_actions")
            if is_action
            else reverse("conference", args=[notification.conference_id])
        )
    if notification.referral_id is not None and actor.can(Capability.ANSWER_REFERRAL):
        return reverse("referral", args=[notification.referral_id])
    case_id = notification.case_id
    reference = _references(actor, {case_id}).get(case_id) if case_id is not None else None
    return reverse("case", args=[reference]) if reference else reverse("notifications")


def _services(actor: Actor, referrals: set[UUID]) -> dict[UUID | None, str]:
    """By referral: what its team is asked for, as an agency calls it."""
    if not referrals or actor.hub:
        return {}
    return dict(scope.referrals(actor).filter(id__in=referrals).values_list("id", "service__name"))


def _days(actor: Actor, conferences: set[UUID]) -> dict[UUID | None, str]:
    """By conference: the day of the meeting."""
    if not conferences:
        return {}
    found = scope.conferences(actor).filter(id__in=conferences).values_list("id", "starts_at")
    return {one: f"{timezone.localtime(at):%-d %B}" for one, at in found}


def _references(actor: Actor, cases: set[UUID]) -> dict[UUID | None, str]:
    if not cases or not actor.can(Capability.SEE_CASES):
        return {}
    return dict(scope.cases(actor).filter(id__in=cases).values_list("id", "reference"))
