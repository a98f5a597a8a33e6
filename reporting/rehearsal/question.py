"""The dry run as one question to the database: which routes each case would take, before and after, counted.

A book is one version of each pathway, as routing looks at them together. A case counts once, by the facts kept
with its latest decision of the window. Routes are taken as referrals.routing.choose has it: those that match, in
order of priority; of a group the first; a pathway's default where none of its own matches, the general one's
where nothing does. What was on offer (agreements, consents, room) is left aside: two books are compared, and
nothing else differs between them.

Facts are read once for each case and each different rule is asked once. The answers are packed into a number, a bit
each, and cases of one number are counted together. Then both books choose, once for a number: of a million cases there
are some tens of thousands. A column that is never the same twice keeps the steps apart: without it the database would
work out a step again wherever it is used. (OFFSET 0 does that too, but then one process alone does all that follows.)
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pathways.facts import FACTS, Fact, find
from pathways.pathway import Pathway, Route
from pathways.rules import Rule, facts_of
from pathways.sql import Sql, condition, kept, of_column
from referrals.decision import IN_COLUMNS

Book = Sequence[Pathway]

GROUPS: dict[str, str] = {"entitlement": "Entitlement", "age": "Age", "flags": "Flags", "area": "Area"}
"""Facts by which cases are told apart, to see whom a change touches; a case may have several flags."""
AGE_BANDS = (("under 18", 17), ("18 to 24", 24), ("25 to 59", 59))
OLDEST = "60 and over"
NOT_KNOWN = "not known"
BITS = 60
"""How many bits of a number are used."""


@dataclass(frozen=True)
class Counted:
    """So many cases that take the same routes: by the old book and by the new one, none where they enter no pathway.

    group, value: of which people, such as "age" and "under 18"; both empty for all cases together.
    """

    before: tuple[Route, ...]
    after: tuple[Route, ...]
    group: str
    value: str
    cases: int


def question(before: Book, after: Book, *, since: datetime, until: datetime, hub_id: UUID) -> Sql:
    """The query whose rows `counted` reads. Cases that are restricted are in no number."""
    asking = _Asking(before, after, GROUPS)
    packed = asking.packed
    marks = [packed.keep(conditions) for conditions in _told_apart(asking.fact)]
    # By one number and one text: the database expects few groups then, and each process counts a share of the cases.
    # By a column for each mark it expects as many groups as cases, and one process counts them all.
    narrowed = Sql.built(
        "SELECT {}, area, count(*) AS cases FROM (SELECT {}, {} AS area FROM ({}) AS read) AS packed GROUP BY {}, area",
        packed.names, packed.columns, asking.fact(FACTS["area"]), asking.read(_Cases(since, until, hub_id)),
        packed.names,
    )  # fmt: skip
    names = [Sql(f"g{i}") for i in range(len(marks) + 1)]
    read_back = Sql.built(
        "{}, cases", _named("g", [*marks, Sql.built("coalesce(area, {}::text)", NOT_KNOWN)])
    )
    listed, routes = Sql.joined(", ", names), asking.routes
    sets = [Sql.built("({})", Sql.joined(", ", [routes, *mark])) for mark in ([], *([one] for one in names))]
    return Sql.built(
        "SELECT {}, {}, GROUPING({}), sum(cases)::bigint FROM ({}) AS chosen GROUP BY GROUPING SETS ({})",
        routes, listed, listed, asking.chosen(narrowed, read_back, Sql.built("{}, cases", listed)),
        Sql.joined(", ", sets),
    )  # fmt: skip


def moving(before: Book, after: Book, *, since: datetime, until: datetime, hub_id: UUID, most: int) -> Sql:
    """The query of decisions, their cases and times, of cases that go elsewhere: the newest, `most` of them at most."""
    asking = _Asking(before, after, ())
    told = Sql("id, case_id, decided_at")
    read = asking.read(_Cases(since, until, hub_id, told=told.text))
    packed = Sql.built("SELECT {}, {}, {} FROM ({}) AS read", told, asking.packed.columns, _apart("k"), read)
    # A condition on nothing volatile would be asked in the scan itself, with every rule written out again and again.
    return Sql.built(
        "SELECT {} FROM ({}) AS chosen WHERE ({}) OR r_apart IS NULL ORDER BY decided_at DESC, id DESC LIMIT {}",
        told, asking.chosen(packed, told, told), asking.elsewhere(), most,
    )  # fmt: skip


def counted(rows: Iterable[tuple[Any, ...]], before: Book, after: Book) -> list[Counted]:
    """The rows of `question`, read back."""
    was, will = ([route for _, route in _in_order(book)] for book in (before, after))
    split = _numbers_for(was)
    marks_from = split + _numbers_for(will)
    found = []
    for row in rows:
        marks, grouping, cases = row[marks_from:-2], row[-2], row[-1]
        # GROUPING has a bit for each mark that the row does not tell apart, that of the first mark the highest.
        at = next((i for i in range(len(marks)) if not grouping >> (len(marks) - 1 - i) & 1), None)
        if at is None:
            group = value = ""
        elif at == len(_MARKS):
            group, value = "area", marks[at]
        else:
            group, value = _MARKS[at][0], _MARKS[at][1][marks[at]]
            if not value:
                continue  # everybody without the flag: the others
        found.append(
            Counted(_routes(was, row[:split]), _routes(will, row[split:marks_from]), group, value, cases)
        )
    return found


@dataclass(frozen=True)
class _Cases:
    """Whose facts are asked: of the decisions of a window. told: columns of the decision that are handed on."""

    since: datetime
    until: datetime
    hub_id: UUID
    told: str = ""

    def facts(self, facts: Sql) -> Sql:
        """Those of each case's latest decision of the window. Those of somebody erased are gone: they are not in it."""
        return Sql.built(
            "SELECT {} FROM referrals_routingdecision AS decision"
            " WHERE decision.decided_at >= {} AND decision.decided_at < {} AND decision.facts <> '{{}}'"
            " AND NOT EXISTS (SELECT 1 FROM referrals_routingdecision AS later"
            " WHERE later.follows_id = decision.id AND later.follows_id IS NOT NULL AND later.decided_at < {})"
            " AND NOT EXISTS (SELECT 1 FROM access_grant AS hidden"
            " WHERE hidden.case_id = decision.case_id AND hidden.agency_id = {} AND hidden.restricted)",
            self.handing_on(facts), self.since, self.until, self.until, self.hub_id,
        )  # fmt: skip

    def handing_on(self, columns: Sql) -> Sql:
        return Sql.built(f"{self.told}, {{}}", columns) if self.told else columns


