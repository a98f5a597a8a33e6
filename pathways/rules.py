"""Rules as data: three-valued logic over the facts of a case (Kleene: true, false, not known).

A rule is JSON, one of:
    {"all": [rule, ...]}                         every one; empty means always
    {"any": [rule, ...]}                         one or more
    {"not": rule}
    {"at_least": {"n": 2, "of": [rule, ...]}}    n or more of them
    {"fact": "risk_grade", "is": "high"}         a condition: one declared fact, one operator
Operators: is, is_not, in, not_in (codes, text, numbers), contains, contains_any (lists), at_least, at_most,
less_than, more_than and between [from, to], both included (numbers and ordered codes), known (true or false: has
it been established at all). "Since" is a number: {"fact": "days_since:last_incident", "at_most": 30}.

A condition on a fact that is not known is itself not known, and so is a rule that turns on it: a rule never
matches by ignorance. `known` alone answers either way.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pathways.facts import Fact, FactValue, Kind, find, known, names_to_choose
from pathways.wording import condition_words

Rule = Mapping[str, Any]
Vocabulary = Mapping[str, Fact]
"""The facts that this hub can ask about today, by name: those of its instruments too, with their labels as words."""

EQUALITY = ("is", "is_not", "in", "not_in")
ORDER = ("at_least", "at_most", "less_than", "more_than", "between")
MEMBERSHIP = ("contains", "contains_any")
LISTED = ("in", "not_in", "contains_any")
OPERATORS = (*EQUALITY, *MEMBERSHIP, *ORDER, "known")
ALLOWED: dict[Kind, tuple[str, ...]] = {
    Kind.CODE: EQUALITY,
    Kind.TEXT: EQUALITY,
    Kind.NUMBER: (*EQUALITY, *ORDER),
    Kind.YES_NO: ("is", "is_not"),
    Kind.SET: MEMBERSHIP,
}
ALWAYS: Rule = {"all": []}
DEEPEST = 20


@dataclass(frozen=True, slots=True)
class Leaf:
    """One condition that did not hold: what it asks for, and what was found instead, in words."""

    fact: str
    words: str
    found: str

    def to_json(self) -> dict[str, str]:
        return {"fact": self.fact, "words": self.words, "found": self.found}

    @classmethod
    def from_json(cls, data: Mapping[str, str]) -> "Leaf":
        return cls(data["fact"], data["words"], data["found"])


class Outcome:
    """What a rule said of some facts: its value (None is not known), the facts it read, what did not hold."""

    __slots__ = ("_rule", "_tree", "value")

    def __init__(self, rule: Rule, tree: "_Reading") -> None:
        self._rule, self._tree = rule, tree
        self.value: bool | None = tree.value(rule)

    @property
    def read(self) -> dict[str, FactValue]:
        return self._tree.read

    @property
    def failed(self) -> tuple[Leaf, ...]:
        """Found when it is asked for: most rules of a pathway do not match, and nobody asks why."""
        return tuple(self._tree.failed(self._rule))


def validate(rule: object, vocabulary: Vocabulary | None = None, _depth: int = 0) -> list[str]:
    """What is wrong with a rule, in words; an empty list means that it can be evaluated.

    vocabulary: where it is given, a rule may ask about nothing else. Without it, any instrument and item that
    could be are taken as they are named: old versions stay readable when their instruments are gone.
    """
    if _depth > DEEPEST:
        return [f"The rule is nested more than {DEEPEST} deep."]
    if not isinstance(rule, Mapping):
        return [f"A rule must be an object such as {{'fact': 'age', 'less_than': 18}}, not {rule!r}."]
    if "fact" in rule:
        return _validate_condition(rule, vocabulary)
    if len(rule) != 1 or (kind := next(iter(rule))) not in ("all", "any", "not", "at_least"):
        return [
            f"A rule has one of all, any, not, at_least or fact; this one has {_listed(rule) or 'nothing'}."
        ]
    if kind == "not":
        return validate(rule["not"], vocabulary, _depth + 1)
    parts = rule[kind]
    problems = []
    if kind == "at_least":
        if not isinstance(parts, Mapping) or set(parts) != {"n", "of"}:
            return ["`at_least` needs `n` and `of`."]
        number, parts = parts["n"], parts["of"]
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            problems.append("`n` of `at_least` must be a whole number from 1.")
        elif isinstance(parts, list) and number > len(parts):
            problems.append(f"`at_least` asks for {number} of {len(parts)}: that can never be.")
    if not isinstance(parts, list):
        return [*problems, f"`{kind}` needs a list of rules."]
    if not parts and kind == "any":
        problems.append("`any` of nothing can never match: list at least one rule.")
    return problems + [problem for part in parts for problem in validate(part, vocabulary, _depth + 1)]


def evaluate(rule: Rule, facts: Mapping[str, object]) -> Outcome:
    """Evaluate a validated rule. Facts left out, and values of the wrong type, are not known."""
    return Outcome(rule, _Reading(facts))


def sentence(rule: Rule, vocabulary: Vocabulary | None = None) -> str:
    """The rule in plain English, without a capital or full stop: it stands after "when"."""
    return _words(rule, True, vocabulary or {})


def facts_of(rule: Rule) -> frozenset[str]:
    """The names of the facts that a valid rule may ask about."""
    if "fact" in rule:
        return frozenset({rule["fact"]})
    return frozenset().union(*(facts_of(part) for part, _ in _node(rule, wanted=True).parts))


def nearly(rule: Rule, facts: Mapping[str, object]) -> tuple[Leaf, ...]:
    """Each single condition that would make the rule match, were it to hold and all else stay as it is.

    Empty when the rule matches already and when more than one condition is missing. A condition standing
    alone that is plainly false is no near match (every case would nearly be everything): it counts only
    where something beside it holds, or where its fact is not known and so could still turn out true.
    Conditions are taken as independent of each other.
    """
    tree = _Reading(facts)
    if tree.value(rule) is True:
        return ()
    ways = [way for way in tree.ways(rule, wanted=True) if len(way.missing) == 1]
    found = {way.missing[0].leaf: None for way in ways if way.held or way.missing[0].unknown}
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Missing:
    leaf: Leaf
    unknown: bool


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in which a rule could match: the conditions still missing, and how many hold already."""

    missing: tuple[_Missing, ...]
    held: int


