"""Who has seen one person's record: every look at the person, their cases and referrals, newest first.

Answers a victim's "who has looked at my record?". Nobody else's records are named in it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from uuid import UUID

from django.conf import settings
from django.db import connection

from access.context import current_actor
from access.doors import door_words
from access.models import Look
from access.queries.log import LookFilters, LookPage, filtered, looks
from access.roles import Capability, Role, role_words

BATCH = 500
SHOWN = (Look.Action.VIEW, Look.Action.LIST, Look.Action.SEARCH, Look.Action.EXPORT, Look.Action.API_READ)


@dataclass(frozen=True)
class Seen:
    """One look in words: when, who (or their role alone), of which agency, what they did and where."""

    at: datetime
    who: str
    role: str
    agency: str
    did: str
    door: str


@dataclass(frozen=True)
class Subject:
    """Whose record: the public reference, and the ids that looks at it are recorded under."""

    id: UUID
    reference: str
    ids: tuple[UUID, ...]


class NoSuchRecord(Exception):
    """There is no such person, or whoever asks may not know of them."""


def subject_of(person_id: UUID) -> Subject:
    """The person whose report is asked for. Raises NoSuchRecord.

    An auditor may ask for anybody's; whoever else audits, for the records that they may see now.
    """
    actor = current_actor()
    actor.require(Capability.SEE_ACCESS_LOG)
    if actor.role != Role.AUDITOR and not _may_see(person_id):
        raise NoSuchRecord
    found: tuple[str, list[UUID]] | None = import_module(settings.ACCESS_SUBJECTS).record_of(person_id)
    if found is None:
        raise NoSuchRecord
    return Subject(person_id, found[0], tuple(found[1]))


def seen(
    subject: Subject, *, by_role: bool, after: str = "", before: str = ""
) -> tuple[list[Seen], LookPage]:
    """One page of who has seen the record, newest first. by_role: people are named by their role alone."""
    page = looks(_filters(subject), after=after, before=before)
    return _in_words([row.look for row in page.rows], by_role=by_role), page


def all_seen(subject: Subject, *, by_role: bool) -> Iterator[Seen]:
    """Everybody who has seen it, newest first, in batches."""
    wanted = filtered(_filters(subject)).order_by("-at", "-id")
    place: Look | None = None
    while True:
        rest = (
            wanted
            if place is None
            else wanted.extra(where=["(at, id) < (%s, %s)"], params=[place.at, place.id])
        )
        found = list(rest[:BATCH])
        yield from _in_words(found, by_role=by_role)
        if len(found) < BATCH:
            return
        place = found[-1]


def person_behind(ids: Collection[UUID]) -> UUID | None:
    """The person whose record one of these ids belongs to."""
    person: UUID | None = import_module(settings.ACCESS_SUBJECTS).person_behind(ids) if ids else None
    return person


def _filters(subject: Subject) -> LookFilters:
    return LookFilters(subjects=subject.ids, actions=tuple(str(action) for action in SHOWN))


def _in_words(found: list[Look], *, by_role: bool) -> list[Seen]:
    agencies: dict[UUID, str] = import_module(settings.ACCESS_SUBJECTS).agency_names()
    return [
        Seen(
            at=look.at,
            who="" if by_role else look.actor_name,
            role=role_words(look.role),
            agency=agencies.get(look.agency_id, ""),
            did=look.get_action_display(),
            door=door_words(look.door),
        )
        for look in found
    ]


def _may_see(person_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_may_see_person(%s, 'identity')", [person_id])
        return bool(cursor.fetchone()[0])
