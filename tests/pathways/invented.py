"""Hypothesis strategies: any valid rule, and any facts of a case, known or not."""

from typing import Any

from hypothesis import strategies as st

from pathways.facts import FACTS, Fact, Kind, find
from pathways.rules import ALLOWED, LISTED, ORDER, rank

TEXTS = ["NP20", "008/66", "English", "stalking", "safe-steps"]
OF_FAMILIES = (
    "answer:risk-24.R15",
    "number:phq-9.P9",
    "choice:housing-3.H1",
    "grade:phq-9",
    "score:phq-9",
    "need_severity:accommodation",
    "days_since:report",
    "hours_since:stage",
)
ASKED: dict[str, Fact] = FACTS | {name: fact for name in OF_FAMILIES if (fact := find(name))}
"""Every fact by its name, and one or two of each family."""


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
    fact = draw(st.sampled_from(list(ASKED.values())))
    allowed = [*ALLOWED[fact.kind], *(ORDER if fact.ordered else ()), *(["known"] if with_known else [])]
    operator = draw(st.sampled_from(allowed))
    if operator == "known":
        return {"fact": fact.name, operator: draw(st.booleans())}
    if operator == "between":
        ends = draw(st.lists(values_of(fact), min_size=2, max_size=2))
        return {"fact": fact.name, operator: sorted(ends, key=lambda end: rank(fact, end))}
    if operator in LISTED:
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
        {}, optional={name: st.none() | found_values(fact) for name, fact in ASKED.items()}
    )


def known_facts() -> st.SearchStrategy[dict[str, Any]]:
    """Facts of a case of which everything is known."""
    return st.fixed_dictionaries({name: found_values(fact) for name, fact in ASKED.items()})


def odd_values() -> st.SearchStrategy[Any]:
    """What no fact should hold and JSON could: other types, values outside the list, numbers that are not whole."""
    simple = (
        st.none()
        | st.booleans()
        | st.integers(-(10**30), 10**30)
        | st.sampled_from([0.0, 1.0, 16.0, 16.5, 1e2, -0.0, 1e300])
        | st.sampled_from(["", "high", "yes", "true", "16", "extreme", *TEXTS])
    )
    return simple | st.lists(simple | st.just(["high"]), max_size=3) | st.just({}) | st.just({"high": True})


def kept_facts() -> st.SearchStrategy[dict[str, Any]]:
    """Facts as a row of the database may hold them: right, not known, absent, and of the wrong type."""
    return st.fixed_dictionaries(
        {}, optional={name: found_values(fact) | odd_values() for name, fact in ASKED.items()}
    )