@dataclass(slots=True)
class _Node:
    """A rule taken apart: `need` of `parts` must hold. All, any, not and at least are all of this shape."""

    need: int
    parts: list[tuple[Rule, bool]]


def _node(rule: Rule, wanted: bool) -> _Node:
    """How the rule comes to be `wanted`: each part with the value that it must then have."""
    if "not" in rule:
        return _Node(1, [(rule["not"], not wanted)])
    if "all" in rule:
        parts, number = rule["all"], len(rule["all"])
    elif "any" in rule:
        parts, number = rule["any"], 1
    else:
        parts, number = rule["at_least"]["of"], rule["at_least"]["n"]
    # Not at least n of m: at least m - n + 1 of them are false.
    need = number if wanted else len(parts) - number + 1
    return _Node(need, [(part, wanted) for part in parts])


class _Reading:
    """One set of facts, the conditions read against them, and which facts were read."""

    def __init__(self, facts: Mapping[str, object]) -> None:
        self._facts = facts
        self.read: dict[str, FactValue] = {}

    def value(self, rule: Rule) -> bool | None:
        """True, False, or None for not known. Every part is read, so that `read` does not depend on the order."""
        if "fact" in rule:
            return self._condition(rule)
        if "not" in rule:
            inner = self.value(rule["not"])
            return None if inner is None else not inner
        if "all" in rule:
            values = [self.value(part) for part in rule["all"]]
            return False if False in values else None if None in values else True
        if "any" in rule:
            values = [self.value(part) for part in rule["any"]]
            return True if True in values else None if None in values else False
        values = [self.value(part) for part in rule["at_least"]["of"]]
        number, true = rule["at_least"]["n"], values.count(True)
        return True if true >= number else None if true + values.count(None) >= number else False

    def failed(self, rule: Rule, wanted: bool = True) -> list[Leaf]:
        """The conditions that keep the rule from being `wanted`, in the rule's order."""
        value = self.value(rule)
        if value is wanted:
            return []
        if "fact" in rule:
            return [self._leaf(rule, wanted)]
        return list(
            dict.fromkeys(chain.from_iterable(self.failed(*part) for part in _node(rule, wanted).parts))
        )

    def ways(self, rule: Rule, wanted: bool) -> list[_Way]:
        """Ways to match with at most one condition missing."""
        if "fact" in rule:
            value = self.value(rule)
            if value is wanted:
                return [_Way((), 1)]
            return [_Way((_Missing(self._leaf(rule, wanted), value is None),), 0)]
        node = _node(rule, wanted)
        each = [self.ways(*part) for part in node.parts]
        held = [max(way.held for way in ways) for ways in map(_complete, each) if ways]
        if len(held) >= node.need:
            return [_Way((), sum(held))]
        if len(held) < node.need - 1:
            return []
        return [
            _Way(way.missing, sum(held) + way.held) for ways in each if not _complete(ways) for way in ways
        ]

    def _condition(self, rule: Rule) -> bool | None:
        fact, operator, value = parts_of(rule)
        found = self._found(fact)
        if operator == "known":
            return (found is not None) is value
        if found is None:
            return None
        if operator in ORDER:
            return _TESTS[operator](rank(fact, found), rank(fact, value))
        return _TESTS[operator](found, value)

    def _found(self, fact: Fact) -> FactValue:
        """What is known of the fact; it counts as read."""
        if fact.name not in self.read:
            self.read[fact.name] = known(fact, self._facts.get(fact.name))
        return self.read[fact.name]

    def _leaf(self, rule: Rule, wanted: bool) -> Leaf:
        fact = parts_of(rule)[0]
        found = fact.value_words(self._found(fact))
        return Leaf(fact.name, condition_words(*parts_of(rule), wanted), found)


def _complete(ways: list[_Way]) -> list[_Way]:
    return [way for way in ways if not way.missing]


