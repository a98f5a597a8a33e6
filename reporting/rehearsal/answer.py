"""What a dry run tells: who goes elsewhere, what it does to each service, and to which groups of people. Pure.

Only what may be shown leaves this module: counts are rounded, each below the threshold is hidden, and so is what
would tell it (reporting.small_cells). What is kept of a dry run is this and no more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pathways.pathway import Route
from reporting.rehearsal.question import AGE_BANDS, GROUPS, NOT_KNOWN, Counted
from reporting.rehearsal.waits import mean_wait
from reporting.small_cells import Sum, is_small, suppressed

Cell = tuple[str, ...]
AREAS = 12
"""So many areas are told apart, the largest; the others are taken together."""
OTHER_AREAS = "other areas"
SPLIT_FROM = 50
"""So many cases a group must have for it to be told at which services they are: of fewer nearly all were hidden."""
ROUNDED_TO = 5
WITHOUT = "without"
"""Of a flag: everybody else. Not shown; it is counted so that it cannot be worked out either."""


@dataclass(frozen=True, order=True)
class Change:
    """What a case loses and gains by the new version: services, and the routes by which it came to them."""

    lost: tuple[str, ...]
    gained: tuple[str, ...]
    rules_lost: tuple[str, ...]
    rules_gained: tuple[str, ...]


@dataclass
class Tally:
    """The cases of one group, or all: how many, how many go elsewhere, and how many each service has."""

    cases: int = 0
    elsewhere: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    changes: Counter[Change] = field(default_factory=Counter)

    def add(self, one: Counted) -> None:
        had, has = _services(one.before), _services(one.after)
        self.cases += one.cases
        for counter, services in (
            (self.before, had), (self.after, has), (self.left, had - has), (self.came, has - had)
        ):  # fmt: skip
            counter.update(dict.fromkeys(services, one.cases))
        if had != has:
            self.elsewhere += one.cases
            self.changes[_change(one)] += one.cases


@dataclass(frozen=True)
class Tallies:
    """The rows of a dry run, summed: all cases, and each group's values."""

    all: Tally
    groups: Mapping[str, Mapping[str, Tally]]

    @classmethod
    def of(cls, rows: Iterable[Counted]) -> "Tallies":
        everybody = Tally()
        groups: dict[str, dict[str, Tally]] = {name: defaultdict(Tally) for name in GROUPS}
        listed = list(rows)
        areas: Counter[str] = Counter()
        for one in listed:
            if one.group == "area":
                areas[one.value] += one.cases
        largest = {area for area, _ in areas.most_common(AREAS)}
        for one in listed:
            if not one.group:
                everybody.add(one)
            elif one.group == "area" and one.value not in largest:
                groups["area"][OTHER_AREAS].add(one)
            else:
                groups[one.group][one.value].add(one)
        return cls(everybody, groups)


def told(
    tallies: Tallies, waits_before: Mapping[str, int | None], waits_after: Mapping[str, int | None]
) -> dict[str, Any]:
    """The dry run's numbers as JSON, as they may be shown: a number, or words in place of a small one.

    waits_before, waits_after: by service, the hours that an answer takes, as reporting.rehearsal.waits has them.
    """
    counts, sums = _table(tallies)
    shown = suppressed(counts, sums, to=ROUNDED_TO)
    services = sorted({*tallies.all.before, *tallies.all.after})
    return {
        "rounded_to": ROUNDED_TO,
        "cases": shown["cases",],
        "elsewhere": shown["elsewhere",],
        "changes": [
            {
                "lost": list(change.lost),
                "gained": list(change.gained),
                "rules_lost": list(change.rules_lost),
                "rules_gained": list(change.rules_gained),
                "cases": shown["change", str(index)],
            }
            for index, change in enumerate(_listed(tallies.all))
        ],
        "other_changes": shown["other changes",],
        "services": [
            {
                "service": service,
                **{name: shown[name, service] for name in ("before", "after", "left", "came")},
                "wait_before": waits_before.get(service),
                "wait_after": waits_after.get(service),
            }
            for service in services
        ],
        "groups": [
            _group(shown, group, value, tally, {"before": waits_before, "after": waits_after})
            for group in GROUPS
            for value, tally in sorted(tallies.groups[group].items(), key=_place)
        ],
    }


def _place(one: tuple[str, Tally]) -> tuple[int, str]:
    """Ages by age, all else by name; what is not known comes last."""
    ages = [words for words, _ in AGE_BANDS]
    return (
        len(ages) if one[0] == NOT_KNOWN else ages.index(one[0]) if one[0] in ages else len(ages) - 1,
        one[0],
    )


