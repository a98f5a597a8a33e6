"""A pathway version as data: who enters, what must be assessed, and where each kind of case goes.

    code: northshire                      a slug; every version of one pathway shares it
    number: 1                             the version; a proposed one is never edited
    title: Northshire victim pathway
    entry: RULE                           who enters (see pathways.rules); {all: []} is everybody
    general: true                         default false; the pathway that catches the rest: its default is taken
                                          only where no route of any pathway matches
    assessments:
      - {instrument: risk-24, when: RULE} wanted where the rule is true or not known
    routes:                               read in order of priority, then of the file
      - name: High-risk domestic abuse
        when: RULE
        service: idva                     the code of a service in the directory
        purpose: victim_support           must be a purpose of the agreement
        categories: [identity, contact]   all that the partner needs to be told, and no more
        basis: consent                    or public_task, legal_obligation, vital_interests, safeguarding
        basis_reason: ...                 wanted for every basis but consent: why it applies
        answer_within: {working_hours: 4} see referrals.clocks
        urgent: true                      default false
        group: domestic-abuse             of one group, over all pathways, only the first matching route
                                          is taken; routes without a group run together
        priority: 10                      lower comes first; default 100
        fallback: [victim-care]           services tried in turn where this one cannot take the case
        overflow: [victim-care-2]         services tried in turn, before those, where every team of this one is full
        wait_for_room: true               default false; where it is full, and the overflow too, the case waits for
                                          a place instead of falling back
    default: {name: ..., service: ...}    a route without `when`: taken where no route of this pathway matches
    review: {working_days: 20}            when the hub looks at a routed case again

The founding file adds `in_force_from`, `ratified` (agency, by, on, position), `threshold` and `lead`, which are kept
beside it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from access.categories import ALL_CATEGORIES
from pathways.rules import ALWAYS, Rule, evaluate, validate

BASES: dict[str, str] = {
    "consent": "consent",
    "public_task": "public task",
    "legal_obligation": "legal obligation",
    "vital_interests": "vital interests",
    "safeguarding": "safeguarding",
}
SAFEGUARDING_OVERRIDE = "safeguarding_override"
BASIS_WORDS = {**BASES, SAFEGUARDING_OVERRIDE: "safeguarding override"}
"""Every basis that a disclosure can have. The override is decided on a case, by two people: no route may name it."""
UNITS = ("working_days", "working_hours", "days", "hours")
ROUTE_KEYS = {
    "name", "when", "service", "purpose", "categories", "basis", "basis_reason",
    "answer_within", "urgent", "group", "priority", "fallback", "overflow", "wait_for_room",
}  # fmt: skip
PATHWAY_KEYS = {
    "code", "number", "title", "entry", "general", "assessments", "routes", "default", "review",
    "in_force_from", "ratified",
}  # fmt: skip
_OPTIONAL = (
    ("basis_reason", str, "a text"),
    ("group", str, "a text"),
    ("priority", int, "a whole number"),
    ("urgent", bool, "true or false"),
    ("wait_for_room", bool, "true or false"),
)


class PathwayError(Exception):
    """The definition cannot be used; the message lists every problem found in it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("This pathway cannot be used. " + " ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Route:
    """Where cases go that meet `when`: to which service, told what, on which basis, answered by when."""

    name: str
    when: Rule
    service: str
    purpose: str
    categories: tuple[str, ...]
    basis: str
    basis_reason: str
    answer_within: Mapping[str, Any]
    urgent: bool = False
    group: str = ""
    priority: int = 100
    fallback: tuple[str, ...] = ()
    overflow: tuple[str, ...] = ()
    wait_for_room: bool = False

    @property
    def services(self) -> tuple[str, ...]:
        """Every service that may be sent the case by this route, the route's own first."""
        return tuple(dict.fromkeys((self.service, *self.overflow, *self.fallback)))


@dataclass(frozen=True, slots=True)
class Pathway:
    """One version, read and found valid. `routes` stand in the order in which they are looked at."""

    code: str
    number: int
    title: str
    entry: Rule
    assessments: tuple[tuple[str, Rule], ...]
    routes: tuple[Route, ...]
    default: Route
    review: Mapping[str, Any] = field(default_factory=dict)
    general: bool = False


def read_pathway(definition: Mapping[str, Any]) -> Pathway:
    """The pathway that a definition describes. Raises PathwayError with every problem in words."""
    problems = validate_pathway(definition)
    if problems:
        raise PathwayError(problems)
    routes = [_route(entry) for entry in definition["routes"]]
    return Pathway(
        code=definition["code"],
        number=definition["number"],
        title=definition["title"],
        entry=definition["entry"],
        assessments=tuple(
            (entry["instrument"], entry["when"]) for entry in definition.get("assessments", ())
        ),
        routes=tuple(sorted(routes, key=lambda route: route.priority)),
        default=_route({**definition["default"], "when": ALWAYS}),
        review=definition.get("review", {}),
        general=definition.get("general", False),
    )


def required_assessments(pathways: Iterable[Pathway], facts: Mapping[str, object]) -> list[str]:
    """The instruments that a case with these facts needs, for each pathway that it enters or may enter.

    Where that is not known, it is asked for.
    """
    wanted = [
        code
        for pathway in pathways
        if evaluate(pathway.entry, facts).value is not False
        for code, when in pathway.assessments
        if evaluate(when, facts).value is not False
    ]
    return list(dict.fromkeys(wanted))


def length_words(length: Mapping[str, Any]) -> str:
    """A length of time as a reader would say it: "2 working days", "1 hour"."""
    unit = next(unit for unit in UNITS if unit in length)
    number, words = length[unit], unit.replace("_", " ")
    at_the_time = ", by the time of day it started" if length.get("due_by") == "same_time" else ""
    return f"{number} {words[:-1] if number == 1 else words}{at_the_time}"


def validate_pathway(definition: object) -> list[str]:
    """What is wrong with a definition, each problem in words that name the route; empty when it can be used."""
    if not isinstance(definition, Mapping):
        return ["A pathway must be an object."]
    problems = [
        f"The pathway has an unknown entry {key!r}."
        for key in sorted(set(definition) - PATHWAY_KEYS, key=str)
    ]
    for key, kind in {"code": str, "number": int, "title": str, "routes": list, "default": dict}.items():
        if type(definition.get(key)) is not kind:
            problems.append(f"The pathway needs `{key}`.")
    problems += _in("The entry rule", validate(definition.get("entry")))
    assessments = definition.get("assessments", [])
    for entry in assessments if isinstance(assessments, list) else [assessments]:
        if not isinstance(entry, Mapping) or set(entry) != {"instrument", "when"}:
            problems.append("Each of `assessments` needs `instrument` and `when`.")
        else:
            problems += _in(f"Assessment {entry['instrument']}", validate(entry["when"]))
    if type(definition.get("general", False)) is not bool:
        problems.append("`general` must be true or false.")
    if "review" in definition:
        problems += _in("The review", _validate_length(definition["review"]))
    routes, default = definition.get("routes"), definition.get("default")
    names: set[object] = set()
    for entry in routes if isinstance(routes, list) else []:
        problems += _validate_route(entry, names, needs_rule=True)
    if isinstance(default, Mapping):
        problems += _validate_route(default, names, needs_rule=False)
    return problems


def _validate_route(entry: object, names: set[object], needs_rule: bool) -> list[str]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("name"), str):
        return ["A route must be an object with a `name`."]
    name, problems = entry["name"], []
    if name in names:
        problems.append("another route has the same name.")
    names.add(name)
    problems += [f"unknown entry {key!r}." for key in sorted(set(entry) - ROUTE_KEYS, key=str)]
    for key in ("service", "purpose"):
        if not isinstance(entry.get(key), str) or not entry[key]:
            problems.append(f"`{key}` is missing.")
    for key, kind, words in _OPTIONAL:
        if key in entry and type(entry[key]) is not kind:
            problems.append(f"`{key}` must be {words}.")
    if needs_rule:
        problems += validate(entry.get("when"))
    elif "when" in entry:
        problems.append("the default route has no `when`: it is taken where nothing else matches.")
    categories = entry.get("categories")
    if (
        not isinstance(categories, list)
        or not categories
        or not set(map(str, categories)) <= set(ALL_CATEGORIES)
    ):
        problems.append(f"`categories` must list one or more of {', '.join(ALL_CATEGORIES)}.")
    if not isinstance(entry.get("basis"), str) or entry["basis"] not in BASES:
        problems.append(f"`basis` must be one of {', '.join(BASES)}.")
    elif entry["basis"] != "consent" and not entry.get("basis_reason"):
        problems.append(f"`basis_reason` must say why {BASES[entry['basis']]} applies.")
    problems += _validate_length(entry.get("answer_within"))
    for key, words in (("fallback", "fall back on"), ("overflow", "overflow to")):
        instead = entry.get(key, [])
        if not isinstance(instead, list) or not all(isinstance(code, str) for code in instead):
            problems.append(f"`{key}` must be a list of service codes.")
        elif entry.get("service") in instead:
            problems.append(f"a route cannot {words} its own service.")
    return _in(f"Route {name}", problems)


def _validate_length(length: object) -> list[str]:
    if (
        isinstance(length, Mapping)
        and len(units := set(length) - {"due_by"}) == 1
        and (unit := next(iter(units))) in UNITS
        and type(length[unit]) is int
        and length[unit] > 0
        and length.get("due_by", "end_of_day") in ("end_of_day", "same_time")
    ):
        return []
    return [
        f"a length of time is one of {', '.join(UNITS)} with a whole number, such as {{working_days: 2}}."
    ]


def _in(where: str, problems: list[str]) -> list[str]:
    return [f"{where}: {problem}" for problem in problems]


def _route(entry: Mapping[str, Any]) -> Route:
    return Route(
        name=entry["name"],
        when=entry["when"],
        service=entry["service"],
        purpose=entry["purpose"],
        categories=tuple(entry["categories"]),
        basis=entry["basis"],
        basis_reason=entry.get("basis_reason", ""),
        answer_within=entry["answer_within"],
        urgent=entry.get("urgent", False),
        group=entry.get("group", ""),
        priority=entry.get("priority", 100),
        fallback=tuple(entry.get("fallback", ())),
        overflow=tuple(entry.get("overflow", ())),
        wait_for_room=entry.get("wait_for_room", False),
    )
