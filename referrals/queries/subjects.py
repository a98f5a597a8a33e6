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