class _Packed:
    """Answers about a case, as bits of as few numbers as hold them all."""

    def __init__(self) -> None:
        self._numbers: list[list[Sql]] = [[Sql("0::bigint")]]
        self._used = 0

    def keep(self, conditions: Sequence[Sql]) -> Sql:
        """Keep which of these is the first that is true. Returns where it is read: from 1 on, 0 where none is."""
        bits = len(conditions).bit_length()
        if self._used + bits > BITS:
            self._numbers.append([])
            self._used = 0
        place, self._used = self._used, self._used + bits
        whens = [
            Sql.built(f"WHEN {{}} THEN {number << place}::bigint", one)
            for number, one in enumerate(conditions, start=1)
        ]
        self._numbers[-1].append(Sql.built("CASE {} ELSE 0 END", Sql.joined(" ", whens)))
        return Sql(f"(k{len(self._numbers) - 1} >> {place} & {(1 << bits) - 1})")

    @property
    def columns(self) -> Sql:
        return _named("k", [Sql.joined(" + ", parts) for parts in self._numbers])

    @property
    def names(self) -> Sql:
        return Sql(", ".join(f"k{i}" for i in range(len(self._numbers))))


class _Asking:
    """Two books put to the same facts, step by step: facts are read, rules asked, routes offered and then taken.

    besides: facts that are read though no rule asks about them. packed: the answers of a case, and what else is kept.
    """

    def __init__(self, before: Book, after: Book, besides: Iterable[str]) -> None:
        rules, self._offered = _Columns("m"), _Columns("c")
        self._books = [(book, _Choosing(book, rules, self._offered)) for book in (before, after)]
        self._numbers = [choosing.numbers() for _, choosing in self._books]
        names = sorted({*besides, *_asked(before), *_asked(after)})
        self._facts = {name: f"f{i}" for i, name in enumerate(names)}
        self._taken = [number for numbers in self._numbers for number in numbers]
        self.routes = Sql(", ".join(f"r{i}" for i in range(len(self._taken))))
        self.packed = _Packed()
        self._answers = [self.packed.keep([condition(json.loads(rule), self.fact)]) for rule in rules]

    def fact(self, one: Fact) -> Sql:
        return Sql(self._facts[one.name])

    def read(self, cases: "_Cases") -> Sql:
        """The facts that are asked about; one row a case."""
        return cases.facts(_apart("f", [_found(one) for name in self._facts if (one := find(name))]))

    def chosen(self, packed: Sql, handed_on: Sql, names: Sql) -> Sql:
        """The routes that are taken, for each row of packed answers, beside what is handed on under these names."""
        answers = [Sql.built("{} <> 0", one) for one in self._answers]
        return Sql.built(
            "SELECT {}, {} FROM (SELECT {}, * FROM (SELECT {}, {} FROM ({}) AS packed) AS answered) AS offered",
            _apart("r", self._taken), names, _apart("c", [Sql(text) for text in self._offered]),
            _apart("m", answers), handed_on, packed,
        )  # fmt: skip

    def elsewhere(self) -> Sql:
        """Whether the routes taken lead to other services by one book than by the other."""
        leads: dict[str, list[list[str]]] = {}
        at = 0
        for side, (book, _) in enumerate(self._books):
            listed = [route.service for _, route in _in_order(book)]
            for number in range(len(self._numbers[side])):
                bits: dict[str, int] = {}
                for place, service in enumerate(listed[number * BITS : (number + 1) * BITS]):
                    bits[service] = bits.get(service, 0) | 1 << place
                for service, mask in bits.items():
                    leads.setdefault(service, [[], []])[side].append(f"r{at} & {mask}::bigint <> 0")
                at += 1
        differs = [f"({_any(one)}) <> ({_any(other)})" for one, other in leads.values()]
        return Sql(" OR ".join(differs) or "FALSE")