def rank(fact: Fact, value: Any) -> Any:
    """Where a value (or each of a list) stands in the fact's order: numbers by themselves, codes as listed."""
    if isinstance(value, list):
        return [rank(fact, one) for one in value]
    return list(fact.values or ()).index(value) if fact.kind is Kind.CODE else value


_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "is": lambda found, value: found == value,
    "is_not": lambda found, value: found != value,
    "in": lambda found, value: found in value,
    "not_in": lambda found, value: found not in value,
    "contains": lambda found, value: value in found,
    "contains_any": lambda found, value: any(one in found for one in value),
    "at_least": lambda found, value: found >= value,
    "at_most": lambda found, value: found <= value,
    "less_than": lambda found, value: found < value,
    "more_than": lambda found, value: found > value,
    "between": lambda found, value: value[0] <= found <= value[1],
}


def parts_of(rule: Rule, vocabulary: Vocabulary | None = None) -> tuple[Fact, str, Any]:
    """A valid condition taken apart: the fact, the operator, what it is compared with. Raises LookupError."""
    operator = next(name for name in rule if name != "fact")
    fact = (vocabulary or {}).get(rule["fact"]) or find(rule["fact"])
    if fact is None:
        raise LookupError(f"There is no fact called {rule['fact']!r}: validate the rule first.")
    return fact, operator, rule[operator]


def _validate_condition(rule: Rule, vocabulary: Vocabulary | None) -> list[str]:
    name = rule["fact"]
    fact, operators = find(name), [key for key in rule if key != "fact"]
    if fact is None:
        return [f"There is no fact called {name!r}. There are: {names_to_choose()}."]
    if vocabulary is not None:
        if name not in vocabulary:
            return [
                f"{name} asks for what no instrument in effect has, or for an answer about health, which is sealed."
                " Choose another fact, or publish the instrument first."
            ]
        fact = vocabulary[name]
    if len(operators) != 1:
        return [f"A condition on {name} needs exactly one of {', '.join(OPERATORS)}."]
    operator, value = operators[0], rule[operators[0]]
    if operator == "known":
        return [] if isinstance(value, bool) else [f"`known` on {name} must be true or false."]
    allowed = (*ALLOWED[fact.kind], *(ORDER if fact.ordered else ()))
    if operator not in allowed:
        return [
            f"{name} is {fact.kind}: it cannot be asked `{operator}`, only {', '.join((*allowed, 'known'))}."
        ]
    if operator in LISTED:
        if not isinstance(value, list) or not value:
            return [f"`{operator}` on {name} needs a list of one or more values."]
        return [problem for one in value for problem in _validate_value(fact, one)]
    if operator == "between":
        return _validate_between(fact, value)
    return _validate_value(fact, value)


def _validate_between(fact: Fact, value: object) -> list[str]:
    if not isinstance(value, list) or len(value) != 2:
        return [f"`between` on {fact.name} needs two values: from and to, both included."]
    problems = [problem for one in value for problem in _validate_value(fact, one)]
    if not problems and rank(fact, value[0]) > rank(fact, value[1]):
        return [f"`between` on {fact.name} can never be: its first value must not be more than its second."]
    return problems


def _validate_value(fact: Fact, value: object) -> list[str]:
    if fact.kind is Kind.NUMBER:
        right = isinstance(value, int) and not isinstance(value, bool)
        return [] if right else [f"{fact.name} is compared with a whole number, not {value!r}."]
    if fact.kind is Kind.YES_NO:
        return [] if isinstance(value, bool) else [f"{fact.name} is true or false, not {value!r}."]
    if not isinstance(value, str) or not value:
        return [f"{fact.name} is compared with a text, not {value!r}."]
    if fact.values is not None and value not in fact.values:
        return [f"{fact.name} is never {value!r}: its values are {', '.join(fact.values)}."]
    return []


def _words(rule: Rule, wanted: bool, vocabulary: Vocabulary) -> str:
    if "fact" in rule:
        return condition_words(*parts_of(rule, vocabulary), wanted)
    node = _node(rule, wanted)
    if "not" in rule:
        return _words(*node.parts[0], vocabulary)
    parts = [_grouped(part, part_wanted, vocabulary) for part, part_wanted in node.parts]
    if node.need <= 0:
        return "always"
    if node.need > len(parts):
        return "never"
    if len(parts) == 1:
        return _words(*node.parts[0], vocabulary)
    if node.need == len(parts):
        return " and ".join(parts)
    if node.need == 1:
        return " or ".join(parts)
    return f"at least {node.need} of these hold: {'; '.join(parts)}"


def _grouped(rule: Rule, wanted: bool, vocabulary: Vocabulary) -> str:
    """A part's words, in brackets where they would run into those beside them."""
    words = _words(rule, wanted, vocabulary)
    return words if _is_single(rule) else f"({words})"


def _is_single(rule: Rule) -> bool:
    if "fact" in rule:
        return True
    parts = _node(rule, wanted=True).parts
    return not parts or (len(parts) == 1 and _is_single(parts[0][0]))


def _listed(rule: Rule) -> str:
    return ", ".join(map(str, rule))
