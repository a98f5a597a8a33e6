"""Between the public references of cases and people and the ids that the record of looks keeps.

Named by settings.ACCESS_SUBJECTS, because the floor of that record may not import this one. Read as the
system account `audit`: an auditor learns which record was opened, and never what is in it.
"""

from collections.abc import Collection
from uuid import UUID

from access.context import acting_as_system
from referrals.models import Case, Referral
from victims.models import Person


def ids_of(reference: str) -> list[UUID]:
    """The ids that looks at this case (or person) may have been recorded under; none for no such record."""
    with acting_as_system("audit"):
        cases = list(Case.objects.filter(reference=reference).values_list("id", flat=True))
        referrals = list(Referral.objects.filter(case_id__in=cases).values_list("id", flat=True))
        people = list(Person.objects.filter(reference=reference).values_list("id", flat=True))
        return [*cases, *referrals, *people]


def references_of(ids: Collection[UUID]) -> dict[UUID, str]:
    """Public references by id, of cases, people, and referrals by their case."""
    with acting_as_system("audit"):
        return {
            **dict(Person.objects.filter(id__in=ids).values_list("id", "reference")),
            **dict(Referral.objects.filter(id__in=ids).values_list("id", "case__reference")),
            **dict(Case.objects.filter(id__in=ids).values_list("id", "reference")),
        }
