"""The people of one chunk: who is known by a sender's number, who is new, and who may be somebody else.

An exact number of the sender's is the same person, unless name and date of birth both contradict it: then
they are registered apart and suggested to each other. Everybody else is only ever suggested.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from access.ids import new_id
from messaging.events import Happening
from referrals.actions.intake_cases import next_numbers
from referrals.actions.same_person import part_whom_reports_accuse
from referrals.feed.row import Report
from referrals.queries.restricted import restricted_people
from victims.actions.people import (
    Contact,
    Details,
    Likeness,
    Perpetrator,
    SafePlace,
    complete_people,
    record_details,
    record_perpetrators,
    register_people,
    suggest_same,
)
from victims.contact_notes import read_notes
from victims.matching import (
    MOST_OF_ONE_KEY,
    Address,
    Identity,
    Line,
    Resemblance,
    born_on,
    compare,
    contradicts,
    marks,
    match_keys,
    nearest,
)
from victims.models import ContactMethod
from victims.normalise import telephone
from victims.queries import (
    alleged_against,
    identities_of,
    numbers_of,
    people_by_key,
    people_by_number,
    weights_in_force,
)

Safety = ContactMethod.Safety
MARKS: dict[bool | None, ContactMethod.Safety] = {
    True: Safety.SAFE,
    False: Safety.UNSAFE,
    None: Safety.UNKNOWN,
}
CONTRADICTED = Resemblance(
    score=0.0,
    verdict="review",
    is_suggested=True,
    rival="stranger",
    start=0.0,
    lines=(
        Line("senders_number", "same", 0.0),
        Line("given_name", "different", 0.0),
        Line("surname", "different", 0.0),
        Line("date_of_birth", "different", 0.0),
    ),
)
"""Two people under one number of a sender: nothing but the number speaks for their being one."""


class PeopleBook:
    """`hear` and `whose` row by row, then `write` all, then `suggest`; `told` are the events to publish.

    scheme: the sender. reports: of the victims in the chunk. known: people whom its records name already.
    """

    def __init__(self, *, scheme: str, reports: Sequence[Report], known: Iterable[UUID]) -> None:
        self._scheme = scheme
        nominals = {report.nominal for report in reports} | {report.suspect_nominal for report in reports}
        self._by_number = people_by_number(scheme=scheme, values=nominals - {""})
        keys = [match_keys(identity(report)) for report in reports]
        self._by_key = people_by_key({key for each in keys for key in each})
        numbered = {person for people in self._by_number.values() for person in people}
        near: set[UUID] = set()
        for each in keys:
            near.update(nearest(self._by_key.get(key, ()) for key in each))
        self.known = numbered | set(known)
        # Whoever is restricted is compared however many others are nearer: a row about them is as hidden as they are.
        sharing = {person for people in self._by_key.values() for person in people}
        self._restricted = restricted_people(self.known | sharing)
        self._identities = identities_of(self.known | near | self._restricted)
        self._weights = weights_in_force()
        self._new: list[Details] = []
        self._details: list[Details] = []
        self._alleged: list[Perpetrator] = []
        self._accused: dict[UUID, set[str]] = alleged_against(people=self.known | near)
        self._marks: dict[UUID, set[str]] = numbers_of(self.known | near)
        self._pairs: dict[tuple[UUID, UUID], Resemblance] = {}
        self.told: list[Happening] = []

    def whose(self, report: Report) -> UUID:
        """The person that a new report is about: known by the sender's number, or new."""
        held = self._by_number.get(report.nominal, []) if report.nominal else []
        mine = identity(report)
        for person in held:
            if not contradicts(mine, self._identities[person]):
                self.hear(person, report)
                return person
        person = new_id()
        self._identities[person] = mine
        self._new.append(self._enter(person, report, mine))
        for other in held:
            self._pairs[_pair(person, other)] = CONTRADICTED
        if report.nominal:
            self._by_number.setdefault(report.nominal, []).append(person)
        return person

    def restricted_alike(self, report: Report) -> UUID | None:
        """The restricted person whom a row that is held back names: it is as hidden as they are."""
        mine, numbered = identity(report), self._by_number.get(report.nominal, []) if report.nominal else []
        return next(
            (
                person
                for person in self._restricted
                if person in numbered or compare(mine, self._identities[person], self._weights) is not None
            ),
            None,
        )

    def hear(self, person: UUID, report: Report) -> None:
        """A further word on a known person."""
        mine = identity(report)
        held = self._identities.get(person, Identity())
        self._identities[person] = replace(
            held,
            phones=held.phones | mine.phones,
            emails=held.emails | mine.emails,
            addresses=held.addresses | mine.addresses,
            born=held.born or mine.born,
            sex=held.sex if held.sex != "0" else mine.sex,
        )
        self._enter(person, report, mine)

    def alleged(self, person: UUID, case: UUID, report: Report) -> None:
        """Who is said to have done it: kept, and never suggested as the victim."""
        accused = marks(scheme=self._scheme, number=report.suspect_nominal, name=report.suspect_name)
        self._accused.setdefault(person, set()).update(accused)
        if report.suspect_nominal or report.suspect_name:
            self._alleged.append(
                Perpetrator(
                    person_id=person,
                    case_id=case,
                    scheme=self._scheme,
                    nominal=report.suspect_nominal,
                    name=report.suspect_name,
                    kind=report.relationship,
                )
            )

    def write(self, *, now: datetime) -> None:
        """Register who is new and record what was told. The hub's grants must be there."""
        year = timezone.localdate(now).year % 100
        numbers = next_numbers("referrals_person_number", len(self._new))
        register_people(
            people=[
                (f"P-{year:02d}-{number:06d}", one) for number, one in zip(numbers, self._new, strict=True)
            ],
            at=now,
        )
        new = {one.person_id for one in self._new}
        complete_people(details=[one for one in self._details if one.person_id not in new])
        record_details(details=self._details, at=now)

    def suggest(self, *, now: datetime) -> None:
        """Record the perpetrators (the cases must be there), and propose who may be one person."""
        record_perpetrators(alleged=self._alleged, at=now)
        part_whom_reports_accuse(people={one.person_id for one in self._details})
        likenesses = []
        for (person, other), likeness in self._pairs.items():
            if self._is_accused(person, by=other) or self._is_accused(other, by=person):
                continue  # victim and alleged perpetrator of one incident
            likenesses.append(Likeness(person, other, likeness))
            data: dict[str, object] = {"person": str(person), "other": str(other)}
            self.told.append(Happening("person.suggested", at=now, data=data))
        suggest_same(likenesses=likenesses, at=now)

    def _is_accused(self, person: UUID, *, by: UUID) -> bool:
        one = self._identities[person]
        own = self._marks.get(person, set()) | marks(scheme="", name=f"{one.given_names} {one.surname}")
        return not own.isdisjoint(self._accused.get(by, ()))

    def _enter(self, person: UUID, report: Report, mine: Identity) -> Details:
        """Note what was told, and compare the person with everybody who shares a key."""
        told = details(person, report, self._scheme, match_keys(mine))
        self._details.append(told)
        self._marks.setdefault(person, set()).update(marks(scheme=self._scheme, number=report.nominal))
        holders = [self._by_key.setdefault(key, []) for key in told.match_keys]
        others = nearest(holders)
        for each in holders:
            if len(each) <= MOST_OF_ONE_KEY and person not in each:
                each.append(person)
        for other in others:
            if other == person or other not in self._identities or _pair(person, other) in self._pairs:
                continue
            held = self._identities[person]
            likeness = compare(held, self._identities[other], self._weights)
            if likeness is None and held != mine:  # what is told now may say more than what was known
                likeness = compare(mine, self._identities[other], self._weights)
            if likeness:
                self._pairs[_pair(person, other)] = likeness
        return told


