"""Conditions over the answers of one assessment: when an item is asked, when an answer asks for more.

A condition is JSON, of the shape that pathways.rules has for the facts of a case:
    {"all": [condition, ...]}, {"any": [condition, ...]}, {"not": condition}
    {"item": "R08", "is": "yes"}          is, is_not: the answer, without severity or who said it
    {"item": "R08", "in": ["yes", "not_known"]}
    {"item": "P9", "at_least": 1}         what was answered, or the severity of a need, as a number
Three-valued as those are: what is not answered is not known, and nothing holds by ignorance.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pathways.items import is_blank, plain

Condition = Mapping[str, Any]
OPERATORS = ("is", "is_not", "in", "at_least")
DEEPEST = 5


def holds(condition: Condition, answers: Mapping[str, Any]) -> bool | None:
    """Whether it holds of these answers; None where that turns on what is not answered."""
    if "not" in condition:
        inner = holds(condition["not"], answers)
        return None if inner is None else not inner
    if "item" in condition:
        return _leaf(condition, answers.get(condition["item"]))
    wanted = "any" in condition  # the value that settles it
    values = [holds(part, answers) for part in condition["any" if wanted else "all"]]
    if wanted in values:
        return wanted
    return None if None in values else not wanted


def items_of(condition: Condition) -> set[str]:
    """Codes of the items that it reads."""
    if "item" in condition:
        return {condition["item"]}
    parts = [condition["not"]] if "not" in condition else next(iter(condition.values()))
    return {code for part in parts for code in items_of(part)}


def problems_with(condition: object, codes: Iterable[str], _depth: int = 0) -> list[str]:
    """What is wrong with a condition that may read the items `codes`, in words."""
    codes = list(codes)
    if not isinstance(condition, Mapping) or _depth > DEEPEST:
        return ["A condition is made of all, any, not and items, at most five deep."]
    if "item" in condition:
        return _leaf_problems(condition, codes)
    if len(condition) != 1 or (kind := next(iter(condition))) not in ("all", "any", "not"):
        return ["A condition has one of all, any, not or item."]
    parts = [condition["not"]] if kind == "not" else condition[kind]
    if not isinstance(parts, list):
        return [f"“{kind}” needs a list of conditions."]
    return [problem for part in parts for problem in problems_with(part, codes, _depth + 1)]


def words_of(condition: Condition, labels: Mapping[str, str]) -> str:
    """The condition in plain English, to stand after "when". labels: the items' labels by code."""
    if "not" in condition:
        return f"it is not so that {words_of(condition['not'], labels)}"
    if "item" not in condition:
        kind = "any" if "any" in condition else "all"
        parts = [words_of(part, labels) for part in condition[kind]]
        return (" or " if kind == "any" else " and ").join(parts) or ("never" if kind == "any" else "always")
    label = f"“{labels.get(condition['item'], condition['item'])}”"
    operator = next(name for name in OPERATORS if name in condition)
    value = condition[operator]
    if operator == "at_least":
        return f"{label} is {value} or more"
    if operator == "in":
        return f"{label} is {' or '.join(_value_words(one) for one in value)}"
    return f"{label} is {'not ' if operator == 'is_not' else ''}{_value_words(value)}"


def _value_words(value: object) -> str:
    return str(value).replace("_", " ")


def _leaf(condition: Condition, answer: Any) -> bool | None:
    if is_blank(answer):
        return None
    if "at_least" in condition:
        number = answer.get("severity") or 0 if isinstance(answer, Mapping) else answer
        return number >= condition["at_least"] if type(number) is int else None
    if "in" in condition:
        return plain(answer) in condition["in"]
    if "is_not" in condition:
        return plain(answer) != condition["is_not"]
    return plain(answer) == condition["is"]


def _leaf_problems(condition: Condition, codes: list[str]) -> list[str]:
    code, operators = condition["item"], [key for key in condition if key != "item"]
    if code not in codes:
        return [f"The condition reads {code}, which is not asked before it."]
    if len(operators) != 1 or operators[0] not in OPERATORS:
        return [f"The condition on {code} needs exactly one of {', '.join(OPERATORS)}."]
    value = condition[operators[0]]
    if operators[0] == "at_least" and type(value) is not int:
        return [f"The condition on {code} compares with a whole number."]
    if operators[0] == "in" and not (isinstance(value, list) and value):
        return [f"The condition on {code} needs a list of answers."]
    return []
