"""Reads over the record of looks: bounded pages, newest first."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from access.models import Look

PAGE = 50
NAMED = 5
"""Records that a line of the log names at most; beyond it says how many there were."""
SAME_NAME = 20


@dataclass(frozen=True)
class LookFilters:
    """Which looks are wanted; empty is all. `first` is included, `until` is not."""

    actors: tuple[UUID, ...] = ()
    subjects: tuple[UUID, ...] = ()
    action: str = ""
    first: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class LookRow:
    """One line of the log: the look, and the public references of what was seen (a few of them)."""

    look: Look
    references: list[str]
    more: int


@dataclass(frozen=True)
class LookPage:
    rows: list[LookRow]
    previous: str
    next: str


def looks(filters: LookFilters, *, after: str = "", before: str = "") -> LookPage:
    """One page of the log. after, before: cursors of another page; one that was not made here is left out."""
    wanted = _filtered(filters)
    end = _place(before)
    start = None if end else _place(after)
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
        previous=_cursor(found[0]) if found and has_previous else "",
        next=_cursor(found[-1]) if found and has_next else "",
    )


def subjects_of(reference: str) -> list[UUID]:
    """The ids behind the public reference of a case or person."""
    ids: list[UUID] = import_module(settings.ACCESS_SUBJECTS).ids_of(reference)
    return ids


def actors_named(name: str) -> list[UUID]:
    """People who sign in (or did) whose name holds these words; a few."""
    people = get_user_model()._default_manager.filter(name__icontains=name).order_by("name", "id")
    return list(people.values_list("id", flat=True)[:SAME_NAME])


def _filtered(filters: LookFilters) -> QuerySet[Look]:
    wanted = Look.objects.all()
    if filters.actors:
        wanted = wanted.filter(actor_id__in=filters.actors)
    if filters.subjects:
        wanted = wanted.filter(subjects__overlap=list(filters.subjects))
    if filters.action:
        wanted = wanted.filter(action=filters.action)
    if filters.first:
        wanted = wanted.filter(at__gte=filters.first)
    if filters.until:
        wanted = wanted.filter(at__lt=filters.until)
    return wanted


def _with_references(found: list[Look]) -> list[LookRow]:
    named = {subject for look in found for subject in look.subjects[:NAMED]}
    references = _references(named)
    return [
        LookRow(
            look=look,
            references=sorted({references[one] for one in look.subjects[:NAMED] if one in references}),
            more=max(0, len(look.subjects) - NAMED),
        )
        for look in found
    ]


def _references(ids: Collection[UUID]) -> dict[UUID, str]:
    known: dict[UUID, str] = import_module(settings.ACCESS_SUBJECTS).references_of(ids) if ids else {}
    return known


def _cursor(look: Look) -> str:
    return urlsafe_b64encode(f"{look.at.isoformat()}|{look.id}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[datetime, UUID] | None:
    if not cursor:
        return None
    try:
        at, _, look_id = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        place = datetime.fromisoformat(at), UUID(look_id)
    except ValueError:
        return None
    return place if place[0].tzinfo else None
