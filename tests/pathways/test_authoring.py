"""A rule as rows of a form: the same rule comes back, nothing typed is lost, errors stand beside their row."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pathways.authoring import ROOT, Condition, Group, Rows, operators_for, rows_of
from pathways.facts import FACTS
from pathways.rules import ALWAYS, evaluate, sentence, validate
from tests.pathways.invented import facts, rules

WORDS = dict(FACTS)


def sent(rows: Rows) -> dict[str, list[str]]:
    """The rows as a browser sends them."""
    data: dict[str, list[str]] = {}
    for path, part in rows.parts():
        if isinstance(part, Group):
            data |= {f"kind-{path}": [part.kind], f"n-{path}": [part.number]}
            data[f"size-{path}"] = [str(len(part.parts))]
        else:
            data |= {f"fact-{path}": [part.fact], f"op-{path}": [part.operator], f"value-{path}": part.values}
    return data


def read(data: dict[str, Any]) -> Rows:
    return Rows.read(lambda name: next(iter(data.get(name, [])), ""), lambda name: data.get(name, []))


@given(rule=rules(), facts=facts())
def test_a_rule_laid_out_sent_and_read_again_means_the_same(rule, facts):
    again = read(sent(rows_of(rule))).rule(None)
    assert again is not None
    assert evaluate(again, facts).value == evaluate(rule, facts).value


@given(
    data=st.dictionaries(
        st.sampled_from(
            [
                f"{name}-{path}"
                for name in ("kind", "n", "size", "fact", "op", "value")
                for path in ("r", "r.0", "r.0.1")
            ]
        ),
        st.lists(st.text(max_size=8), max_size=2),
    )
)
def test_whatever_is_sent_is_read_and_makes_a_usable_rule_or_says_what_is_wrong(data):
    rows = read(data)
    made = rows.rule(WORDS)
    assert (made is None) == bool(rows.errors())
    assert made is None or validate(made) == []


def row(fact: str, operator: str, *values: str) -> Rows:
    return Rows(Group("all", parts=[Condition(fact, operator, list(values))]))


def test_errors_stand_beside_their_row_in_words_and_what_was_typed_is_kept():
    for rows, words in (
        (row("age", "less_than", "sixteen"), "Enter a whole number: sixteen is none."),
        (row("age", "less_than", ""), "Enter what it is compared with."),
        (row("flags", "contains"), "Choose one or more."),
        (row("risk_grade", "at_least", "medium", "high"), "Give one value only."),
        (row("age", "between", "9"), "Enter two values, from and to: 2, 5."),
        (row("shoe_size", "is", "9"), "There is nothing called shoe_size to ask about: remove the row."),
        (row("age", "", "9"), "Choose how it is compared."),
        (Rows(Group("all", parts=[Group("any")])), "Add a condition, or remove the group."),
        (
            Rows(Group("all", parts=[Group("at_least", "3", [Condition("age", "known")])])),
            "Enter how many, from 1 to 1.",
        ),
    ):
        typed = sent(rows)
        assert rows.rule(WORDS) is None
        assert rows.errors() == [("r.0", words)]
        assert sent(rows) == typed
        assert rows.words(WORDS) == ""


def test_several_values_and_none_of_them_read_back_as_a_sentence():
    rows = Rows(
        Group(
            "all",
            parts=[
                Condition("flags", "contains", ["domestic_abuse", "hate_crime"]),
                Group("none", parts=[Condition("age", "less_than", ["16"]), Condition("interpreter", "yes")]),
            ],
        )
    )
    made = rows.rule(WORDS)
    assert made == {
        "all": [
            {"fact": "flags", "contains_any": ["domestic_abuse", "hate_crime"]},
            {"not": {"any": [{"fact": "age", "less_than": 16}, {"fact": "interpreter", "is": True}]}},
        ]
    }
    assert rows.words(WORDS) == sentence(made)
    assert Rows(Group()).rule(WORDS) == ALWAYS


def test_rows_are_added_moved_and_removed():
    rows = Rows(Group())
    rows.do(f"add:{ROOT}", "age")
    rows.do(f"group:{ROOT}", "")
    rows.do("add:r.1", "flags")
    assert rows.focus == "r.1.0"
    rows.do("up:r.1", "")
    assert [type(part) for part in rows.root.parts] == [Group, Condition]
    assert rows.focus == "r.0"
    rows.do("up:r.0", "")
    rows.do("remove:r.0.0", "")
    rows.do("remove:r", "")
    rows.do("fly:r.9", "")
    assert [path for path, _ in rows.parts()] == ["r", "r.0", "r.1"]
    rows.do(f"add:{ROOT}", "")
    assert rows.said == "Choose what the new condition asks about."


def test_every_fact_can_be_asked_something():
    for fact in FACTS.values():
        assert len(operators_for(fact)) >= 3
