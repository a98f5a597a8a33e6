"""A rule as rows of a form: one condition a row (fact, operator, value), groups within groups. Pure.

`rows_of` lays a rule out, `Rows.read` reads what was typed, whatever it was, `Rows.rule` makes a rule of it or says
what is wrong beside each row. What was typed is kept as it was typed. A group is all, any, at least some, or none of
its parts; {"not": rule} is the group "none" of one part.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pathways.facts import Fact, Kind, find
from pathways.rules import ALWAYS, Rule, Vocabulary, sentence, validate

GROUPS = {
    "all": "All of these hold",
    "any": "One or more of these hold",
    "at_least": "At least so many of these hold",
    "none": "None of these holds",
}
OPERATORS = {
    "is": "is",
    "is_not": "is not",
    "contains": "include",
    "at_least": "is at least",
    "at_most": "is at most",
    "less_than": "is less than",
    "more_than": "is more than",
    "between": "is between (from, to)",
    "yes": "yes",
    "no": "no",
    "known": "is known",
    "unknown": "is not known",
}
WITHOUT_VALUE = ("yes", "no", "known", "unknown")
_ORDER = ("at_least", "at_most", "less_than", "more_than", "between")
_FOR_KIND: dict[Kind, tuple[str, ...]] = {
    Kind.CODE: ("is", "is_not"),
    Kind.TEXT: ("is", "is_not"),
    Kind.NUMBER: ("is", "is_not", *_ORDER),
    Kind.YES_NO: ("yes", "no"),
    Kind.SET: ("contains",),
}
ROOT = "r"
MOST_PARTS, DEEPEST_GROUP = 60, 6
# How several values are written: more than one makes of "is" an "in".
_SEVERAL = {"is": "in", "is_not": "not_in", "contains": "contains_any"}
_ONE = {several: one for one, several in _SEVERAL.items()}


def operators_for(fact: Fact) -> list[tuple[str, str]]:
    """What may be asked about a fact, with the words of each."""
    codes = (*_FOR_KIND[fact.kind], *(_ORDER if fact.ordered else ()), "known", "unknown")
    return [(code, OPERATORS[code]) for code in codes]


@dataclass
class Condition:
    """One row: a fact, an operator and the values as they were typed."""

    fact: str
    operator: str = ""
    values: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def rule(self, vocabulary: Vocabulary | None) -> Rule | None:
        """The condition; None where it is not complete, and `errors` says why."""
        self.errors = []
        fact = (vocabulary or {}).get(self.fact) or find(self.fact)
        if fact is None:
            self.errors = [f"There is nothing called {self.fact} to ask about: remove the row."]
        elif self.operator not in dict(operators_for(fact)):
            self.errors = ["Choose how it is compared."]
        if self.errors or fact is None:
            return None
        made = self._compared(fact)
        if made is not None:
            self.errors = validate(made, vocabulary)
        return None if self.errors else made

    def _compared(self, fact: Fact) -> Rule | None:
        match self.operator:
            case "yes" | "no":
                return {"fact": fact.name, "is": self.operator == "yes"}
            case "known" | "unknown":
                return {"fact": fact.name, "known": self.operator == "known"}
        typed = self._typed(fact)
        if not typed:
            self.errors = ["Choose one or more." if fact.values else "Enter what it is compared with."]
            return None
        values: list[Any] = typed
        if fact.kind is Kind.NUMBER:
            if wrong := [one for one in typed if not one.isdecimal() or not one.isascii()]:
                self.errors = [f"Enter a whole number: {', '.join(wrong)} is none."]
                return None
            values = [int(one) for one in typed]
        if self.operator == "between":
            if len(values) != 2:
                self.errors = ["Enter two values, from and to: 2, 5."]
                return None
            return {"fact": fact.name, "between": values}
        if self.operator in _SEVERAL and len(values) > 1:
            return {"fact": fact.name, _SEVERAL[self.operator]: values}
        if len(values) > 1:
            self.errors = ["Give one value only."]
            return None
        return {"fact": fact.name, self.operator: values[0]}

    def _typed(self, fact: Fact) -> list[str]:
        """Those ticked, or those typed with commas between them: each once, unless they are from and to."""
        given = self.values if fact.values else [one for text in self.values for one in text.split(",")]
        typed = [one.strip() for one in given if one.strip()]
        return typed if self.operator == "between" else list(dict.fromkeys(typed))


@dataclass
class Group:
    """Parts of which all, any, some or none must hold. number: how many, as typed, for "at_least"."""

    kind: str = "all"
    number: str = ""
    parts: list["Condition | Group"] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def rule(self, vocabulary: Vocabulary | None) -> Rule | None:
        """The group as a rule; None where a part is not complete. Every part is looked at."""
        self.errors = []
        made = [part.rule(vocabulary) for part in self.parts]
        if self.kind not in GROUPS:
            self.errors = ["Choose how many of these must hold."]
        elif not made and self.kind != "all":
            self.errors = ["Add a condition, or remove the group."]
        elif self.kind == "at_least" and not self._number():
            self.errors = [f"Enter how many, from 1 to {len(made)}."]
        if self.errors or None in made:
            return None
        return self._made([one for one in made if one is not None])

    def _number(self) -> int:
        typed = self.number.strip()
        number = int(typed) if typed.isdecimal() and typed.isascii() and len(typed) < 4 else 0
        return number if number <= len(self.parts) else 0

    def _made(self, parts: list[Rule]) -> Rule:
        if self.kind == "at_least":
            return {"at_least": {"n": self._number(), "of": parts}}
        if self.kind == "none":
            return {"not": parts[0] if len(parts) == 1 else {"any": parts}}
        return parts[0] if len(parts) == 1 else {self.kind: parts}


Part = Condition | Group


@dataclass
class Rows:
    """A rule as it stands in a form. focus: the path of the part that was last touched."""

    root: Group
    focus: str = ""
    said: str = ""

    @classmethod
    def read(cls, one: Callable[[str], str], every: Callable[[str], Sequence[str]]) -> "Rows":
        """What was sent: `one` gives a field's text ("" for none), `every` all texts of a field."""
        return cls(_read_group(ROOT, one, every, 0))

    def do(self, what: str, chosen: str) -> None:
        """Add, remove or move a part as a button says: "add:PATH", "group:PATH", "remove:PATH", "up:PATH", "down:PATH".

        chosen: the fact for a row to be added. What a button does not know is left as it is.
        """
        verb, _, path = what.partition(":")
        found = dict(self.parts())
        if verb in ("add", "group") and isinstance(group := found.get(path), Group):
            self._add(verb, path, group, chosen)
        elif path in found and path != ROOT and verb in ("remove", "up", "down"):
            above, _, place = path.rpartition(".")
            parent = found[above]
            if isinstance(parent, Group):
                self._move(verb, above, parent.parts, int(place))

    def _add(self, verb: str, path: str, group: Group, chosen: str) -> None:
        if verb == "add" and not chosen:
            self.focus, self.said = path, "Choose what the new condition asks about."
        elif len(dict(self.parts())) >= MOST_PARTS or path.count(".") >= DEEPEST_GROUP:
            self.focus, self.said = path, "A rule cannot grow further than this: make another route of it."
        else:
            group.parts.append(Condition(chosen) if verb == "add" else Group("any"))
            self.focus = f"{path}.{len(group.parts) - 1}"

    def _move(self, verb: str, above: str, parts: list[Part], place: int) -> None:
        self.focus = above
        if verb == "remove":
            del parts[place]
            return
        there = place - 1 if verb == "up" else place + 1
        if 0 <= there < len(parts):
            parts[place], parts[there] = parts[there], parts[place]
            self.focus = f"{above}.{there}"

    def rule(self, vocabulary: Vocabulary | None) -> Rule | None:
        """The rule that the rows make, or None; then the parts say what is wrong."""
        made = self.root.rule(vocabulary)
        if made is None or not (found := validate(made, vocabulary)):
            return made
        self.root.errors = found
        return None

    def words(self, vocabulary: Vocabulary | None) -> str:
        """What the rows say, as a sentence; "" while they say nothing whole."""
        made = self.root.rule(vocabulary)
        if made is None:
            return ""
        return "Always" if made == ALWAYS else sentence(made, vocabulary)

    def parts(self) -> Iterator[tuple[str, Part]]:
        """Every part with its path, a group before what it holds."""
        return _walk(ROOT, self.root)

    def forgive(self) -> None:
        """Forget what is wrong, until it is asked for again."""
        for _, part in self.parts():
            part.errors = []

    def errors(self) -> list[tuple[str, str]]:
        """Path and words of everything that is wrong."""
        return [(path, words) for path, part in self.parts() for words in part.errors]