def identity(report: Report) -> Identity:
    """What a report tells for recognising a person."""
    return Identity(
        given_names=report.given_names,
        surname=report.surname,
        born=born_on(report.date_of_birth),
        sex=report.sex,
        phones=frozenset(phone.number for phone in report.phones),
        emails=frozenset({report.email} - {""}),
        # A safe address is kept apart, and recognises nobody.
        addresses=frozenset()
        if report.is_safe_address
        else frozenset({Address(report.address, report.postcode)} - {Address()}),
    )


def details(person: UUID, report: Report, scheme: str, keys: tuple[str, ...]) -> Details:
    """What a report tells about a person, with the safety of each way to reach them.

    A sender's one mark is about telephones; whether letters or e-mails are safe is then not known, or worse.
    """
    rules = read_notes(report.safe_contact_notes)
    marked = MARKS[report.safe_to_contact]
    by_email: ContactMethod.Safety = Safety.UNKNOWN if marked == Safety.UNSAFE else marked
    letters: ContactMethod.Safety = Safety.UNSAFE if marked == Safety.UNSAFE else Safety.UNKNOWN
    by_email = by_email if report.safe_to_email is None else MARKS[report.safe_to_email]
    letters = letters if report.safe_to_write is None else MARKS[report.safe_to_write]
    contacts = [
        Contact(phone.kind, phone.number, marked, report.safe_contact_notes, rules) for phone in report.phones
    ]
    if report.email:
        contacts.append(Contact("email", report.email, by_email, report.safe_contact_notes, rules))
    through = rules.get("through")
    if isinstance(through, dict) and (number := telephone(str(through["number"]))):
        whose = {"belongs_to": through["who"]}
        contacts.append(
            Contact(
                number.kind, number.number, Safety.SAFE, f"Belongs to the person’s {through['who']}.", whose
            )
        )
    return Details(
        person_id=person,
        given_names=report.given_names,
        surname=report.surname,
        date_of_birth=report.date_of_birth,
        sex=report.sex,
        ethnicity=report.ethnicity,
        language=report.language,
        interpreter=report.interpreter,
        identifier=(scheme, report.nominal) if report.nominal else None,
        contacts=tuple(contacts),
        address_lines="" if report.is_safe_address else report.address,
        postcode="" if report.is_safe_address else report.postcode,
        safe_address=SafePlace(report.address, report.postcode) if report.is_safe_address else None,
        letters=letters,
        match_keys=keys,
    )


def _pair(one: UUID, other: UUID) -> tuple[UUID, UUID]:
    """The newer person first: each pair is suggested once, whoever was compared with whom."""
    return (one, other) if one > other else (other, one)
