"""Small cells: what leaves the hub in numbers says of no count from 1 to 4 what it is. Pure.

A count below the threshold is hidden; where a hidden one could still be worked out from the totals beside it,
another cell is hidden too (secondary suppression). Whether it could is asked of a reader who knows every sum and
which cells are small, and nothing else: see `bounds`. Zero is shown: it is about nobody.
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


def suppressed(counts: Mapping[Key, int], sums: Iterable[Sum[Key]] = ()) -> dict[Key, int | str]:
    """The counts as they may leave: a number, or SMALL, or NOT_SHOWN where showing it would tell a small one.

    sums: every sum that a reader could do with what is published beside each other.
    """
    known = list(sums)
    small = {key for key, count in counts.items() if is_small(count)}
    hidden = set(small)
    while told := _worked_out(counts, known, small, hidden):
        hidden.add(_next_to_hide(counts, known, told, hidden))
    return {
        key: SMALL if key in small else NOT_SHOWN if key in hidden else count for key, count in counts.items()
    }


def bounds(shown: Mapping[Key, int | str], sums: Iterable[Sum[Key]] = ()) -> dict[Key, tuple[float, float]]:
    """What a reader of the published table can work out of each cell: the least and the most that it can be.

    Each sum narrows its cells until nothing narrows any more.
    """
    known = list(sums)
    least: dict[Key, float] = {}
    most: dict[Key, float] = {}
    for key, cell in shown.items():
        if isinstance(cell, int):
            least[key] = most[key] = cell
        else:
            least[key], most[key] = (1, THRESHOLD - 1) if cell == SMALL else (0, math.inf)
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


def _from_the_others(
    line: Sum[Key], key: Key, least: Mapping[Key, float], most: Mapping[Key, float]
) -> tuple[float, float]:
    if key == line.total:
        return sum(least[part] for part in line.parts), sum(most[part] for part in line.parts)
    others = [part for part in line.parts if part != key]
    low = least[line.total] - sum(most[part] for part in others)
    return (0 if math.isnan(low) else low), most[line.total] - sum(least[part] for part in others)


def _worked_out(
    counts: Mapping[Key, int], sums: list[Sum[Key]], small: set[Key], hidden: set[Key]
) -> set[Key]:
    """The small cells that a reader could pin down though they are hidden."""
    table: dict[Key, int | str] = {
        key: SMALL if key in small else NOT_SHOWN if key in hidden else count for key, count in counts.items()
    }
    return {key for key, (low, high) in bounds(table, sums).items() if key in small and low == high}


def _next_to_hide(counts: Mapping[Key, int], sums: list[Sum[Key]], told: set[Key], hidden: set[Key]) -> Key:
    """The cell to hide next: the smallest part beside what was worked out that is about somebody, or its total."""
    beside = [line for line in sums if told & {line.total, *line.parts}]
    parts = [part for line in beside for part in line.parts if part not in hidden and counts[part] > 0]
    totals = [line.total for line in beside if line.total not in hidden]
    anything = [key for key in counts if key not in hidden and counts[key] > 0]
    return min(parts or totals or anything, key=lambda key: counts[key])
