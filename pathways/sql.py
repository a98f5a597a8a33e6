"""A rule as a condition in SQL, over the facts that a routing decision keeps: the other engine of pathways.rules.

The condition is true, false or null where `evaluate` says True, False or None, of every valid rule and whatever
the facts hold: SQL's own logic of three values is the same. A property test holds the two to each other.

Pure: text with %s and the parameters for it. No value of a rule stands in the text.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pathways.facts import Fact, Kind
from pathways.rules import ORDER, Rule, parts_of, rank


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL and the parameters of its placeholders, in their order."""

    text: str
    params: tuple[Any, ...] = ()

    @classmethod
    def built(cls, template: str, *pieces: "Sql | Any") -> "Sql":
        """The template with each `{}` filled: by a piece of SQL, or by a placeholder for any other value."""
        given = [piece if isinstance(piece, Sql) else cls("%s", (piece,)) for piece in pieces]
        text = template.format(*(piece.text for piece in given))
        return cls(text, tuple(param for piece in given for param in piece.params))

    @classmethod
    def joined(cls, word: str, pieces: Iterable["Sql"]) -> "Sql":
        """The pieces one after the other, with the word between them."""
        listed = list(pieces)
        return cls(
            word.join(piece.text for piece in listed),
            tuple(param for piece in listed for param in piece.params),
        )


Reading = Callable[[Fact], Sql]
"""Where the value of a fact is had, of its type: numeric, text, boolean, or jsonb for a list; null is not known."""

FACTS_COLUMN = Sql("facts")


def kept(fact: Fact, column: Sql = FACTS_COLUMN) -> Sql:
    """The value of a fact out of a jsonb column of kept facts; null where pathways.facts.known has None."""
    found = Sql.built("({} -> {})", column, fact.name)
    text = Sql.built("({} #>> '{{}}')", found)
    match fact.kind:
        case Kind.NUMBER:
            return Sql.built(
                "CASE WHEN jsonb_typeof({}) = 'number' AND scale({}::numeric) = 0 THEN {}::numeric END",
                found, found, found,
            )  # fmt: skip
        case Kind.YES_NO:
            return Sql.built("CASE WHEN jsonb_typeof({}) = 'boolean' THEN {}::boolean END", found, found)
        case Kind.SET:
            # Strict: a list within the list is no text, and is not looked into.
            return Sql.built(
                "CASE WHEN jsonb_typeof({}) <> 'array' THEN NULL WHEN jsonb_array_length({}) = 0"
                " OR NOT jsonb_path_exists({}, 'strict $[*] ? (@.type() != \"string\")') THEN {} END",
                found, found, found, found,
            )  # fmt: skip
        case Kind.CODE:
            return Sql.built(
                "CASE WHEN jsonb_typeof({}) = 'string' AND {} = ANY ({}::text[]) THEN {} END",
                found, text, list(fact.values or ()), text,
            )  # fmt: skip
    return Sql.built("CASE WHEN jsonb_typeof({}) = 'string' THEN nullif({}, '') END", found, text)


def of_column(fact: Fact, column: Sql) -> Sql:
    """The value of a fact out of a column of its own type: null where a code is not, or no longer, of its values."""
    if fact.kind is not Kind.CODE:
        return column
    return Sql.built("CASE WHEN {} = ANY ({}::text[]) THEN {} END", column, list(fact.values or ()), column)


def condition(rule: Rule, reading: Reading = kept) -> Sql:
    """A valid rule as a boolean expression: true, false, or null for not known."""
    if "fact" in rule:
        return _condition(rule, reading)
    if "not" in rule:
        return Sql.built("(NOT {})", condition(rule["not"], reading))
    for kind, word, of_nothing in (("all", " AND ", "TRUE"), ("any", " OR ", "FALSE")):
        if kind in rule:
            parts = [condition(part, reading) for part in rule[kind]]
            return Sql.built("({})", Sql.joined(word, parts)) if parts else Sql(of_nothing)
    number, parts = rule["at_least"]["n"], [condition(part, reading) for part in rule["at_least"]["of"]]
    return Sql.built(
        "(SELECT CASE WHEN count(*) FILTER (WHERE part) >= {} THEN TRUE"
        " WHEN count(*) FILTER (WHERE part IS NOT FALSE) >= {} THEN NULL ELSE FALSE END"
        " FROM (VALUES {}) AS of (part))",
        number,
        number,
        Sql.joined(", ", [Sql.built("({})", part) for part in parts]),
    )


_TESTS = {
    "is": "{} = {}",
    "is_not": "{} <> {}",
    "in": "{} = ANY ({})",
    "not_in": "{} <> ALL ({})",
    "contains": "jsonb_exists({}, {})",
    "contains_any": "jsonb_exists_any({}, {})",
    "at_least": "{} >= {}",
    "at_most": "{} <= {}",
    "less_than": "{} < {}",
    "more_than": "{} > {}",
    "between": "{} BETWEEN {} AND {}",
}
_TYPES = {Kind.NUMBER: "numeric", Kind.YES_NO: "boolean"}


def _condition(rule: Rule, reading: Reading) -> Sql:
    fact, operator, value = parts_of(rule)
    found = reading(fact)
    if operator == "known":
        return Sql.built("({} IS NOT NULL)" if value else "({} IS NULL)", found)
    kind = _TYPES.get(fact.kind, "text")
    if operator in ORDER:
        value = rank(fact, value)
        if fact.kind is Kind.CODE:
            found = Sql.built("(array_position({}::text[], {}) - 1)", list(fact.values or ()), found)
            kind = "integer"
        ends = value if operator == "between" else [value]
        return Sql.built(f"({_TESTS[operator]})", found, *(_typed(kind, end) for end in ends))
    if isinstance(value, list):
        return Sql.built(f"({_TESTS[operator]})", found, _typed(f"{kind}[]", value))
    return Sql.built(f"({_TESTS[operator]})", found, _typed(kind, value))


def _typed(kind: str, value: Any) -> Sql:
    return Sql(f"%s::{kind}", (value,))
