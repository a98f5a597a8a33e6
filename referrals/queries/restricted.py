"""Who is let into a restricted person's record, and who is kept out of one: as far as the asker may know it.

What the database tells to nobody who asks for themselves is read as the system account `access`; each caller has
shown first that they see the person. Lists start from the asker's own grants, and never from all restrictions.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from access.actor import Actor
from access.context import acting_as_system, current_actor, hub_id
from access.models import BreakGlassReview, Conflict, Grant, PersonalGrant, Restriction
from access.roles import CAPABILITIES, Capability, Role
from agencies.models import Practitioner
from agencies.queries import agencies_by_id, hub_practitioners, names_of
from referrals import scope
from referrals.models import Case
from referrals.queries.keyset import SortKey, one_page
from referrals.queries.people import NAMELESS, Name, names_by_person
from victims.queries import same_as

ACCOUNT = "access"
PAGE = 25
MOST = 200
BY_DUE = SortKey("due_at", datetime.fromisoformat)


def is_restricted(*, case_id: UUID) -> bool:
    """Whether the case that the actor sees is of a restricted person."""
    return Grant.objects.filter(agency_id=hub_id(), case_id=case_id, restricted=True).exists()


def restricted_cases(cases: Iterable[UUID]) -> set[UUID]:
    """Those of the cases that are of a restricted person: what the agency of this transaction sees of them."""
    marked = Grant.objects.filter(case_id__in=set(cases), restricted=True)
    return set(marked.values_list("case_id", flat=True))


def restricted_people(people: Iterable[UUID]) -> set[UUID]:
    """Those of the people whose record is restricted, for the hub's own system accounts."""
    wanted = Restriction.objects.filter(person_id__in=set(people), lifted_at__isnull=True)
    return set(wanted.values_list("person_id", flat=True))


def restricted_record_of(person_id: UUID) -> UUID:
    """Whose restriction closes the record of this person: their own, else of another known to be one with them."""
    theirs = same_as([person_id])[person_id]
    with acting_as_system(ACCOUNT):
        found = restricted_people(theirs)
    return person_id if person_id in found or not found else min(found)


def live(now: datetime) -> Q:
    """Personal grants that let somebody in at that moment."""
    return Q(ended_at__isnull=True) & (Q(until__isnull=True) | Q(until__gt=now))


def answers_for(*, actor: Actor, person_id: UUID, now: datetime) -> bool:
    """Whether the actor answers for the restricted record: may let others in, and lift the restriction."""
    record = restricted_record_of(person_id)
    own = PersonalGrant.objects.filter(live(now), practitioner_id=actor.id, person_id=record)
    lasting = own.exclude(because=PersonalGrant.Because.BREAK_GLASS)
    return actor.can(Capability.RESTRICT) and lasting.exists()


def broken_glass(*, actor: Actor, person_id: UUID, now: datetime) -> PersonalGrant | None:
    """The break-glass by which the actor has this record open now; None where they have not, or need none."""
    theirs = same_as([person_id])[person_id]
    own = list(PersonalGrant.objects.filter(live(now), practitioner_id=actor.id, person_id__in=theirs))
    broken = [one for one in own if one.because == PersonalGrant.Because.BREAK_GLASS]
    return broken[0] if broken and len(broken) == len(own) else None


def owners() -> list[Practitioner]:
    """Who can own a restriction: people of the hub who may impose one."""
    return [
        person
        for person in hub_practitioners(hub=hub_id())
        if Capability.RESTRICT in CAPABILITIES[Role(person.role)]
    ]


@dataclass(frozen=True)
class Holder:
    """Somebody who is let into a restricted record."""

    grant: PersonalGrant
    name: str


@dataclass(frozen=True)
class KeptOut:
    """A conflict that stands: the practitioner's or agency's name, and why."""

    conflict: Conflict
    name: str


@dataclass(frozen=True)
class Guard:
    """What guards one person's record now. restriction: None where there is none."""

    restriction: Restriction | None
    owner: str
    holders: list[Holder]
    kept_out: list[KeptOut]


def guard_of(*, person_id: UUID, now: datetime) -> Guard:
    """Restriction, who is let in and who is kept out, for an actor who sees the person.

    What holds for anybody who is known to be one with them holds for them.
    """
    theirs, record = same_as([person_id])[person_id], restricted_record_of(person_id)
    with acting_as_system(ACCOUNT):
        restriction = Restriction.objects.filter(person_id=record, lifted_at__isnull=True).first()
        let_in = PersonalGrant.objects.filter(live(now), person_id=record).order_by("given_at")
        holders = list(let_in[:MOST]) if restriction else []
        standing = Conflict.objects.filter(person_id__in=theirs, ended_at__isnull=True)
        conflicts = list(standing.order_by("declared_at")[:MOST])
    wanted = {one.practitioner_id for one in holders}
    wanted |= {one.practitioner_id for one in conflicts if one.practitioner_id}
    names = names_of({*wanted, restriction.owner_id} if restriction else wanted)
    if any(one.agency_id for one in conflicts):
        names |= {agency.id: agency.name for agency in agencies_by_id().values()}
    return Guard(
        restriction=restriction,
        owner=names.get(restriction.owner_id, "") if restriction else "",
        holders=[Holder(one, names.get(one.practitioner_id, "")) for one in holders],
        kept_out=[
            KeptOut(one, names.get(one.practitioner_id or one.agency_id or one.id, "")) for one in conflicts
        ],
    )