def _group(
    shown: Mapping[Cell, int | str],
    group: str,
    value: str,
    tally: Tally,
    waits: Mapping[str, Mapping[str, int | None]],
) -> dict[str, Any]:
    services = sorted({*tally.before, *tally.after}) if tally.cases >= SPLIT_FROM else []
    cells = {which: {service: shown[which, service, group, value] for service in services} for which in waits}
    return {
        "group": group,
        "value": value,
        "cases": shown["cases", group, value],
        "elsewhere": shown["elsewhere", group, value],
        "services": [
            {"service": service, "before": cells["before"][service], "after": cells["after"][service]}
            for service in services
        ],
        # A mean would tell how people are shared out where that is hidden: it is told only where nothing is.
        **{
            f"wait_{which}": mean_wait({s: n for s, n in cell.items() if isinstance(n, int)}, waits[which])
            if all(isinstance(number, int) for number in cell.values())
            else None
            for which, cell in cells.items()
        },
    }


def _table(tallies: Tallies) -> tuple[dict[Cell, int], list[Sum[Cell]]]:
    """Every count that is shown, and every sum that a reader could do with them."""
    everybody = tallies.all
    counts: dict[Cell, int] = {}
    sums: list[Sum[Cell]] = []
    services = sorted({*everybody.before, *everybody.after})
    changes = _listed(everybody)

    def adds_up(total: Cell, parts: Iterable[Cell]) -> None:
        sums.append(Sum(total, tuple(parts)))

    counts |= {
        ("cases",): everybody.cases,
        ("elsewhere",): everybody.elsewhere,
        ("same",): everybody.cases - everybody.elsewhere,
    }
    adds_up(("cases",), [("elsewhere",), ("same",)])
    counts |= {("change", str(index)): everybody.changes[change] for index, change in enumerate(changes)}
    counts["other changes",] = everybody.elsewhere - sum(everybody.changes[change] for change in changes)
    adds_up(("elsewhere",), [("other changes",), *(("change", str(index)) for index in range(len(changes)))])
    for service in services:
        stayed = everybody.before[service] - everybody.left[service]
        counts |= {
            ("before", service): everybody.before[service],
            ("after", service): everybody.after[service],
            ("left", service): everybody.left[service],
            ("came", service): everybody.came[service],
            ("stayed", service): stayed,
        }
        adds_up(("before", service), [("stayed", service), ("left", service)])
        adds_up(("after", service), [("stayed", service), ("came", service)])
        for which, of in (("left", "lost"), ("came", "gained")):
            if all(service not in getattr(one, of) for one in set(everybody.changes) - set(changes)):
                moved = [("change", str(i)) for i, one in enumerate(changes) if service in getattr(one, of)]
                adds_up((which, service), moved)
    for group, values in _partitions(tallies):
        for value, tally in values.items():
            cell: Cell = (group, value)
            counts |= {
                ("cases", *cell): tally.cases,
                ("elsewhere", *cell): tally.elsewhere,
                ("same", *cell): tally.cases - tally.elsewhere,
            }
            adds_up(("cases", *cell), [("elsewhere", *cell), ("same", *cell)])
            if tally.cases >= SPLIT_FROM:
                for service in services:
                    counts["before", service, *cell] = tally.before[service]
                    counts["after", service, *cell] = tally.after[service]
        for which in ("cases", "elsewhere"):
            adds_up((which,), [(which, group, value) for value in values])
        if all(tally.cases >= SPLIT_FROM for tally in values.values()):
            for service in services:
                for which in ("before", "after"):
                    adds_up((which, service), [(which, service, group, value) for value in values])
    return counts, sums


def _listed(everybody: Tally) -> list[Change]:
    """The changes that are told one by one, the most cases first; those of few cases are told together."""
    many = {change: cases for change, cases in everybody.changes.items() if not is_small(cases)}
    return sorted(many, key=lambda change: (-many[change], change))


def _partitions(tallies: Tallies) -> Iterable[tuple[str, Mapping[str, Tally]]]:
    """Each way of telling all cases apart. A case may have several flags: each is told from those without it."""
    for group, values in tallies.groups.items():
        if group != "flags":
            yield group, values
            continue
        for flag, tally in values.items():
            yield group, {flag: tally, f"{WITHOUT} {flag}": _others(tallies.all, tally)}


def _others(everybody: Tally, some: Tally) -> Tally:
    return Tally(
        cases=everybody.cases - some.cases,
        elsewhere=everybody.elsewhere - some.elsewhere,
        before=everybody.before - some.before,
        after=everybody.after - some.after,
    )


def _services(routes: tuple[Route, ...]) -> frozenset[str]:
    return frozenset(route.service for route in routes)


def _change(one: Counted) -> Change:
    before, after = one.before, one.after
    had, has = _services(before), _services(after)
    return Change(
        lost=tuple(sorted(had - has)),
        gained=tuple(sorted(has - had)),
        rules_lost=tuple(route.name for route in before if route.service in had - has),
        rules_gained=tuple(route.name for route in after if route.service in has - had),
    )
