"""Instruments are scored by their own rule; judgement stands beside it and may only raise."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pathways.facts import FACTS
from pathways.scoring import (
    AnswersNotValid,
    JudgementLowers,
    UnknownGrade,
    apply_judgement,
    check_answers,
    score,
)

DATA = Path(__file__).parents[2] / "pathways" / "data"
RISK: dict[str, Any] = yaml.safe_load((DATA / "risk-24.yaml").read_text())
NEEDS: dict[str, Any] = yaml.safe_load((DATA / "needs-8.yaml").read_text())
CODES = [item["code"] for item in RISK["items"]]

PHQ_LIKE = {
    "items": [{"code": f"P{number}", "type": "0-3"} for number in range(1, 10)],
    "grades": ["none", "mild", "moderate", "moderately_severe", "severe"],
    "grading": {
        "by": "total",
        "bands": [{"from": edge, "grade": grade} for edge, grade in
                  zip((0, 5, 10, 15, 20), ("none", "mild", "moderate", "moderately_severe", "severe"), strict=True)],
    },
    "triggers": [{"item": "P9", "when": 1, "suggests": "severe", "words": "Ask about safety today."}],
}  # fmt: skip


def answered(yes: int, rest: str = "no") -> dict[str, str]:
    """The first `yes` of the 24 items yes, the others `rest`."""
    return {code: "yes" if index < yes else rest for index, code in enumerate(CODES)}


@pytest.mark.parametrize(("yes", "grade"), [(0, "standard"), (13, "standard"), (14, "high"), (24, "high")])
def test_fourteen_or_more_yes_is_high(yes, grade):
    made = score(RISK, answered(yes))
    assert (made.count, made.grade, made.complete) == (yes, grade, True)


def test_not_known_no_and_blank_are_three_things():
    answers = {**answered(5), "R24": "not_known", "R23": "", "R22": None}
    del answers["R21"]
    made = score(RISK, answers)
    assert made.count == 5
    assert made.not_known == ("R24",)
    assert made.blanks == ("R21", "R22", "R23")
    assert not made.complete


def test_not_known_does_not_count_as_yes_and_is_an_answer():
    made = score(RISK, answered(13, rest="not_known"))
    assert (made.count, made.grade, made.complete) == (13, "standard", True)


def test_there_is_no_grade_while_blanks_could_change_it():
    almost = dict.fromkeys(CODES[:13], "yes")
    assert score(RISK, almost).grade == ""
    assert score(RISK, {**almost, CODES[13]: "yes"}).grade == "high"
    assert score(RISK, dict.fromkeys(CODES[:11], "no")).grade == "standard"
    assert score(RISK, dict.fromkeys(CODES[:10], "no")).grade == ""


@given(st.dictionaries(st.sampled_from(CODES), st.sampled_from(["yes", "no", "not_known", "", None])))
def test_a_grade_once_made_stands_however_the_blanks_are_filled(answers):
    made = score(RISK, answers)
    for filler in ("yes", "no", "not_known"):
        filled = {code: answers.get(code) or filler for code in CODES}
        final = score(RISK, filled)
        assert final.complete
        assert made.count <= final.count
        if made.grade:
            assert final.grade == made.grade


@given(st.fixed_dictionaries({code: st.sampled_from(["yes", "no", "not_known"]) for code in CODES}),
       st.sampled_from(CODES))  # fmt: skip
def test_one_more_yes_never_lowers_the_count_or_the_grade(answers, code):
    grades = RISK["grades"]
    before, after = score(RISK, answers), score(RISK, {**answers, code: "yes"})
    assert after.count >= before.count
    assert grades.index(after.grade) >= grades.index(before.grade)


def test_strangulation_asks_for_judgement_at_any_count():
    made = score(RISK, {**answered(0), "R15": "yes"})
    assert made.grade == "standard"
    assert [(trigger.item, trigger.suggests) for trigger in made.triggers] == [("R15", "high")]
    assert score(RISK, {**answered(0), "R15": "not_known"}).triggers == ()


def test_judgement_raises_and_stands():
    made = score(RISK, answered(3))
    assert apply_judgement(RISK, made, "", role_is_supervisor=False) == "standard"
    assert apply_judgement(RISK, made, "medium", role_is_supervisor=False) == "medium"
    assert apply_judgement(RISK, made, "high", role_is_supervisor=False) == "high"


def test_only_a_supervisor_lowers():
    made = score(RISK, answered(14))
    with pytest.raises(JudgementLowers, match="supervisor"):
        apply_judgement(RISK, made, "medium", role_is_supervisor=False)
    assert apply_judgement(RISK, made, "medium", role_is_supervisor=True) == "medium"


def test_a_grade_that_the_instrument_does_not_have_is_refused():
    with pytest.raises(UnknownGrade, match="standard, medium, high"):
        apply_judgement(RISK, score(RISK, answered(0)), "extreme", role_is_supervisor=True)
    with pytest.raises(UnknownGrade, match="has none"):
        apply_judgement(NEEDS, score(NEEDS, {}), "high", role_is_supervisor=True)


def test_needs_are_summed_by_severity_and_named_as_the_rules_know_them():
    made = score(NEEDS, {"N1": {"need": "yes", "severity": 3}, "N2": {"need": "yes", "severity": 1},
                         "N3": {"need": "no"}, "N4": {"need": "not_known", "severity": None}})  # fmt: skip
    assert made.needs == ("mental_physical_health", "accommodation")
    assert (made.count, made.total, made.highest) == (2, 4, 3)
    assert made.not_known == ("N4",)
    assert made.blanks == ("N5", "N6", "N7", "N8")
    assert made.grade == ""


def test_every_need_of_the_instrument_is_one_that_rules_can_ask_about():
    assert [item["need"] for item in NEEDS["items"]] == list(FACTS["needs"].values or ())


@pytest.mark.parametrize(
    ("points", "grade"),
    [(4, "none"), (5, "mild"), (10, "moderate"), (15, "moderately_severe"), (27, "severe")],
)
def test_totals_fall_into_bands(points, grade):
    answers = {f"P{number}": 0 for number in range(1, 10)}
    for index in range(points):
        answers[f"P{index % 9 + 1}"] += 1
    made = score(PHQ_LIKE, answers)
    assert (made.total, made.grade) == (points, grade)


def test_a_point_on_the_last_item_triggers_whatever_the_total():
    answers = {f"P{number}": 0 for number in range(1, 10)}
    assert score(PHQ_LIKE, answers).triggers == ()
    assert [trigger.item for trigger in score(PHQ_LIKE, {**answers, "P9": 1}).triggers] == ["P9"]


@pytest.mark.parametrize(
    ("instrument", "answers", "code"),
    [
        (RISK, {"R01": "maybe"}, "R01"),
        (RISK, {"R01": True}, "R01"),
        (RISK, {"R99": "yes"}, "R99"),
        (NEEDS, {"N1": "yes"}, "N1"),
        (NEEDS, {"N1": {"need": "yes"}}, "N1"),
        (NEEDS, {"N1": {"need": "yes", "severity": 4}}, "N1"),
        (NEEDS, {"N1": {"need": "yes", "severity": True}}, "N1"),
        (NEEDS, {"N1": {"need": "no", "severity": 2}}, "N1"),
        (PHQ_LIKE, {"P1": 4}, "P1"),
        (PHQ_LIKE, {"P1": "2"}, "P1"),
    ],
)
def test_answers_that_an_item_does_not_allow_are_refused_by_item(instrument, answers, code):
    assert list(check_answers(instrument, answers)) == [code]
    with pytest.raises(AnswersNotValid, match=code):
        score(instrument, answers)


@pytest.mark.parametrize("instrument", [RISK, NEEDS])
def test_the_shipped_instruments_are_whole(instrument):
    codes = [item["code"] for item in instrument["items"]]
    assert len(set(codes)) == len(codes) == (24 if instrument is RISK else 8)
    assert len({item["label"] for item in instrument["items"]}) == len(codes)
    if "sections" in instrument:
        assert [code for section in instrument["sections"] for code in section["items"]] == codes
    for trigger in instrument.get("triggers", ()):
        assert trigger["item"] in codes
        assert trigger["suggests"] in instrument["grades"]
        assert trigger["when"] in ("yes", "not_known", "no")
    kept = {name: value for name, value in instrument.items() if name != "effective_from"}
    assert json.loads(json.dumps(kept)) == kept, (
        "the database gives back what was published, so that it can be compared"
    )


def test_a_score_is_kept_as_json():
    made = score(RISK, {"R15": "yes", "R16": "not_known", **dict.fromkeys(CODES[:14], "no")})
    kept = json.loads(json.dumps(made.to_json()))
    assert kept == {
        "count": 1,
        "total": 0,
        "highest": 0,
        "grade": "standard",
        "complete": False,
        "blanks": ["R17", "R18", "R19", "R20", "R21", "R22", "R23", "R24"],
        "not_known": ["R16"],
        "triggers": [
            {
                "item": "R15",
                "suggests": "high",
                "words": made.triggers[0].words,
                "wants": "",
                "prompt": "",
            }
        ],
        "needs": [],
    }