def rows_of(rule: object, vocabulary: Vocabulary | None = None) -> Rows:
    """A rule laid out as rows; one that cannot be read is an empty group."""
    if not isinstance(rule, Mapping) or validate(rule):
        return Rows(Group())
    part = _part_of(rule, vocabulary or {})
    return Rows(part if isinstance(part, Group) else Group("all", parts=[part]))


def _part_of(rule: Rule, vocabulary: Vocabulary) -> Part:
    if "fact" in rule:
        return _condition_of(rule, vocabulary)
    if "not" in rule:
        inner = rule["not"]
        parts = inner["any"] if set(inner) == {"any"} else [inner]
        return Group("none", parts=[_part_of(part, vocabulary) for part in parts])
    if "at_least" in rule:
        wanted = rule["at_least"]
        return Group("at_least", str(wanted["n"]), [_part_of(part, vocabulary) for part in wanted["of"]])
    kind = "all" if "all" in rule else "any"
    return Group(kind, parts=[_part_of(part, vocabulary) for part in rule[kind]])


def _condition_of(rule: Rule, vocabulary: Vocabulary) -> Condition:
    name, operator = rule["fact"], next(key for key in rule if key != "fact")
    value = rule[operator]
    if operator == "known":
        return Condition(name, "known" if value else "unknown")
    if isinstance(value, bool):
        return Condition(name, "yes" if value is (operator == "is") else "no")
    values = [str(one) for one in (value if isinstance(value, list) else [value])]
    fact = vocabulary.get(name) or find(name)
    if fact is not None and not fact.values:
        values = [", ".join(values)]
    return Condition(name, _ONE.get(operator, operator), values)


def _read_group(
    path: str, one: Callable[[str], str], every: Callable[[str], Sequence[str]], depth: int
) -> Group:
    size = one(f"size-{path}")
    count = min(int(size), MOST_PARTS) if size.isdecimal() and len(size) < 4 else 0
    group = Group(one(f"kind-{path}") or "all", one(f"n-{path}"))
    for place in range(count if depth <= DEEPEST_GROUP else 0):
        inner = f"{path}.{place}"
        if fact := one(f"fact-{inner}"):
            group.parts.append(Condition(fact, one(f"op-{inner}"), list(every(f"value-{inner}"))))
        elif one(f"kind-{inner}"):
            group.parts.append(_read_group(inner, one, every, depth + 1))
    return group


def _walk(path: str, part: Part) -> Iterator[tuple[str, Part]]:
    yield path, part
    if isinstance(part, Group):
        for place, inner in enumerate(part.parts):
            yield from _walk(f"{path}.{place}", inner)