def _found(fact: Fact) -> Sql:
    """Where a decision has the fact: in a column of its own, or in the sheet."""
    if fact.name in IN_COLUMNS:
        return of_column(fact, Sql(f"decision.fact_{fact.name}"))
    return kept(fact, Sql("decision.facts"))


def _any(tests: Sequence[str]) -> str:
    return " OR ".join(tests) or "FALSE"


class _Columns(dict[str, str]):
    """Expressions that are worked out once, each with the name of its column."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def of(self, expression: str) -> str:
        return self.setdefault(expression, f"{self._prefix}{len(self)}")


class _Choosing:
    """How one book chooses, in SQL: what is offered to a case, and what of it is taken."""

    def __init__(self, book: Book, rules: _Columns, offered: _Columns) -> None:
        self._book, self._rules, self._offered = book, rules, offered

    def numbers(self) -> list[Sql]:
        """The routes taken, as numbers of which each bit is one, in the order of `_in_order`."""
        first: dict[str, list[str]] = {}
        bits = []
        for pathway, route in _in_order(self._book):
            is_offered = self._is_offered(pathway, route)
            before = first.setdefault(route.group, []) if route.group else []
            bits.append(f"{is_offered} AND NOT ({' OR '.join(before)})" if before else is_offered)
            if route.group:
                before.append(is_offered)
        return [
            Sql(
                " + ".join(
                    f"CASE WHEN {bit} THEN {1 << place}::bigint ELSE 0 END"
                    for place, bit in enumerate(bits[start : start + BITS])
                )
            )
            for start in range(0, len(bits), BITS)
        ] or [Sql("0::bigint")]

    def _is_offered(self, pathway: Pathway, route: Route) -> str:
        """Whether the route stands before a case, be it only behind another of its group."""
        if route is not pathway.default:
            return self._column(f"{self._enters(pathway)} AND {self._match(route)}")
        if not pathway.general:
            return self._own_default(pathway)
        others = [self._own_default(one) for one in self._book if not one.general]
        others += [self._is_offered(one, its) for one in self._book for its in one.routes]
        # Of several general pathways the first by code stands for all.
        others += [
            self._enters(one) for one in _by_code(self._book) if one.general and one.code < pathway.code
        ]
        return " AND ".join([self._enters(pathway), *(f"NOT {other}" for other in others)])

    def _own_default(self, pathway: Pathway) -> str:
        """A pathway that is entered and has no route that matches."""
        matches = [f"NOT {self._match(route)}" for route in pathway.routes]
        return self._column(" AND ".join([self._enters(pathway), *matches]))

    def _column(self, expression: str) -> str:
        return self._offered.of(expression)

    def _enters(self, pathway: Pathway) -> str:
        return self._rules.of(_key(pathway.entry))

    def _match(self, route: Route) -> str:
        return self._rules.of(_key(route.when))


def _by_code(book: Book) -> list[Pathway]:
    return sorted(book, key=lambda pathway: pathway.code)


def _in_order(book: Book) -> list[tuple[Pathway, Route]]:
    """Every route in the order in which it is looked at; the defaults come last."""
    pathways = _by_code(book)
    routes = [(pathway, route) for pathway in pathways for route in pathway.routes]
    return [
        *sorted(routes, key=lambda one: one[1].priority),
        *((pathway, pathway.default) for pathway in pathways),
    ]


_ENTITLEMENTS = tuple(FACTS["entitlement"].values or ())
_FLAGS = tuple(FACTS["flags"].values or ())
_MARKS = (
    ("entitlement", (NOT_KNOWN, *_ENTITLEMENTS)),
    ("age", (NOT_KNOWN, *(words for words, _ in AGE_BANDS), OLDEST)),
    *(("flags", ("", flag)) for flag in _FLAGS),
)
"""What cases are told apart by, beside the area: each group with its values, the first where no condition holds."""


def _told_apart(fact: Callable[[Fact], Sql]) -> list[list[Sql]]:
    """For each of _MARKS the conditions of its values."""
    entitlement, age, flags = (fact(FACTS[name]) for name in ("entitlement", "age", "flags"))
    up_to = [Sql.built("{} <= {}::int", age, most) for _, most in AGE_BANDS]
    return [
        [Sql.built("{} = {}::text", entitlement, one) for one in _ENTITLEMENTS],
        [*up_to, Sql.built("{} IS NOT NULL", age)],
        *([Sql.built("jsonb_exists({}, {}::text)", flags, flag)] for flag in _FLAGS),
    ]


def _asked(book: Book) -> set[str]:
    rules: list[Rule] = [rule for one in book for rule in (one.entry, *(route.when for route in one.routes))]
    return {name for rule in rules for name in facts_of(rule)}


def _numbers_for(routes: Sequence[Route]) -> int:
    return max(1, -(-len(routes) // BITS))


def _routes(listed: Sequence[Route], numbers: Sequence[int]) -> tuple[Route, ...]:
    return tuple(route for i, route in enumerate(listed) if numbers[i // BITS] >> (i % BITS) & 1)


def _named(prefix: str, pieces: Sequence[Sql]) -> Sql:
    return Sql.joined(", ", [Sql.built(f"{{}} AS {prefix}{i}", piece) for i, piece in enumerate(pieces)])


def _apart(prefix: str, pieces: Sequence[Sql] = ()) -> Sql:
    """The same, as a step of its own: no column that is volatile is worked out anywhere but here."""
    apart = Sql(f"clock_timestamp() AS {prefix}_apart")
    return Sql.joined(", ", [_named(prefix, pieces), apart] if pieces else [apart])


def _key(rule: Mapping[str, Any]) -> str:
    return json.dumps(rule, sort_keys=True)
