"""Notes of one case: the newest edition of each, all editions of one, and which agencies are shown them."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from access.sight import Sight
from agencies.models import Agency
from referrals.models import Case, CaseNote, NoteShare, Referral
from referrals.notes import KINDS
from referrals.workflow import OPEN

ON_CASE = 5
PAGE = 25
MOST_EDITIONS = 50


@dataclass(frozen=True)
class NotePage:
    """Notes, the newest first, with the cursor of the next page ("" at the end)."""

    rows: list[CaseNote]
    next: str


def notes_of(case: Case, sight: Sight, *, kind: str = "", after: str = "", size: int = PAGE) -> NotePage:
    """One page of the case's notes, each in its newest edition, as far as the reader is shown their kind.

    kind: one of referrals.notes.KINDS, or "" for all; after: the cursor of the page before.
    """
    found = newest_editions(case.id).filter(category__in=[str(one) for one in sight.categories])
    if kind in KINDS:
        found = found.filter(kind=kind)
    with suppress(ValueError):
        found = found.filter(note__lt=UUID(after)) if after else found
    rows = list(found.order_by("-note")[: size + 1])
    return NotePage(rows[:size], str(rows[size - 1].note) if len(rows) > size else "")


def newest_editions(case_id: UUID) -> QuerySet[CaseNote]:
    """The case's notes, each in its newest edition."""
    newer = CaseNote.objects.filter(note=OuterRef("note"), edition__gt=OuterRef("edition"))
    return CaseNote.objects.filter(~Exists(newer), case_id=case_id)


def editions_of(case: Case, note: UUID) -> list[CaseNote]:
    """All editions of one note, the newest first; none where there is no such note on the case."""
    return list(CaseNote.objects.filter(case=case, note=note).order_by("-edition")[:MOST_EDITIONS])


def shares_of(case: Case, note: UUID) -> list[NoteShare]:
    """Which agencies were shown the note, those that still are first."""
    found = NoteShare.objects.filter(case=case, note=note).select_related("agency")
    return sorted(found, key=lambda one: (one.ended_at is not None, one.agency.name))


def open_referral_of(*, case_id: UUID, agency_id: UUID) -> UUID | None:
    """The newest referral by which the agency works on the case now."""
    found = Referral.objects.filter(case=case_id, agency=agency_id, status__in=OPEN)
    return found.order_by("-id").values_list("id", flat=True).first()


def notes_shown(*, case_id: UUID, categories: Iterable[str]) -> list[CaseNote]:
    """For a partner: the notes that it is shown, each in its newest edition, of those categories, the newest first."""
    found = newest_editions(case_id).filter(category__in=list(categories))
    return list(found.order_by("-note")[:PAGE])


def who_may_be_shown(case: Case, *, category: str) -> list[Agency]:
    """Agencies that work on the case now by a referral that tells them of the category, by name."""
    told = Referral.objects.filter(case=case, status__in=OPEN, categories__contains=[category])
    return list(Agency.objects.filter(id__in=told.values("agency_id")).order_by("name"))