def agencies_in_conflict(*, person_id: UUID, same: set[UUID] | None = None) -> dict[UUID, str]:
    """Agencies that are kept out of the person's cases, and so out of routing, with the words of why.

    same: who is one with the person, where the caller has asked for it already.
    """
    theirs = same_as([person_id])[person_id] if same is None else same
    with _as_system():
        found = Conflict.objects.filter(person_id__in=theirs, agency_id__isnull=False, ended_at__isnull=True)
        first = found.order_by("-declared_at").values_list("agency_id", "why")
        return {agency: Conflict.Why(why).label for agency, why in first if agency}


def _as_system() -> AbstractContextManager[object]:
    """As the hub's own system, which the actor may be already: each of its accounts reads the same."""
    return nullcontext() if current_actor().role is Role.SYSTEM else acting_as_system(ACCOUNT)


def in_conflict(*, person_id: UUID, practitioner_id: UUID) -> bool:
    """Whether the practitioner is kept out of the person's cases, for whoever sees the person."""
    theirs = same_as([person_id])[person_id]
    with acting_as_system(ACCOUNT):
        return Conflict.objects.filter(
            person_id__in=theirs, practitioner_id=practitioner_id, ended_at__isnull=True
        ).exists()


def may_carry(*, person_id: UUID, practitioner_id: UUID, now: datetime) -> bool:
    """Whether the practitioner can be given the person's case: not in conflict, and let in where it is restricted."""
    return practitioner_id in _let_in(person_id, [practitioner_id], now)


def who_may_carry(*, person_id: UUID, now: datetime) -> list[Practitioner]:
    """Everybody of the hub who can be given the person's case, or work on it, by name. Never cut off."""
    people = hub_practitioners(hub=hub_id())
    let_in = _let_in(person_id, [one.id for one in people], now)
    return [one for one in people if one.id in let_in]


def _let_in(person_id: UUID, practitioners: Iterable[UUID], now: datetime) -> set[UUID]:
    """Those who are in no conflict with the person and, where the record is restricted, let into all of it."""
    theirs, asked = same_as([person_id])[person_id], set(practitioners)
    with acting_as_system(ACCOUNT):
        apart = Conflict.objects.filter(
            person_id__in=theirs, practitioner_id__in=asked, ended_at__isnull=True
        )
        asked -= set(apart.values_list("practitioner_id", flat=True))
        closed = restricted_people(theirs)
        given = PersonalGrant.objects.filter(
            live(now), person_id__in=closed, practitioner_id__in=asked
        ).exclude(because=PersonalGrant.Because.BREAK_GLASS)
        held = set(given.values_list("practitioner_id", "person_id")) if closed else set()
    return {one for one in asked if all((one, person) in held for person in closed)}


@dataclass(frozen=True)
class OpenToMe:
    """One restricted record that the actor is let into, with its cases."""

    grant: PersonalGrant
    name: Name
    cases: list[Case]


def open_to(*, actor: Actor, now: datetime) -> list[OpenToMe]:
    """The restricted records that the actor is let into, the newest first: at most MOST of them."""
    own = PersonalGrant.objects.filter(live(now), practitioner_id=actor.id).order_by("-id")
    by_person = {one.person_id: one for one in own[:MOST]}
    cases: dict[UUID, list[Case]] = {}
    for case in scope.cases(actor).filter(person__in=by_person).order_by("-id"):
        cases.setdefault(case.person_id, []).append(case)
    names = names_by_person(cases)
    return [
        OpenToMe(one, names.get(person, NAMELESS), cases[person])
        for person, one in by_person.items()
        if person in cases
    ]


@dataclass(frozen=True)
class ReviewPage:
    """One page of break-glass reviews. references: of the cases that were opened, as reviewers are told them."""

    rows: list[BreakGlassReview]
    references: dict[UUID, str]
    previous: str
    next: str


def reviews(*, waiting: bool, after: str = "", before: str = "") -> ReviewPage:
    """Break-glass that the actor may review or read about: what waits, the next due first; or what is decided."""
    found = BreakGlassReview.objects.filter(reviewed_at__isnull=waiting)
    part = one_page([found], key=BY_DUE, descending=not waiting, size=PAGE, after=after, before=before)
    rows = part.among(BreakGlassReview.objects.in_bulk(part.ids))
    return ReviewPage(rows, references_of(one.case_id for one in rows), part.previous, part.next)


def review_for(*, actor: Actor, review_id: UUID) -> BreakGlassReview | None:
    """A review that waits and that the actor may decide; None where there is none for them."""
    waiting = BreakGlassReview.objects.filter(id=review_id, reviewed_at__isnull=True)
    return waiting.exclude(broken_by=actor.id).first()


def references_of(cases: Iterable[UUID]) -> dict[UUID, str]:
    """References of cases that somebody reviews without seeing what is in them."""
    with acting_as_system(ACCOUNT):
        return dict(Case.objects.filter(id__in=set(cases)).values_list("id", "reference"))


def reviews_waiting(*, actor: Actor) -> int:
    """How many break-glass reviews wait for the actor, up to 100; none for whoever reviews nothing."""
    if not actor.can(Capability.REVIEW_ACCESS):
        return 0
    waiting = BreakGlassReview.objects.filter(reviewed_at__isnull=True).exclude(broken_by=actor.id)
    return waiting[:100].count()
