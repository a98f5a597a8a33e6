"""Messages of a referral as either side reads them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from access.categories import Category
from referrals.models import MessageMark, Referral, ReferralMessage

PAGE = 50
ABOUT: dict[str, str] = {
    Category.IDENTITY: "The referral itself",
    Category.CONTACT: "How to reach the person",
    Category.INCIDENT: "What happened",
    Category.ASSESSMENT: "Risk and needs",
    Category.HEALTH: "Health",
    Category.NOTES: "Something else about the person",
}
"""What a message may be about, by the data category that shows it. Where somebody is safe is never written."""


@dataclass(frozen=True)
class MessagePage:
    """One page of messages, the newest first; who of the other side has read the newest; the next cursor."""

    messages: list[ReferralMessage]
    read_by: list[MessageMark]
    next: UUID | None


def about_choices(referral: Referral) -> list[tuple[str, str]]:
    """What a message on this referral may be about: what its agency is told."""
    return [(str(one), words) for one, words in ABOUT.items() if str(one) in referral.categories]


def message_page(*, referral: Referral, before: UUID | None = None, limit: int = PAGE) -> MessagePage:
    """One page of the referral's messages that the reader may see, the newest first."""
    found = ReferralMessage.objects.filter(referral=referral)
    if before is not None:
        found = found.filter(id__lt=before)
    messages = list(found.order_by("-id")[: limit + 1])
    shown = messages[:limit]
    marks = MessageMark.objects.filter(referral=referral, read_to=shown[0].id) if shown else []
    read_by = [mark for mark in marks if mark.by_hub != shown[0].from_hub]
    return MessagePage(shown, read_by, shown[-1].id if len(messages) > limit else None)


def cases_with_unread(cases: Iterable[UUID]) -> set[UUID]:
    """Those of a page's cases on which a partner wrote what nobody of the hub has read."""
    return set(_unread(by_hub=True).filter(case__in=cases).values_list("case", flat=True).distinct())


def referrals_with_unread(referrals: Iterable[UUID], *, by_hub: bool) -> set[UUID]:
    """Those of a page's referrals on which the other side wrote what nobody of the reader's side has read."""
    found = _unread(by_hub=by_hub).filter(referral__in=referrals)
    return set(found.values_list("referral", flat=True).distinct())


def _unread(*, by_hub: bool) -> QuerySet[ReferralMessage]:
    read = MessageMark.objects.filter(
        referral=OuterRef("referral"), by_hub=by_hub, read_to__gte=OuterRef("id")
    )
    return ReferralMessage.objects.filter(~Exists(read), from_hub=not by_hub)
