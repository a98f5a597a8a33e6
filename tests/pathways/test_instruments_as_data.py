"""The shipped instruments, and every type of item: what scores, what is asked, and that a naive reading agrees."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.conditions import holds, items_of, words_of
from pathways.instrument import NoSuchItem, move_item, problems_of, put_item, remove_item, section_of
from pathways.scoring import (
    AnswersNotValid,
    JudgementMissing,
    answers_asked_for,
    apply_judgement,
    asked,
    check_answers,
    fits_age,
    health_items,
    in_clear,
    score,
)

DATA = Path(__file__).parents[2] / "pathways" / "data"
SHIPPED: dict[str, dict[str, Any]] = {
    path.stem: read
    for path in sorted(DATA.glob("*.yaml"))
    if "items" in (read := yaml.safe_load(path.read_text()))
}
ITEMS = {"risk-24": 24, "risk-24-2": 24, "risk-27": 27, "young-24": 26, "stalking-11": 11, "needs-8": 8,
         "phq-9": 9, "gad-7": 7, "core-10": 10}  # fmt: skip
BANDS = {"phq-9": (5, 10, 15, 20), "gad-7": (5, 10, 15), "core-10": (11, 16, 21, 26)}
YOUNG = SHIPPED["young-24"]


def an_answer(item: dict[str, Any], sources: dict[str, str]) -> st.SearchStrategy[Any]:
    """Any answer that the item allows, blanks included."""
    kind = item["type"]
    words = ["yes", "no"] if kind == "yes_no" else ["yes", "no", "not_known"]
    told: st.SearchStrategy[Any] = st.sampled_from(words)
    if kind == "need":
        severe = st.builds(lambda severity: {"need": "yes", "severity": severity}, st.integers(0, 3))
        told = severe | st.sampled_from([{"need": "no"}, {"need": "not_known"}])
    elif kind == "choice":
        told = st.sampled_from([choice["code"] for choice in item["choices"]])
    elif kind == "text":
        told = st.text(max_size=20)
    elif kind not in ("yes_no", "yes_no_unknown"):
        low, _, high = kind.partition("-")
        told = st.integers(int(low), int(high))
    elif sources:
        sourced = st.builds(
            lambda answer, source: {"answer": answer, "source": source},
            st.sampled_from(words),
            st.sampled_from(list(sources)),
        )
        told = told | sourced
    return told | st.none()


@st.composite
def answered(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    instrument = SHIPPED[draw(st.sampled_from(list(SHIPPED)))]
    sources = instrument.get("sources", {})
    return instrument, {item["code"]: draw(an_answer(item, sources)) for item in instrument["items"]}


def naive(instrument: dict[str, Any], answers: dict[str, Any]) -> tuple[int, int, str]:
    """Count, total and grade as somebody would work them out on paper, every item being answered."""
    count = total = 0
    for item in instrument["items"]:
        answer = answers.get(item["code"])
        if isinstance(answer, dict) and "source" in answer:
            answer = answer["answer"]
        if answer == "yes":
            count += 1
        if isinstance(answer, dict) and answer.get("need") == "yes":
            count, total = count + 1, total + answer["severity"]
        if isinstance(answer, int):
            total += int(item["type"][-1]) - answer if item.get("reversed") else answer
    grade, grading = "", instrument.get("grading")
    for band in grading["bands"] if grading else []:
        if (count if grading["by"] == "count" else total) >= band["from"]:
            grade = band["grade"]
    return count, total, grade


@settings(max_examples=150, deadline=None)
@given(answered())
def test_the_score_is_what_somebody_would_work_out_on_paper(drawn):
    instrument, answers = drawn
    made = score(instrument, answers)
    count, total, grade = naive(instrument, answers)
    assert (made.count, made.total) == (count, total)
    if made.complete:
        assert made.grade == grade
    else:
        assert set(made.blanks) <= {code for code, answer in answers.items() if answer in (None, "")}


@settings(max_examples=100, deadline=None)
@given(answered(), st.randoms(use_true_random=False))
def test_a_grade_given_early_stands_however_the_rest_is_answered(drawn, chance):
    instrument, answers = drawn
    early = score(instrument, answers).grade
    full = {
        item["code"]: chance.choice(_extremes(item))
        if answers[item["code"]] in (None, "")
        else answers[item["code"]]
        for item in instrument["items"]
    }
    final = score(instrument, full)
    assert final.complete
    assert early in ("", final.grade)


def _extremes(item: dict[str, Any]) -> list[Any]:
    kind = item["type"]
    if kind == "need":
        return [{"need": "no"}, {"need": "yes", "severity": 3}]
    if kind == "choice":
        return [choice["code"] for choice in item["choices"]]
    return ["yes", "no"] if kind.startswith("yes") else ["x"] if kind == "text" else [0, int(kind[-1])]


@pytest.mark.parametrize("name", list(SHIPPED))
def test_every_shipped_instrument_is_whole(name):
    assert problems_of(SHIPPED[name]) == []
    assert len(SHIPPED[name]["items"]) == ITEMS[name]


@pytest.mark.parametrize("name", list(BANDS))
def test_bands_change_at_their_edges_and_nowhere_else(name):
    instrument = SHIPPED[name]
    highest = sum(int(item["type"][-1]) for item in instrument["items"])
    grades = [score(instrument, _of_total(instrument, total)).grade for total in range(highest + 1)]
    assert [total for total in range(1, highest + 1) if grades[total] != grades[total - 1]] == list(
        BANDS[name]
    )
    assert list(dict.fromkeys(grades)) == instrument["grades"]


def _of_total(instrument: dict[str, Any], total: int) -> dict[str, int]:
    answers = {}
    for item in instrument["items"]:
        most = int(item["type"][-1])
        worth = min(most, total)
        answers[item["code"]], total = most - worth if item.get("reversed") else worth, total - worth
    return answers


def test_a_point_on_the_ninth_item_prompts_a_talk_that_day_and_is_told_to_who_sees_health_alone():
    phq = SHIPPED["phq-9"]
    answers = {**dict.fromkeys((f"P{n}" for n in range(1, 9)), 3), "P9": 0}
    assert score(phq, answers).triggers == ()
    made = score(phq, {**answers, "P9": 1})
    assert [trigger.prompt for trigger in made.triggers] == ["same_day_risk"]
    assert in_clear(phq, {**answers, "P9": 1}, made).triggers == ()
    assert health_items(phq) == set(answers)


def test_the_stalking_item_and_fear_want_the_screening():
    risk = SHIPPED["risk-24-2"]
    calm = dict.fromkeys((item["code"] for item in risk["items"]), "no")
    for code in ("R02", "R08"):
        said = {"answer": "yes", "source": "police"}
        assert [one.wants for one in score(risk, {**calm, code: said}).triggers] == ["stalking-11"], code
    assert score(risk, {**calm, "R08": "not_known"}).triggers == ()
    assert score(SHIPPED["stalking-11"], {}).grade == ""


def test_who_said_so_is_kept_apart_from_what_was_said():
    risk = SHIPPED["risk-24-2"]
    assert check_answers(risk, {"R01": {"answer": "yes", "source": "police"}}) == {}
    for bad in (
        {"answer": "yes", "source": "owl"},
        {"answer": "maybe", "source": "police"},
        {"answer": "yes"},
    ):
        assert "R01" in check_answers(risk, {"R01": bad}), bad


def test_what_is_graded_by_judgement_has_no_grade_without_one():
    police = SHIPPED["risk-27"]
    made = score(police, dict.fromkeys((item["code"] for item in police["items"]), "yes"))
    assert (made.count, made.grade) == (27, "")
    with pytest.raises(JudgementMissing, match="standard, medium, high"):
        apply_judgement(police, made, "", role_is_supervisor=True)
    assert apply_judgement(police, made, "standard", role_is_supervisor=False) == "standard"


def test_a_conditional_item_is_asked_by_the_answer_alone_and_does_not_count_unasked():
    rest = dict.fromkeys((f"Y{n:02}" for n in range(1, 25)), "no")
    assert asked(YOUNG, rest)["Y26"] is None
    assert asked(YOUNG, {**rest, "Y25": "family"})["Y26"] is False
    assert asked(YOUNG, {**rest, "Y25": "care"})["Y26"] is True
    stray = {**rest, "Y25": "family", "Y26": "Northshire"}
    assert score(YOUNG, stray).complete
    assert "Y26" not in answers_asked_for(YOUNG, stray)
    assert [one.prompt for one in score(YOUNG, stray).triggers] == ["children_social_care"]


def test_an_instrument_for_some_ages_is_offered_to_those():
    assert [age for age in range(10, 20) if fits_age(YOUNG, age)] == [13, 14, 15, 16, 17]
    assert fits_age(YOUNG, None)
    assert fits_age(SHIPPED["phq-9"], 80)


TYPED = {
    "items": [
        {"code": "A", "type": "number", "label": "Children", "least": 0, "most": 12},
        {"code": "B", "type": "date", "label": "Moved out", "shown_when": {"item": "A", "at_least": 1}},
        {"code": "C", "type": "text", "label": "Notes", "required_when": {"item": "A", "at_least": 2}},
        {"code": "D", "type": "choice", "label": "Home", "choices": [
            {"code": "own", "label": "Own", "points": 0}, {"code": "none", "label": "None", "points": 4}]},
    ],
    "grades": ["low", "high"],
    "grading": {"by": "total", "bands": [{"from": 0, "grade": "low"}, {"from": 4, "grade": "high"}]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "blanks", "grade"),
    [
        ({}, ("A", "D"), ""),
        ({"A": 0, "D": "none"}, (), "high"),
        ({"A": 1, "D": "own"}, ("B",), "low"),
        ({"A": 2, "B": "2026-11-25", "D": "own"}, ("C",), "low"),
        ({"A": 2, "B": "2026-11-25", "C": "Twins", "D": "none"}, (), "high"),
    ],
)
def test_numbers_dates_texts_and_choices_are_asked_by_their_conditions(answers, blanks, grade):
    made = score(TYPED, answers)
    assert (made.blanks, made.grade, made.complete) == (blanks, grade, not blanks)


@pytest.mark.parametrize(
    "wrong",
    [
        {"A": 13},
        {"A": "2"},
        {"A": True},
        {"B": "25/11/2026"},
        {"B": "2026-02-30"},
        {"C": "x" * 2001},
        {"D": "tent"},
    ],
)
def test_an_answer_of_the_wrong_kind_is_refused_at_its_item(wrong):
    with pytest.raises(AnswersNotValid) as refused:
        score(TYPED, wrong)
    assert set(refused.value.problems) == set(wrong)


# Conditions

CONDITIONS = st.recursive(
    st.builds(lambda item, value: {"item": item, "is": value}, st.sampled_from("AB"), st.sampled_from(["yes", "no"])),
    lambda inner: st.builds(lambda part: {"not": part}, inner)
    | st.builds(lambda kind, parts: {kind: parts}, st.sampled_from(["all", "any"]), st.lists(inner, max_size=3)),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(CONDITIONS, st.fixed_dictionaries({item: st.sampled_from(["yes", "no", None]) for item in "AB"}))
def test_a_condition_that_holds_early_holds_however_the_rest_is_answered(condition, answers):
    early = holds(condition, answers)
    for a in [answers["A"]] if answers["A"] else ["yes", "no"]:
        for b in [answers["B"]] if answers["B"] else ["yes", "no"]:
            final = holds(condition, {"A": a, "B": b})
            assert final is not None
            assert early in (None, final)
    assert items_of(condition) <= {"A", "B"}
    assert words_of(condition, {"A": "One", "B": "Two"})


# Changing an edition


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(list(SHIPPED)), st.lists(st.tuples(st.integers(0, 40), st.integers(-3, 3)), max_size=8)
)
def test_moving_items_about_loses_none_and_keeps_the_sections_in_their_order(name, moves):
    changed = SHIPPED[name]
    codes = [item["code"] for item in changed["items"]]
    for place, by in moves:
        changed = move_item(changed, codes[place % len(codes)], by=by)
    assert sorted(item["code"] for item in changed["items"]) == sorted(codes)
    if changed.get("sections"):
        placed = [code for section in changed["sections"] for code in section["items"]]
        assert placed == [item["code"] for item in changed["items"]]


def test_an_item_moves_within_its_section_then_over_its_edge():
    police = SHIPPED["risk-27"]
    once = move_item(police, "Q06", by=1)
    assert section_of(once, "Q06") == "Children and contact"
    assert [item["code"] for item in once["items"]][:7] == ["Q01", "Q02", "Q03", "Q04", "Q05", "Q06", "Q07"]
    back = move_item(once, "Q06", by=-1)
    assert section_of(back, "Q06") == "The incident and the person"
    assert [item["code"] for item in move_item(police, "Q03", by=-1)["items"]][:3] == ["Q01", "Q03", "Q02"]


def test_an_item_is_added_to_a_section_changed_in_place_and_removed():
    police = SHIPPED["risk-27"]
    new = {"code": "Q28", "type": "text", "label": "Notes", "optional": True}
    added = put_item(police, new, section="Children and contact")
    assert section_of(added, "Q28") == "Children and contact"
    assert problems_of(added) == []
    renamed = put_item(added, {**new, "label": "More notes"})
    assert [item["label"] for item in renamed["items"] if item["code"] == "Q28"] == ["More notes"]
    elsewhere = put_item(added, new, section="What we noticed")
    assert section_of(elsewhere, "Q28") == elsewhere["sections"][-1]["title"] == "What we noticed"
    assert problems_of(elsewhere) == []
    assert (
        section_of(put_item(elsewhere, new, section="Children and contact"), "Q28") == "Children and contact"
    )
    phq = put_item(SHIPPED["phq-9"], {**new, "code": "P99"}, section="Mood")
    assert [one["title"] for one in phq["sections"]] == ["Mood"]
    assert problems_of(phq) == []
    assert remove_item(added, "Q28") == police
    with pytest.raises(NoSuchItem):
        remove_item(police, "Q28")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"items": []}, "at least one item"),
        ({"items": [{"code": "A", "type": "0-3", "label": ""}]}, "no label"),
        ({"items": [{"code": "A", "type": "mood", "label": "Mood"}]}, "no type"),
        ({"items": [{"code": "A", "type": "0-3", "label": "Mood", "optional": True}]}, "cannot be left blank"),
        ({"items": [{"code": "A", "type": "text", "label": "M", "shown_when": {"item": "B", "is": "x"}}]}, "before it"),
        ({"grading": {"by": "total", "bands": [{"from": 1, "grade": "low"}]}}, "begin at 0"),
        ({"grading": {"by": "total", "bands": [{"from": 0, "grade": "high"}, {"from": 4, "grade": "low"}]}}, "lesser"),
        ({"triggers": [{"item": "A", "when": 1, "words": "W", "suggests": "extreme"}]}, "not one of the grades"),
        ({"triggers": [{"item": "Z", "when": 1, "words": "W"}]}, "Z"),
        ({"triggers": [{"item": "A", "when": 1, "words": "W", "prompt": "panic"}]}, "not known"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_edition_is_said_in_words(change, words):
    assert problems_of(TYPED) == []
    assert any(words in problem for problem in problems_of({**TYPED, **change}))
