"""Between the public references of cases and people and the ids that the record of looks keeps.

Named by settings.ACCESS_SUBJECTS, because the floor of that record may not import this one. Auditors see no case:
for them it is read as the system account `audit`, and they learn which record was opened, never what is in it.
Whoever works cases asks for themselves: the log tells nobody of a record that is restricted for them.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from access.context import acting_as_system, current_actor
from access.roles import Capability
from agencies.queries import agencies_by_id
from referrals.models import Case, Referral
from victims.models import Person


@contextmanager
def _as_reader() -> Iterator[None]:
    if current_actor().can(Capability.SEE_CASES):
        yield
    else:
        with acting_as_system("audit"):
            yield


def ids_of(reference: str) -> list[UUID]:
    """The ids that looks at this case (or person) may have been recorded under; none for no such record."""
    with _as_reader():
        cases = list(Case.objects.filter(reference=reference).values_list("id", flat=True))
        referrals = list(Referral.objects.filter(case_id__in=cases).values_list("id", flat=True))
        people = list(Person.objects.filter(reference=reference).values_list("id", flat=True))
        return [*cases, *referrals, *people]


def references_of(ids: Collection[UUID]) -> dict[UUID, str]:
    """Public references by id, of cases, people, and referrals by their case."""
    with _as_reader():
        return {
            **dict(Person.objects.filter(id__in=ids).values_list("id", "reference")),
            **dict(Referral.objects.filter(id__in=ids).values_list("id", "case__reference")),
            **dict(Case.objects.filter(id__in=ids).values_list("id", "reference")),
        }


def record_of(person_id: UUID) -> tuple[str, list[UUID]] | None:
    """The public reference of a person, and every id that looks at their record are kept under; None for none."""
    with _as_reader():
        reference = Person.objects.filter(id=person_id).values_list("reference", flat=True).first()
        if reference is None:
            return None
        cases = list(Case.objects.filter(person_id=person_id).values_list("id", flat=True))
        referrals = list(Referral.objects.filter(case_id__in=cases).values_list("id", flat=True))
        return reference, [person_id, *cases, *referrals]


def person_behind(ids: Collection[UUID]) -> UUID | None:
    """The person that one of these ids of cases and people belongs to."""
    with _as_reader():
        person = Person.objects.filter(id__in=ids).values_list("id", flat=True).first()
        return person or Case.objects.filter(id__in=ids).values_list("person_id", flat=True).first()


def agency_names() -> dict[UUID, str]:
    """Every agency's name by its id."""
    return {agency_id: agency.name for agency_id, agency in agencies_by_id().items()}
