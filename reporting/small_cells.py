"""Small cells: what leaves the hub in numbers says of no count from 1 to 4 what it is. Pure.

A count below the threshold is hidden; where a hidden one could still be worked out from the totals beside it,
another cell is hidden too (secondary suppression). Whether it could is asked of a reader who knows every sum and
which cells are small, and nothing else: see `bounds`. Zero is shown: it is about nobody.

Where many tables of one thing stand beside each other, hiding what would tell would hide nearly all. There the
counts are rounded first: a sum of rounded counts tells little, and seldom takes another cell with it.
"""

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

THRESHOLD = 5
SMALL = f"fewer than {THRESHOLD}"
NOT_SHOWN = "not shown"

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Sum(Generic[Key]):
    """A published total, and the published parts that add up to it."""

    total: Key
    parts: tuple[Key, ...]


def is_small(count: int) -> bool:
    """Whether a count is about so few that it could name them."""
    return 0 < count < THRESHOLD


def suppressed(
    counts: Mapping[Key, int], sums: Iterable[Sum[Key]] = (), *, to: int = 1
) -> dict[Key, int | str]:
    """The counts as they may leave: a number, or SMALL, or NOT_SHOWN where showing it would tell a small one.

    sums: every sum that a reader could do with what is published beside each other.
    to: counts are rounded to the nearest multiple of this odd number; 1 leaves them as they are.
    """
    known = list(sums)
    small = {key for key, count in counts.items() if is_small(count)}
    said, hidden = (
        set(small),
        set(small),
    )  # of which cells it is said that they are small; which are not shown
    while True:
        shown = {key: _shown(key, count, said, hidden, to) for key, count in counts.items()}
        ranges = bounds(shown, known, to=to)
        told = {key for key in small if ranges[key][0] == ranges[key][1]}
        if not told:
            return shown
        if (beside := _next_to_hide(counts, known, told, hidden)) is not None:
            hidden.add(beside)
        else:  # all is hidden, and that so many are small tells them: it is not said of these any more
            said -= told


def _shown(key: Key, count: int, said: set[Key], hidden: set[Key], to: int) -> int | str:
    if key in said:
        return SMALL
    return NOT_SHOWN if key in hidden else (count + to // 2) // to * to


def bounds(
    shown: Mapping[Key, int | str], sums: Iterable[Sum[Key]] = (), *, to: int = 1
) -> dict[Key, tuple[float, float]]:
    """What a reader of the published table can work out of each cell: the least and the most that it can be.

    Each sum narrows its cells until nothing narrows any more. to: what the reader knows the counts to be rounded to.
    """
    known = list(sums)
    least: dict[Key, float] = {}
    most: dict[Key, float] = {}
    for key, cell in shown.items():
        least[key], most[key] = _said_of(cell, to)
    changed = True
    while changed:
        changed = False
        for line in known:
            for key in (line.total, *line.parts):
                low, high = _from_the_others(line, key, least, most)
                if low > least[key] or high < most[key]:
                    least[key], most[key] = max(least[key], low), min(most[key], high)
                    changed = True
    return {key: (least[key], most[key]) for key in shown}


def _said_of(cell: int | str, to: int) -> tuple[float, float]:
    if not isinstance(cell, int):
        return (1, THRESHOLD - 1) if cell == SMALL else (0, math.inf)
    # Zero is never rounded to: a count that is shown is zero, or not small.
    return (max(cell - to // 2, THRESHOLD), cell + to // 2) if cell and to > 1 else (cell, cell)


def _from_the_others(
    line: Sum[Key], key: Key, least: Mapping[Key, float], most: Mapping[Key, float]
) -> tuple[float, float]:
    if key == line.total:
        return sum(least[part] for part in line.parts), sum(most[part] for part in line.parts)
    others = [part for part in line.parts if part != key]
    low = least[line.total] - sum(most[part] for part in others)
    return (0 if math.isnan(low) else low), most[line.total] - sum(least[part] for part in others)


def _next_to_hide(
    counts: Mapping[Key, int], sums: list[Sum[Key]], told: set[Key], hidden: set[Key]
) -> Key | None:
    """The cell to hide next: the smallest part beside what was worked out that is about somebody, or its total.

    None where every cell that is about somebody is hidden.
    """
    beside = [line for line in sums if told & {line.total, *line.parts}]
    parts = [part for line in beside for part in line.parts if part not in hidden and counts[part] > 0]
    totals = [line.total for line in beside if line.total not in hidden]
    anything = [key for key in counts if key not in hidden and counts[key] > 0]
    return min(parts or totals or anything, key=lambda key: counts[key], default=None)
