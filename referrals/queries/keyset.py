"""Pages of a list by keyset: a page begins after a row's place in the order, never at an OFFSET.

Rows that come or go between two pages move nobody: no row that stays is skipped or shown twice.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row")


@dataclass(frozen=True)
class SortKey:
    """A column to sort by (ties are broken by id), and how a cursor's text becomes its value.

    nullable: rows without a value come last in rising order and first in falling order.
    """

    column: str
    read: Callable[[Any], Any]
    nullable: bool = False


@dataclass(frozen=True)
class Place:
    """Where a row stands in an order: the value it is sorted by, and its id."""

    value: Any
    id: UUID

    def as_cursor(self) -> str:
        value = self.value.isoformat() if isinstance(self.value, datetime) else self.value
        value = str(value) if isinstance(value, UUID) else value
        return urlsafe_b64encode(json.dumps([value, str(self.id)]).encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list, with the cursors of the pages around it ("" where there is none)."""

    rows: list[Row]
    previous: str
    next: str


@dataclass(frozen=True)
class Slice:
    """The ids of one page in order, with the cursors of the pages around it ("" where there is none)."""

    ids: list[UUID]
    previous: str
    next: str

    def among(self, found: Mapping[UUID, Row]) -> list[Row]:
        """Those of the page that were found, in its order."""
        return [found[one] for one in self.ids if one in found]

    def page(self, rows: list[Row]) -> Page[Row]:
        """What is shown of the page, with its cursors."""
        return Page(rows, self.previous, self.next)


def place_from(cursor: str, key: SortKey) -> Place | None:
    """The place that a cursor names; None for no cursor and for one that was not made here: the first page."""
    if not cursor:
        return None
    try:
        value, row_id = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return Place(key.read(value), UUID(row_id))
    except (ValueError, TypeError, AttributeError):
        return None


def one_page(
    branches: Sequence[QuerySet[Any]],
    *,
    key: SortKey,
    descending: bool,
    size: int,
    after: str = "",
    before: str = "",
) -> Slice:
    """One page of all branches together.

    branches: querysets of one model that exclude each other, such as one a status: each is walked along
    its own index for no more than a page, where `status IN (...)` would have to sort all that match.
    """
    start, end = place_from(after, key), place_from(before, key)
    backwards = end is not None
    place = end or start
    falling = descending != backwards
    order = [f"-{key.column}", "-id"] if falling else [key.column, "id"]
    found = [
        _from_place(branch, key, place, falling).order_by(*order).values_list(key.column, "id")[: size + 1]
        for branch in branches
    ]
    together = found[0].union(*found[1:], all=True).order_by(*order)[: size + 1] if found[1:] else found[0]
    rows = list(together)
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_previous, has_next = (more, True) if backwards else (start is not None, more)
    return Slice(
        ids=[row_id for _, row_id in rows],
        previous=Place(*rows[0]).as_cursor() if rows and has_previous else "",
        next=Place(*rows[-1]).as_cursor() if rows and has_next else "",
    )


def _from_place(branch: QuerySet[Model], key: SortKey, place: Place | None, falling: bool) -> QuerySet[Model]:
    """The rows that come after the place, in the direction that is read."""
    if place is None:
        return branch
    side = "lt" if falling else "gt"
    empty = Q(**{f"{key.column}__isnull": True})
    if place.value is None:
        tied = empty & Q(**{f"id__{side}": place.id})
        return branch.filter(tied | ~empty if falling else tied)
    beyond = Q(**{f"{key.column}__{side}": place.value})
    tied = Q(**{key.column: place.value, f"id__{side}": place.id})
    if key.nullable and not falling:
        return branch.filter(beyond | tied | empty)
    # The first condition says no more than the second, but is one that an index can begin at.
    return branch.filter(Q(**{f"{key.column}__{side}e": place.value}), beyond | tied)
