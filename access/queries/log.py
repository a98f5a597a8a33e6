"""Reads over the record of looks: bounded pages, newest first."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils import timezone

from access.doors import door_words
from access.models import ChainFault, Change, Look

PAGE = 50
FRIDAY = 5
NAMED = 5
"""Records that a line of the log names at most; beyond it says how many there were."""
SAME_NAME = 20
BEGINS, ENDS = 7, 20
"""The hours in which the hub works, in its own time."""


@dataclass(frozen=True)
class LookFilters:
    """Which looks are wanted; empty is all. `first` is included, `until` is not.

    terms: keyed hashes as access.looks.searched makes them: of the whole, or of every word, in a look's own.
    place: the address that was asked from. out_of_hours: before BEGINS, from ENDS on, or at a weekend.
    """

    actors: tuple[UUID, ...] = ()
    subjects: tuple[UUID, ...] = ()
    actions: tuple[str, ...] = ()
    door: str = ""
    agency: UUID | None = None
    terms: tuple[str, ...] = ()
    place: str = ""
    out_of_hours: bool = False
    first: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class LookRow:
    """One line of the log: the look, and the public references of what was seen (a few of them)."""

    look: Look
    references: list[str]
    more: int
    agency: str = ""

    @property
    def door(self) -> str:
        return door_words(self.look.door)


@dataclass(frozen=True)
class LookPage:
    rows: list[LookRow]
    previous: str
    next: str


def looks(filters: LookFilters, *, after: str = "", before: str = "") -> LookPage:
    """One page of the log. after, before: cursors of another page; one that was not made here is left out."""
    wanted = filtered(filters)
    end = place_of(before)
    start = None if end else place_of(after)
    if end:
        at, look_id = end
        newer = wanted.filter(Q(at__gt=at) | Q(at=at, id__gt=look_id), at__gte=at)
        found = list(newer.order_by("at", "id")[: PAGE + 1])
        has_previous, has_next = len(found) > PAGE, True
        found = found[:PAGE][::-1]
    else:
        if start:
            at, look_id = start
            wanted = wanted.filter(Q(at__lt=at) | Q(at=at, id__lt=look_id), at__lte=at)
        found = list(wanted.order_by("-at", "-id")[: PAGE + 1])
        has_previous, has_next = start is not None, len(found) > PAGE
        found = found[:PAGE]
    return LookPage(
        rows=_with_references(found),
        previous=cursor_of(found[0]) if found and has_previous else "",
        next=cursor_of(found[-1]) if found and has_next else "",
    )


def subjects_of(reference: str) -> list[UUID]:
    """The ids behind the public reference of a case or person."""
    ids: list[UUID] = import_module(settings.ACCESS_SUBJECTS).ids_of(reference)
    return ids


def agency_names() -> dict[UUID, str]:
    """Every agency's name by its id."""
    names: dict[UUID, str] = import_module(settings.ACCESS_SUBJECTS).agency_names()
    return names


def place_of_look(look_id: UUID) -> str:
    """The address that this look was made from; empty where there is no such look."""
    found = Look.objects.filter(id=look_id).values_list("remote", flat=True).first()
    return found or ""


def look_from(place: str) -> UUID | None:
    """The latest look made from this address in the last three months."""
    since = timezone.now() - timedelta(days=90)
    return (
        Look.objects.filter(remote=place, at__gte=since).order_by("-at").values_list("id", flat=True).first()
    )


def open_faults() -> list[ChainFault]:
    """What the scheduled verification found wrong with this log and no auditor has answered; a few."""
    return list(ChainFault.objects.filter(answered_at__isnull=True).order_by("found_at")[:SAME_NAME])


def fault_of(fault_id: UUID) -> ChainFault | None:
    """One finding that waits for an answer; None for none."""
    return ChainFault.objects.filter(id=fault_id, answered_at__isnull=True).first()


def actors_named(name: str) -> list[UUID]:
    """People who sign in (or did) whose name holds these words; a few."""
    people = get_user_model()._default_manager.filter(name__icontains=name).order_by("name", "id")
    return list(people.values_list("id", flat=True)[:SAME_NAME])


def filtered(filters: LookFilters) -> QuerySet[Look]:
    wanted = Look.objects.all()
    if filters.actors:
        wanted = wanted.filter(actor_id__in=filters.actors)
    if filters.subjects:
        wanted = wanted.filter(subjects__overlap=list(filters.subjects))
    if filters.actions:
        wanted = wanted.filter(action__in=filters.actions)
    if filters.door:
        wanted = wanted.filter(door=filters.door)
    if filters.agency:
        wanted = wanted.filter(agency_id=filters.agency)
    if filters.terms:
        whole, *words = filters.terms
        alike = Q(terms__contains=[whole]) | (Q(terms__contains=words) if words else Q())
        # As the partial index has it; without it every look would be read.
        wanted = wanted.exclude(terms=[]).filter(alike)
    if filters.place:
        wanted = wanted.filter(remote=filters.place)
    if filters.out_of_hours:
        wanted = wanted.filter(
            Q(at__hour__lt=BEGINS) | Q(at__hour__gte=ENDS) | Q(at__iso_week_day__gt=FRIDAY)
        )
    if filters.first:
        wanted = wanted.filter(at__gte=filters.first)
    if filters.until:
        wanted = wanted.filter(at__lt=filters.until)
    return wanted


def _with_references(found: list[Look]) -> list[LookRow]:
    named = {subject for look in found for subject in look.subjects[:NAMED]}
    references = references_of(named)
    agencies = agency_names()
    return [
        LookRow(
            look=look,
            references=sorted({references[one] for one in look.subjects[:NAMED] if one in references}),
            more=max(0, len(look.subjects) - NAMED),
            agency=agencies.get(look.agency_id, ""),
        )
        for look in found
    ]


def references_of(ids: Collection[UUID]) -> dict[UUID, str]:
    """Public references of cases, people and referrals (by their case), of those that the reader may know."""
    known: dict[UUID, str] = import_module(settings.ACCESS_SUBJECTS).references_of(ids) if ids else {}
    return known


def cursor_of(look: Look | Change) -> str:
    """Where a page that ends with this row goes on."""
    return urlsafe_b64encode(f"{look.at.isoformat()}|{look.id}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[datetime, UUID] | None:
    """What a cursor of `cursor_of` says; None for one that was not made here."""
    if not cursor:
        return None
    try:
        at, _, look_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        place = datetime.fromisoformat(at), UUID(look_id)
    except ValueError:
        return None
    return place if place[0].tzinfo else None
