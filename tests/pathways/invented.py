"""Hypothesis strategies: any valid rule, and any facts of a case, known or not."""

from typing import Any

from hypothesis import strategies as st

from pathways.facts import FACTS, Fact, Kind
from pathways.rules import ALLOWED, ORDER

TEXTS = ["NP20", "008/66", "English", "stalking", "safe-steps"]


def values_of(fact: Fact) -> st.SearchStrategy[Any]:
    """One value that a condition may compare the fact with."""
    if fact.kind is Kind.NUMBER:
        return st.integers(0, 20)
    if fact.kind is Kind.YES_NO:
        return st.booleans()
    return st.sampled_from(list(fact.values) if fact.values else TEXTS)


def found_values(fact: Fact) -> st.SearchStrategy[Any]:
    """What a case may say of the fact, when it says something."""
    if fact.kind is Kind.SET:
        return st.lists(values_of(fact), unique=True, max_size=4)
    return values_of(fact)


@st.composite
def conditions(draw: st.DrawFn, *, with_known: bool = True) -> dict[str, Any]:
    fact = draw(st.sampled_from(list(FACTS.values())))
    allowed = [*ALLOWED[fact.kind], *(ORDER if fact.ordered else ()), *(["known"] if with_known else [])]
    operator = draw(st.sampled_from(allowed))
    if operator == "known":
        return {"fact": fact.name, operator: draw(st.booleans())}
    if operator in ("in", "not_in", "contains_any"):
        return {"fact": fact.name, operator: draw(st.lists(values_of(fact), min_size=1, max_size=3))}
    return {"fact": fact.name, operator: draw(values_of(fact))}


@st.composite
def _at_least(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    parts = draw(st.lists(inner, min_size=1, max_size=4))
    return {"at_least": {"n": draw(st.integers(1, len(parts))), "of": parts}}


def rules(*, with_known: bool = True) -> st.SearchStrategy[Any]:
    """Any valid rule; without `known` it is a rule that more knowledge can only decide, never overturn."""
    return st.recursive(
        conditions(with_known=with_known),
        lambda inner: (
            st.lists(inner, max_size=4).map(lambda parts: {"all": parts})
            | st.lists(inner, min_size=1, max_size=4).map(lambda parts: {"any": parts})
            | inner.map(lambda part: {"not": part})
            | _at_least(inner)
        ),
        max_leaves=10,
    )


def facts() -> st.SearchStrategy[dict[str, Any]]:
    """Facts of a case: each known, not known, or not mentioned."""
    return st.fixed_dictionaries(
        {}, optional={name: st.none() | found_values(fact) for name, fact in FACTS.items()}
    )


def known_facts() -> st.SearchStrategy[dict[str, Any]]:
    """Facts of a case of which everything is known."""
    return st.fixed_dictionaries({name: found_values(fact) for name, fact in FACTS.items()})
