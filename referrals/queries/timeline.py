"""What happened on a case, in words."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from access.actor import Actor
from access.context import hub_id
from agencies.queries import agencies_by_id, names_of, services, teams_to_offer
from messaging.models import Event
from messaging.queries import timeline
from pathways.queries.assessments import titles
from referrals.models import Case, CaseTask
from referrals.queries.calendar import midnight
from referrals.queries.case_tasks import teams_for_tasks
from referrals.queries.clocks import rule_names
from referrals.queries.readiness import INSTRUMENT_WORDS
from referrals.timeline import text_of
from referrals.topics import KINDS_OF_EVENTS, title_of
from victims.queries import references_of

TIMELINE_PAGE = 20
ON_CASE = 10
WHO = {"me": "Me", "hub": "The hub’s people", "partner": "Partners", "system": "The hub’s own system"}
OF_PAIRS = ("person.suggestion_decided", "person.linked", "person.parted")
"""Events that name two people."""


@dataclass(frozen=True)
class TimelineEntry:
    title: str
    at: datetime
    by: str
    text: str


@dataclass(frozen=True)
class Filters:
    """What a reader asks for of a timeline: a key of KINDS_OF_EVENTS and of WHO ("": all), and days."""

    kind: str = ""
    who: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def narrowed(self) -> bool:
        return self != Filters()

    def condition(self, actor: Actor) -> Q:
        """On an event."""
        which = Q()
        for beginning in KINDS_OF_EVENTS.get(self.kind, ("", ()))[1]:
            which |= Q(topic__startswith=beginning)
        people = Q(actor_kind="practitioner")
        which &= {
            "me": Q(actor_kind=actor.kind, actor_id=actor.id),
            "hub": people & Q(agency_id=hub_id()),
            "partner": ~Q(agency_id=hub_id()),
            "system": Q(actor_kind="system"),
        }.get(self.who, Q())
        if self.first:
            which &= Q(at__gte=midnight(self.first))
        if self.last:
            which &= Q(at__lt=midnight(self.last + timedelta(days=1)))
        return which


def case_timeline(
    *, actor: Actor, case: Case, filters: Filters = Filters(), before: str = "", size: int = TIMELINE_PAGE
) -> tuple[list[TimelineEntry], str]:
    """One page of what happened, newest first, and the cursor of the next ("" at the end)."""
    try:
        start = UUID(before) if before else None
    except ValueError:
        start = None
    events = timeline(case_id=case.id, before=start, limit=size + 1, which=filters.condition(actor))
    shown = events[:size]
    return entries_of(shown), str(shown[-1].id) if len(events) > size else ""


def recorded_between(
    *, cases: Collection[UUID], topics: Collection[str], begins: datetime, ends: datetime, most: int
) -> list[tuple[UUID, TimelineEntry]]:
    """What was recorded on these cases in a while, the oldest first, each with its case; no more than `most`."""
    found = Event.objects.filter(
        case_id__in=list(cases), topic__in=list(topics), at__gt=begins, at__lte=ends
    ).order_by("at", "id")[:most]
    events = list(found)
    of = [event.case_id for event in events]
    return [(case, entry) for case, entry in zip(of, entries_of(events), strict=True) if case]


def entries_of(shown: Sequence[Event]) -> list[TimelineEntry]:
    """Events in words, in their order; those that name somebody whom the reader may not know are left out."""
    hidden = _of_hidden_people(shown)
    people = {
        str(event.data.get(key))
        for event in shown
        for key in ("from_assignee", "to_assignee", "from_owner", "to_owner")
        if event.data.get(key)
    }
    for event in shown:
        mentioned = event.data.get("people")
        people |= {str(one) for one in mentioned} if isinstance(mentioned, list) else set()
    words = {str(person): name for person, name in names_of(UUID(person) for person in people).items()}
    told = {key for event in shown for key, value in event.data.items() if value}
    if told & {"agency", "agencies"}:
        for agency in agencies_by_id().values():
            words[str(agency.id)] = words[agency.code] = agency.name
    if "service" in told:
        words |= {str(service.id): service.name for service in services()}
    if "instrument" in told:
        words |= titles() | INSTRUMENT_WORDS
    if "rule" in told:
        words |= rule_names()
    words |= _titles_of_tasks(shown)
    if "from_team" in told:
        words |= {str(team.id): team.name for _, teams in teams_to_offer() for team in teams}
    return [
        TimelineEntry(
            title_of(event.topic), event.at, event.actor_name, text_of(event.topic, event.data, words)
        )
        for event in shown
        if event.id not in hidden
    ]


def _titles_of_tasks(events: Sequence[Event]) -> dict[str, str]:
    """By id: what the tasks that were given or ended ask, and the hub's teams that have some."""
    tasks = {UUID(str(event.data["task"])) for event in events if event.data.get("task")}
    if not tasks:
        return {}
    titles = {
        str(one): title for one, title in CaseTask.objects.filter(id__in=tasks).values_list("id", "title")
    }
    return titles | {str(team.id): team.name for team in teams_for_tasks()}


def _of_hidden_people(events: Sequence[Event]) -> set[UUID]:
    """Events that name two people as one or not, where the reader may not know that one of them is here."""
    named = {
        event.id: {str(event.data.get(key)) for key in ("person", "other")}
        for event in events
        if event.topic in OF_PAIRS
    }
    people = {UUID(person) for pair in named.values() for person in pair}
    seen = {str(person) for person in references_of(people)}
    return {event for event, pair in named.items() if not pair <= seen}
