"""A draft as its writer sees it: part by part in words, its rules as rows to be filled in, and what it changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pathways.authoring import WITHOUT_VALUE, Condition, Group, Part, Rows, operators_for
from pathways.definition import differences, routes_of
from pathways.facts import FACTS, Fact, Kind, find
from pathways.models import PathwayVersion
from pathways.pathway import UNITS, length_words
from pathways.queries.directory import Directory, directory
from pathways.queries.facts import vocabulary
from pathways.rules import ALWAYS, Vocabulary, sentence, validate


@dataclass(frozen=True)
class PartWords:
    """One route or assessment of a draft: its place, and what it says so far."""

    place: str
    name: str
    when: str
    goes_to: str = ""
    answer_within: str = ""
    group: str = ""


@dataclass(frozen=True)
class Parts:
    """A draft part by part. default: None where it has none yet."""

    entry: str
    review: str
    general: bool
    assessments: list[PartWords]
    routes: list[PartWords]
    default: PartWords | None


def parts_of(definition: Mapping[str, Any], *, on: date) -> Parts:
    """A definition that may be incomplete, part by part."""
    known, words = directory(on=on), vocabulary(on=on)
    default = definition.get("default")
    return Parts(
        entry=_rule_words(definition.get("entry", ALWAYS), words),
        review=_length(definition.get("review")),
        general=bool(definition.get("general")),
        assessments=[
            PartWords(
                f"assessment-{place}",
                known.instruments.get(entry.get("instrument"), str(entry.get("instrument"))),
                _rule_words(entry.get("when", ALWAYS), words),
            )
            for place, entry in enumerate(definition.get("assessments") or ())
        ],
        routes=[
            _route_words(f"route-{place}", route, known, words)
            for place, route in enumerate(routes_of(definition))
        ],
        default=_route_words("default", default, known, words) if isinstance(default, Mapping) else None,
    )


def place_words(definition: Mapping[str, Any], place: str, *, on: date) -> str:
    """What the rule at a place decides, as a heading."""
    kind, _, number = place.partition("-")
    if kind == "route":
        return f"When is {routes_of(definition)[int(number)].get('name', 'the route')} taken?"
    if kind == "assessment":
        code = definition["assessments"][int(number)].get("instrument", "")
        return f"When is {directory(on=on).instruments.get(code, code)} asked for?"
    return "Who enters the pathway?"


def changes(draft: PathwayVersion, *, on: date) -> list[str]:
    """What a version changes of the one that it was drafted from, as sentences."""
    return changed(draft.based_on.definition, draft.definition, on=on) if draft.based_on else []


def changed(before: Mapping[str, Any], after: Mapping[str, Any], *, on: date) -> list[str]:
    """What differs between two definitions, in the names of today's directory."""
    known = directory(on=on)
    names = {code: known.service_words(code) for code in known.services}
    return differences(before, after, names={**names, **known.instruments}, vocabulary=vocabulary(on=on))


def facts_to_choose(words: Vocabulary) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every fact that a condition can ask about, under the heading of what it is about."""
    groups: dict[str, list[tuple[str, str]]] = {"The case": []}
    for name, fact in words.items():
        heading = "The case" if name in FACTS else _HEADINGS.get(name.partition(":")[0], "Others")
        groups.setdefault(heading, []).append((name, fact.words[:1].upper() + fact.words[1:]))
    return list(groups.items())


_HEADINGS = {
    "days_since": "Time since",
    "hours_since": "Time since",
    "need_severity": "Needs",
    "answer": "Answers",
    "points": "Answers",
    "grade": "Grades and scores",
    "score": "Grades and scores",
}


@dataclass(frozen=True)
class Drawn:
    """One part of a rule as a page draws it. parts: those of a group; None for a condition."""

    path: str
    part: Part
    first: bool
    last: bool
    words: str = ""
    source: str = ""
    operators: list[tuple[str, str]] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    wants_value: bool = True
    hint: str = ""
    focus: bool = False
    parts: "list[Drawn] | None" = None

    @property
    def dom_id(self) -> str:
        return self.path.replace(".", "-")

    @property
    def typed(self) -> str:
        """The values of a row whose fact has no list of its own."""
        return ", ".join(self.part.values) if isinstance(self.part, Condition) else ""


def drawn(rows: Rows, words: Vocabulary) -> Drawn:
    """The rows of a rule, ready to be drawn."""
    return _drawn("r", rows.root, words, rows.focus, first=True, last=True)


def _drawn(path: str, part: Part, words: Vocabulary, focus: str, *, first: bool, last: bool) -> Drawn:
    shared: dict[str, Any] = {
        "path": path,
        "part": part,
        "first": first,
        "last": last,
        "focus": focus == path,
    }
    if isinstance(part, Group):
        end = len(part.parts) - 1
        inner = [
            _drawn(f"{path}.{place}", one, words, focus, first=place == 0, last=place == end)
            for place, one in enumerate(part.parts)
        ]
        return Drawn(**shared, parts=inner)
    fact = words.get(part.fact) or find(part.fact)
    if fact is None:
        return Drawn(**shared, words=part.fact)
    return Drawn(
        **shared,
        words=fact.words[:1].upper() + fact.words[1:],
        source=fact.source,
        operators=operators_for(fact),
        choices=list((fact.values or {}).items()),
        wants_value=fact.kind is not Kind.YES_NO and part.operator not in WITHOUT_VALUE,
        hint=_hint(fact),
    )


def _hint(fact: Fact) -> str:
    if fact.values or fact.kind is Kind.YES_NO:
        return ""
    return "A whole number; several with commas" if fact.kind is Kind.NUMBER else "Several with commas"


def _rule_words(rule: Any, words: Vocabulary) -> str:
    if validate(rule):
        return "This rule cannot be read: write it anew."
    said = "always" if rule == ALWAYS else sentence(rule, words)
    return said[:1].upper() + said[1:]


def _route_words(place: str, route: Mapping[str, Any], known: Directory, words: Vocabulary) -> PartWords:
    return PartWords(
        place=place,
        name=route.get("name") or "Without a name",
        when=_rule_words(route.get("when", ALWAYS), words),
        goes_to=known.service_words(route.get("service")),
        answer_within=_length(route.get("answer_within")),
        group=str(route.get("group") or ""),
    )


def _length(length: Any) -> str:
    known = isinstance(length, Mapping) and any(unit in length for unit in UNITS)
    return length_words(length) if known else ""
