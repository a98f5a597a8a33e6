"""One condition of a rule in plain English."""

from typing import Any

from pathways.facts import Fact, Kind

_VERBS: dict[str, tuple[str, str]] = {
    "is": ("is", "is not"),
    "is_not": ("is not", "is"),
    "in": ("is one of", "is none of"),
    "not_in": ("is none of", "is one of"),
    "contains": ("include", "do not include"),
    "contains_any": ("include one or more of", "include none of"),
    "at_least": ("is at least", "is less than"),
    "at_most": ("is at most", "is more than"),
    "less_than": ("is less than", "is at least"),
    "more_than": ("is more than", "is at most"),
}


def condition_words(fact: Fact, operator: str, value: Any, wanted: bool) -> str:
    """A condition as part of a sentence; its opposite where it is not `wanted`."""
    if operator == "known":
        return f"{fact.words} {'is known' if value is wanted else 'is not known'}"
    if fact.kind is Kind.YES_NO:
        holds = (value is True) is ((operator == "is") is wanted)
        return fact.words if holds else fact.denied or f"it is not so that {fact.words}"
    if operator == "between":
        low, high = map(fact.value_words, value)
        return f"{fact.words} is {'' if wanted else 'not '}from {low} to {high}"
    if isinstance(value, list) and len(value) > 1:
        listed = f"{', '.join(fact.value_words(one) for one in value[:-1])} or {fact.value_words(value[-1])}"
        return f"{fact.words} {_VERBS[operator][0 if wanted else 1]} {listed}"
    single = {"in": "is", "not_in": "is_not", "contains_any": "contains"}.get(operator, operator)
    one = value[0] if isinstance(value, list) else value
    return f"{fact.words} {_VERBS[single][0 if wanted else 1]} {fact.value_words(one)}"
