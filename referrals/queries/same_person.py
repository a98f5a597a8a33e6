"""People who are known to be one: what each has, side by side, and what was recorded while they were linked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from access.actor import Actor
from referrals import scope
from referrals.models import Case
from referrals.queries.people import NAMELESS, Name, names_by_person
from referrals.queries.timeline import TimelineEntry, recorded_between
from victims.matching.words import Why, why
from victims.models import Person, PersonLink, SamePersonSuggestion
from victims.queries import links_of, same_as

MOST = 100
BELONGS_TO_SOMEBODY = (
    "case.opened",
    "case.incident_added",
    "case.updated",
    "case.contact_attempted",
    "case.safety_recorded",
    "case.access_needs_recorded",
    "case.consent_recorded",
    "case.assessed",
    "case.entitlement_changed",
    "case.override_approved",
    "case.closed",
    "referral.sent",
    "referral.recalled",
    "person.rectified",
)
"""Topics of what says something about a person, and so belongs to the one or to the other."""


@dataclass(frozen=True)
class KnownAs:
    """Another record of the same person, with its cases and the link by which it is known.

    link: None where the two are one through a third.
    """

    person: Person
    name: Name
    cases: list[Case]
    link: PersonLink | None


def known_as(*, actor: Actor, person_id: UUID) -> list[KnownAs]:
    """The other records that are known to be of this person, the oldest first."""
    others = same_as([person_id])[person_id] - {person_id}
    if not others:
        return []
    links = {
        (link.other_id if link.person_id == person_id else link.person_id): link
        for link in links_of([person_id])
    }
    people = list(Person.objects.filter(id__in=others).order_by("id"))
    names = names_by_person(others)
    cases = _cases(actor, others)
    return [
        KnownAs(one, names.get(one.id, NAMELESS), cases.get(one.id, []), links.get(one.id)) for one in people
    ]


@dataclass(frozen=True)
class Side:
    """One of two people: what they are known by, and what was recorded on their cases while they were linked."""

    person: Person
    name: Name
    cases: list[Case]
    recorded: list[TimelineEntry]


@dataclass(frozen=True)
class Meanwhile:
    """What was recorded on either of two people while they were linked. at_least: there may be more."""

    sides: list[Side]

    @property
    def many(self) -> int:
        return sum(len(side.recorded) for side in self.sides)

    @property
    def at_least(self) -> bool:
        return any(len(side.recorded) == MOST for side in self.sides)


def link_of(*, actor: Actor, case: Case, link_id: UUID) -> PersonLink | None:
    """A link of the case's person, standing or undone, that the actor may see."""
    if not scope.cases(actor).filter(id=case.id).exists():
        return None
    link = PersonLink.objects.filter(id=link_id).first()
    if link is None:
        return None
    together = same_as([link.person_id, link.other_id])
    everybody = {link.person_id, link.other_id}.union(*together.values())
    return link if case.person_id in everybody else None


@dataclass(frozen=True)
class Suggested:
    """What was suggested of the two when they were linked: how likely, and why."""

    verdict: str
    why: Why


def suggested_of(link: PersonLink) -> Suggested | None:
    """What a practitioner read who linked the two; None where nothing is kept of it."""
    pair = (link.person_id, link.other_id)
    both = SamePersonSuggestion.objects.filter(person__in=pair, other__in=pair)
    found = both.order_by("-suggested_at").first()
    if found is None or not (told := why(found.evidence)).reasons:
        return None
    return Suggested(found.get_verdict_display(), told)


def recorded_meanwhile(*, link: PersonLink, now: datetime, actor: Actor | None = None) -> Meanwhile:
    """What stands on each of the two that was recorded while they were linked, and stays there.

    actor: for whom the cases are listed; without one what the transaction's actor sees.
    """
    pair = (link.person_id, link.other_id)
    people = {one.id: one for one in Person.objects.filter(id__in=pair)}
    names = names_by_person(pair)
    cases = _cases(actor, pair)
    return Meanwhile(
        [
            Side(
                person=people[one],
                name=names.get(one, NAMELESS),
                cases=cases.get(one, []),
                recorded=[
                    entry
                    for _, entry in recorded_between(
                        cases=[case.id for case in cases.get(one, [])],
                        topics=BELONGS_TO_SOMEBODY,
                        begins=link.linked_at,
                        ends=link.ended_at or now,
                        most=MOST,
                    )
                ],
            )
            for one in pair
            if one in people
        ]
    )


def _cases(actor: Actor | None, people: Iterable[UUID]) -> dict[UUID, list[Case]]:
    found = (scope.cases(actor) if actor else Case.objects.all()).filter(person__in=set(people))
    cases: dict[UUID, list[Case]] = {}
    for case in found.order_by("-id"):
        cases.setdefault(case.person_id, []).append(case)
    return cases
