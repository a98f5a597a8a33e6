"""Reads over notifications, how people want to be told, and who is on call."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from access.actor import Actor
from access.roles import CAPABILITIES, STAFF_ROLES, Capability, Role
from agencies.models import Notification, NotificationChoice, OnCallTurn, Practitioner
from agencies.notifications import KINDS, Way
from agencies.on_call import in_turn

MOST_UNREAD = 99
MOST_TURNS = 200
WORK = frozenset({Capability.TRIAGE, Capability.ANSWER_REFERRAL})
WORKERS = tuple(role for role in STAFF_ROLES if WORK & CAPABILITIES[role])
"""Roles of those who work a queue: of the hub's, or of a partner's."""


def unread_count(*, actor: Actor) -> int:
    """How many notifications wait for somebody; at most one more than MOST_UNREAD."""
    unread = Notification.objects.filter(recipient=actor.id, read_at=None).order_by("-id")
    return len(unread.values_list("id", flat=True)[: MOST_UNREAD + 1])


def ways_of(people: Iterable[UUID]) -> dict[tuple[UUID, str], Way]:
    """By person and kind: how they want to be told."""
    wanted = list(people)
    ways = {(person, code): kind.way for person in wanted for code, kind in KINDS.items()}
    chosen = NotificationChoice.objects.filter(practitioner__in=wanted, kind__in=KINDS)
    ways |= {(one.practitioner_id, one.kind): Way(one.way) for one in chosen}
    return ways


def turns(*, since: datetime) -> list[OnCallTurn]:
    """The rota's turns that are not over then, the first first; at most MOST_TURNS."""
    found = OnCallTurn.objects.filter(ends_at__gt=since).select_related("practitioner")
    return list(found.order_by("starts_at", "id")[:MOST_TURNS])


def in_charge(*, hub: UUID, role: Role = Role.SUPERVISOR) -> list[UUID]:
    """Active supervisors of the hub, or its people of another role."""
    people = Practitioner.objects.filter(agency_id=hub, is_active=True, role=role)
    return list(people.order_by("name").values_list("id", flat=True))


def next_on_call(*, hub: UUID, at: datetime) -> Iterator[list[UUID]]:
    """Whom to tell, step by step: who is on call, then whose turn comes next, then every supervisor.

    Where nobody is on call the supervisors come first. Nobody stands in it twice. A step is looked up when it is
    reached: mostly only the first is.
    """
    told: set[UUID] = set()
    for step in _steps(hub=hub, at=at):
        if new := [person for person in step if person not in told]:
            told |= set(new)
            yield new


def _steps(*, hub: UUID, at: datetime) -> Iterator[list[UUID]]:
    rota = [one for one in turns(since=at) if one.practitioner.is_active]
    running, later = in_turn(rota, at=at)
    if running:
        yield [one.practitioner_id for one in running]
    else:
        yield in_charge(hub=hub)
    yield from ([one.practitioner_id] for one in later[:1])
    yield in_charge(hub=hub)


def people_of_team(*, team_id: UUID) -> list[UUID]:
    """Active people of a team who work its queue."""
    people = Practitioner.objects.filter(teams=team_id, is_active=True, role__in=WORKERS)
    return list(people.values_list("id", flat=True))


def people_of_agencies(agencies: Iterable[UUID], *, called: str = "") -> list[UUID]:
    """Active people of some agencies who work their queues: all, or those of that name."""
    people = Practitioner.objects.filter(agency__in=list(agencies), is_active=True, role__in=WORKERS)
    if called:
        people = people.filter(name__iexact=called)
    return list(people.values_list("id", flat=True))
