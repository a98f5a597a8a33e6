"""What the actor is shown of a case, by category: the one layer through which pages, lists, API and print read.

The policies of the database keep back the same rows; here a part that is not shown is not even asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from access.categories import ALL_CATEGORIES, CATEGORY_OF, Category
from access.context import current_actor
from access.models import Grant

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Sight:
    """The data categories of one case that a reader is shown; which table is of which is in access.categories."""

    categories: frozenset[Category] = frozenset()

    def shows(self, model: type[Model]) -> bool:
        return CATEGORY_OF[model._meta.db_table] in self.categories

    def rows(self, found: QuerySet[Row]) -> list[Row]:
        """The rows of a bounded query, or none where their category is not shown."""
        return list(found) if self.shows(found.model) else []

    def first(self, found: QuerySet[Row]) -> Row | None:
        return found.first() if self.shows(found.model) else None

    def narrowed(self, to: Iterable[str]) -> "Sight":
        """This sight as far as it is also one of those categories."""
        return Sight(self.categories & {Category(one) for one in to})

    @property
    def hidden(self) -> list[Category]:
        """What is not shown, in the usual order."""
        return [Category(one) for one in ALL_CATEGORIES if one not in self.categories]


NOTHING = Sight()


def sights_of(cases: Iterable[UUID]) -> dict[UUID, Sight]:
    """By case: what the actor of this transaction is shown of it now. A case that is not there shows nothing.

    Read from the grants that every policy asks, in one query; a test holds the two against each other.
    """
    lasting = Q(until__isnull=True) | Q(until__gt=timezone.now())
    grants = Grant.objects.filter(lasting, agency_id=current_actor().agency_id, case_id__in=set(cases))
    return {
        case_id: Sight(frozenset(Category(one) for one in categories))
        for case_id, categories in grants.values_list("case_id", "categories")
    }


def sight_of(case_id: UUID) -> Sight:
    """What the actor of this transaction is shown of the case now; nothing without a grant."""
    return sights_of([case_id]).get(case_id, NOTHING)
