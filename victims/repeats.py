"""Repeat victimisation: how often somebody was a victim in twelve months, and how often of one perpetrator. Pure.

Twelve months is how the field counts it: the Code's "persistently targeted" (see victims.entitlement), and the
escalation and repeat rules of MARAC.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Reported:
    """One report: when, and what tells who is alleged to have done it (see victims.matching.marks)."""

    at: datetime
    accused: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Repeats:
    """The reports of twelve months, oldest first; and those of them that name one and the same perpetrator,
    whoever is named most."""

    dates: tuple[datetime, ...] = ()
    same_perpetrator: tuple[datetime, ...] = ()

    @property
    def words(self) -> str:
        """What must be known at a glance; empty for a first report."""
        if len(self.dates) < 2:
            return ""
        again = (
            f", {len(self.same_perpetrator)} name the same person" if len(self.same_perpetrator) > 1 else ""
        )
        return f"{ordinal(len(self.dates))} report in 12 months{again}"


def repeats(reports: Iterable[Reported], *, until: datetime) -> Repeats:
    """What twelve months up to that moment hold, that moment included and the one a year before it not."""
    counted = sorted((one for one in reports if until - YEAR < one.at <= until), key=lambda one: one.at)
    by_mark: dict[str, list[datetime]] = defaultdict(list)
    for one in counted:
        for mark in one.accused:
            by_mark[mark].append(one.at)
    most = max(by_mark.values(), key=lambda dates: (len(dates), dates), default=[])
    return Repeats(dates=tuple(one.at for one in counted), same_perpetrator=tuple(most))


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th ..."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
