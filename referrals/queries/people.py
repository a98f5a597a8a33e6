"""How lists of cases name the people in them and say how they may be reached: one query each, whatever the rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from access.sight import NOTHING, Sight, sights_of
from referrals.models import Case
from victims.models import ContactMethod, PersonName, SamePersonSuggestion


@dataclass(frozen=True)
class Name:
    """A name as it was given; either half may be empty."""

    given_names: str
    surname: str

    @property
    def full(self) -> str:
        return f"{self.given_names} {self.surname}".strip() or "Name not known"

    @property
    def short(self) -> str:
        """Initial and surname, as lists show people: "J. Okafor"."""
        if not self.surname:
            return self.full
        initial = self.given_names.strip()[:1]
        return f"{initial}. {self.surname}" if initial else self.surname


NAMELESS = Name("", "")


def names_by_person(people: Iterable[UUID]) -> dict[UUID, Name]:
    """The newest name of each person."""
    rows = (
        PersonName.objects.filter(person__in=set(people))
        .order_by("person_id", "-recorded_at", "-id")
        .distinct("person_id")
        .values_list("person_id", "given_names", "surname")
    )
    return {person: Name(given, surname) for person, given, surname in rows}


def names_shown(cases: Iterable[Case], sights: Mapping[UUID, Sight] | None = None) -> dict[UUID, Name]:
    """By person: the newest name, of those cases whose identity the reader is shown.

    sights: of the cases, where the caller has asked for them already.
    """
    listed = list(cases)
    seen = sights_of(case.id for case in listed) if sights is None else sights
    return names_by_person(case.person_id for case in listed if seen.get(case.id, NOTHING).shows(PersonName))


def all_names(case: Case, sight: Sight) -> list[Name]:
    """Every name that the person of the case goes by, the newest first; none where they are not shown."""
    rows = PersonName.objects.filter(person=case.person_id).order_by("-recorded_at", "-id")
    return [Name(row.given_names, row.surname) for row in sight.rows(rows)]


def contact_methods_by_person(people: Iterable[UUID]) -> dict[UUID, list[ContactMethod]]:
    """Ways to reach each person, oldest first."""
    found: dict[UUID, list[ContactMethod]] = defaultdict(list)
    for method in ContactMethod.objects.filter(person__in=set(people)).order_by("id"):
        found[method.person_id].append(method)
    return found


def people_with_open_suggestions(people: Iterable[UUID]) -> set[UUID]:
    """Those of the people for whom somebody must still say whether another is the same."""
    wanted = set(people)
    pairs = SamePersonSuggestion.objects.filter(
        Q(person__in=wanted) | Q(other__in=wanted), state=SamePersonSuggestion.State.OPEN
    ).values_list("person_id", "other_id")
    return {person for pair in pairs for person in pair} & wanted
