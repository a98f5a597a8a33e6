"""Handover notes as either side reads them."""

from django.db.models import Prefetch, QuerySet

from access.categories import Category
from access.sight import Sight
from referrals.models import HandoverNote, Referral


def newest_handover(referral: Referral) -> HandoverNote | None:
    """The note of the referral that counts, as far as the reader is shown one."""
    return HandoverNote.objects.filter(referral=referral).order_by("-id").first()


def waits_to_be_read(note: HandoverNote, referral: Referral) -> bool:
    """Whether whoever has the referral has not said yet that they read it: a team's own note waits for the next."""
    return note.acknowledged_at is None and note.from_team_id != referral.team_id


def handovers_shown() -> "Prefetch[str, QuerySet[HandoverNote], str]":
    """A referral's notes as far as the reader sees them, the newest first."""
    return Prefetch("handover_notes", queryset=HandoverNote.objects.order_by("-id"))


def joint_call_shown(note: HandoverNote, sight: Sight) -> bool:
    """Whether the reader is told when the person is to be called: that is of how they are reached."""
    return note.joint_call_at is not None and Category.CONTACT in sight.categories
