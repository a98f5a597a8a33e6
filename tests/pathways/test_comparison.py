"""The same answers under another edition or instrument: what each makes of them, and by which items."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.comparison import are_comparable, compare
from pathways.scoring import score
from tests.pathways.test_instruments_as_data import SHIPPED

OLD, NEW, POLICE, PHQ = (SHIPPED[name] for name in ("risk-24", "risk-24-2", "risk-27", "phq-9"))
CODES = [item["code"] for item in OLD["items"]]


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries({code: st.sampled_from(["yes", "no", "not_known", None]) for code in CODES}))
def test_an_edition_that_scores_alike_makes_the_same_of_every_answer(answers):
    found = compare(OLD, NEW, answers)
    assert (found.before.count, found.before.grade) == (found.after.count, found.after.grade)
    assert found.differences == ()
    assert found.before == score(OLD, answers)


def test_another_band_makes_another_grade_of_the_same_count():
    strict = {
        **NEW,
        "grading": {
            "by": "count",
            "bands": [{"from": 0, "grade": "standard"}, {"from": 10, "grade": "high"}],
        },
    }
    found = compare(OLD, strict, dict(zip(CODES, ["yes"] * 10 + ["no"] * 14, strict=True)))
    assert (found.before.grade, found.after.grade, found.differences) == ("standard", "high", ())


def test_a_checklist_is_compared_with_that_of_the_police_by_the_items_that_ask_the_same():
    answers = dict.fromkeys(CODES, "yes")
    there = compare(OLD, POLICE, answers)
    assert (there.before.count, there.after.count, there.carried) == (24, 24, 24)
    assert [one.code for one in there.differences] == ["Q10", "Q11", "Q12"]
    assert {one.why for one in there.differences} == {"it is asked there alone"}
    back = compare(POLICE, OLD, {item["code"]: "yes" for item in POLICE["items"]})
    assert (back.before.count, back.after.count, back.after.grade) == (27, 24, "high")
    assert [(one.code, one.before, one.why) for one in back.differences] == [
        (code, 1, "it is not asked there") for code in ("Q10", "Q11", "Q12")
    ]


def test_an_item_that_is_turned_round_or_answered_otherwise_is_named():
    turned = {**PHQ, "edition": 2, "items": [{**PHQ["items"][0], "reversed": True}, *PHQ["items"][1:]]}
    answers = {f"P{number}": 1 for number in range(1, 10)}
    (one,) = compare(PHQ, turned, answers).differences
    assert (one.code, one.before, one.after) == ("P1", 1, 2)
    wordy = {**PHQ, "edition": 2, "items": [{**PHQ["items"][0], "type": "yes_no"}, *PHQ["items"][1:]]}
    found = compare(PHQ, wordy, answers)
    assert [one.why for one in found.differences] == ["its answer cannot be taken over"]
    assert (found.after.total, found.carried) == (8, 8)


@pytest.mark.parametrize("other", list(SHIPPED))
def test_any_two_instruments_can_be_laid_side_by_side(other):
    found = compare(NEW, SHIPPED[other], {code: {"answer": "yes", "source": "police"} for code in CODES})
    assert found.before.count == 24
    assert found.carried == {"risk-24": 24, "risk-24-2": 24, "risk-27": 24}.get(other, 0)
    assert are_comparable(NEW, SHIPPED[other]) == (other in ("risk-24", "risk-27"))
