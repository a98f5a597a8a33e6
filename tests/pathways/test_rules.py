"""Rules read as practitioners mean them: laws of three-valued logic, plain words, and what nearly matched."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.assessed import facts_of_assessment, vocabulary_of
from pathways.facts import FACTS, UnknownFact, clean
from pathways.rules import ALWAYS, evaluate, facts_of, nearly, sentence, validate
from tests.pathways.invented import facts, known_facts, rules

HIGH = {"fact": "risk_grade", "is": "high"}
DOMESTIC = {"fact": "flags", "contains": "domestic_abuse"}
ADULT = {"fact": "age", "at_least": 16}


def value(rule: Any, case: Any) -> bool | None:
    return evaluate(rule, case).value


# Laws


@given(rules(), facts())
def test_every_valid_rule_has_an_answer_for_every_case_and_a_sentence(rule, case):
    assert validate(rule) == []
    assert value(rule, case) in (True, False, None)
    assert sentence(rule)


@given(st.lists(rules(), min_size=1, max_size=4), facts())
def test_de_morgan_not_all_is_any_not_and_not_any_is_all_not(parts, case):
    negated = [{"not": part} for part in parts]
    assert value({"not": {"all": parts}}, case) == value({"any": negated}, case)
    assert value({"not": {"any": parts}}, case) == value({"all": negated}, case)


@given(rules(), facts())
def test_not_not_is_the_rule_itself(rule, case):
    assert value({"not": {"not": rule}}, case) == value(rule, case)


@given(st.lists(rules(), min_size=1, max_size=4), facts())
def test_at_least_one_is_any_and_at_least_all_is_all(parts, case):
    assert value({"at_least": {"n": 1, "of": parts}}, case) == value({"any": parts}, case)
    assert value({"at_least": {"n": len(parts), "of": parts}}, case) == value({"all": parts}, case)


@given(rules(), rules(), facts())
def test_and_and_or_are_kleenes(left, right, case):
    rank = {False: 0, None: 1, True: 2}
    a, b = value(left, case), value(right, case)
    assert value({"all": [left, right]}, case) == min(a, b, key=rank.__getitem__)
    assert value({"any": [left, right]}, case) == max(a, b, key=rank.__getitem__)


@given(rules(with_known=False), facts(), known_facts())
def test_learning_more_never_overturns_what_was_decided(rule, case, everything):
    before = value(rule, case)
    learned = {**everything, **{name: found for name, found in case.items() if found is not None}}
    assert value(rule, learned) is not None
    if before is not None:
        assert value(rule, learned) is before


@given(rules(), facts())
def test_what_was_read_is_enough_to_reach_the_same_answer(rule, case):
    outcome = evaluate(rule, case)
    again = evaluate(rule, json.loads(json.dumps(outcome.read)))
    assert (again.value, again.failed) == (outcome.value, outcome.failed)


@given(rules(), facts())
def test_a_rule_that_holds_failed_nothing_and_one_that_does_not_says_what(rule, case):
    outcome = evaluate(rule, case)
    if outcome.value is True:
        assert outcome.failed == ()
    elif "'all': []" not in str(rule):  # that holds of nothing, so no condition has failed
        assert outcome.failed


@given(rules(), facts())
def test_each_near_miss_is_one_condition_that_would_have_been_enough(rule, case):
    missing = nearly(rule, case)
    if value(rule, case) is True:
        assert missing == ()
        return
    enough = {
        condition["fact"]
        for path, condition in conditions_in(rule)
        for held in (ALWAYS, {"not": ALWAYS})
        if value(with_part(rule, path, held), case) is True
    }
    assert {leaf.fact for leaf in missing} <= enough
    unknown = {fact for fact in enough if clean(case).get(fact) is None}
    without_known = "known" not in json.dumps(rule)
    if without_known:
        assert unknown <= {leaf.fact for leaf in missing}


def conditions_in(rule: Any, path: tuple = ()):
    if "fact" in rule:
        yield path, rule
    elif "not" in rule:
        yield from conditions_in(rule["not"], (*path, "not"))
    else:
        name = next(iter(rule))
        place = (name, "of") if name == "at_least" else (name,)
        parts = rule["at_least"]["of"] if name == "at_least" else rule[name]
        for index, part in enumerate(parts):
            yield from conditions_in(part, (*path, *place, index))


def with_part(rule: Any, path: tuple, part: Any) -> Any:
    if not path:
        return part
    changed = copy.deepcopy(rule)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = part
    return changed


# Stories


def test_a_case_whose_risk_is_not_known_matches_neither_the_rule_nor_its_opposite():
    assert value(HIGH, {}) is None
    assert value({"not": HIGH}, {}) is None
    assert value({"any": [HIGH, DOMESTIC]}, {"flags": ["domestic_abuse"]}) is True
    assert value({"all": [HIGH, ADULT]}, {"age": 12}) is False


def test_no_flags_is_not_the_same_as_flags_not_known():
    assert value(DOMESTIC, {"flags": []}) is False
    assert value(DOMESTIC, {"flags": None}) is None


def test_grades_are_compared_in_their_order():
    rule = {"fact": "risk_grade", "at_least": "medium"}
    assert [value(rule, {"risk_grade": grade}) for grade in ("standard", "medium", "high")] == [
        False,
        True,
        True,
    ]


def test_values_of_the_wrong_type_are_not_known_and_never_match():
    for odd in ("sixteen", True, 16.5, ["16"], {}):
        assert value(ADULT, {"age": odd}) is None
    assert value(HIGH, {"risk_grade": "not_assessed"}) is None


def test_a_near_match_says_what_is_missing_and_what_was_found():
    rule = {"all": [DOMESTIC, HIGH, ADULT]}
    leaf = nearly(rule, {"flags": ["domestic_abuse"], "risk_grade": "medium", "age": 30})
    assert [(one.words, one.found) for one in leaf] == [("the risk grade is high", "medium")]
    assert nearly(rule, {"flags": ["domestic_abuse"], "risk_grade": "medium", "age": 12}) == ()
    assert nearly(rule, {"flags": ["domestic_abuse"], "risk_grade": "high", "age": 30}) == ()


def test_a_single_false_condition_is_no_near_match_but_an_unknown_one_is():
    assert nearly(HIGH, {"risk_grade": "standard"}) == ()
    assert [leaf.found for leaf in nearly(HIGH, {})] == ["not known"]


def test_a_near_match_under_not_is_told_the_right_way_round():
    rule = {"all": [HIGH, {"not": DOMESTIC}]}
    leaf = nearly(rule, {"risk_grade": "high", "flags": ["domestic_abuse"]})
    assert [one.words for one in leaf] == ["the flags do not include domestic abuse"]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (ALWAYS, "always"),
        ({"not": ALWAYS}, "never"),
        (HIGH, "the risk grade is high"),
        ({"not": HIGH}, "the risk grade is not high"),
        ({"all": [HIGH, {"any": [DOMESTIC, ADULT]}]},
         "the risk grade is high and (the flags include domestic abuse or the age is at least 16)"),
        ({"not": {"all": [HIGH, DOMESTIC]}},
         "the risk grade is not high or the flags do not include domestic abuse"),
        ({"at_least": {"n": 2, "of": [HIGH, DOMESTIC, ADULT]}},
         "at least 2 of these hold: the risk grade is high; the flags include domestic abuse; the age is at least 16"),
        ({"fact": "interpreter", "is": False}, "no interpreter is needed"),
        ({"not": {"fact": "answer:risk-24.R15", "is": True}}, "R15 of risk-24 is answered no"),
        ({"fact": "age", "between": [16, 17]}, "the age is from 16 to 17"),
        ({"not": {"fact": "score:phq-9", "between": [10, 14]}}, "the score on phq-9 is not from 10 to 14"),
        ({"fact": "days_since:last_incident", "at_most": 30},
         "the number of days since the latest incident is at most 30"),
        ({"fact": "need_severity:accommodation", "more_than": 1},
         "the severity of the need shelter and accommodation is more than 1"),
        ({"fact": "age", "known": False}, "the age is not known"),
        ({"fact": "offence_group", "in": ["fraud", "robbery"]}, "the offence group is one of fraud or robbery"),
    ],
)  # fmt: skip
def test_a_rule_reads_as_a_sentence(rule, words):
    assert sentence(rule) == words


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ({"fact": "shoe_size", "is": 42}, "no fact called 'shoe_size'"),
        ({"fact": "risk_grade", "is": "extreme"}, "risk_grade is never 'extreme'"),
        ({"fact": "age", "is": "16"}, "a whole number, not '16'"),
        ({"fact": "age", "contains": 16}, "cannot be asked `contains`"),
        ({"fact": "area", "at_least": "NP20"}, "cannot be asked `at_least`"),
        ({"fact": "flags", "is": "child"}, "only contains, contains_any, known"),
        ({"fact": "flags", "contains_any": []}, "a list of one or more"),
        ({"fact": "age", "is": 1, "at_least": 2}, "exactly one of"),
        ({"fact": "age", "known": "yes"}, "true or false"),
        ({"fact": ["age"], "is": 1}, "no fact called"),
        ({"fact": "answer:risk-24", "is": True}, "answer:INSTRUMENT.ITEM"),
        ({"fact": "answer:risk-24.R15", "is": "yes"}, "true or false"),
        ({"fact": "days_since:breakfast", "is": 1}, "no fact called"),
        ({"fact": "shoe:size", "is": 1}, "no fact called"),
        ({"fact": "age", "between": [18]}, "needs two values"),
        ({"fact": "age", "between": [18, 16]}, "can never be"),
        ({"fact": "age", "between": [16, "18"]}, "a whole number, not '18'"),
        ({"any": []}, "can never match"),
        ({"all": HIGH}, "needs a list"),
        ({"at_least": {"n": 3, "of": [HIGH]}}, "can never be"),
        ({"at_least": {"n": True, "of": [HIGH]}}, "whole number from 1"),
        ({"at_least": [HIGH]}, "needs `n` and `of`"),
        ({"all": [], "any": [HIGH]}, "one of all, any, not"),
        ({}, "this one has nothing"),
        ({"maybe": HIGH}, "this one has maybe"),
        ("always", "must be an object"),
        (None, "must be an object"),
        ({"not": {"all": [{"fact": "age", "is": None}]}}, "whole number"),
    ],
)
def test_a_wrong_rule_is_refused_in_words(rule, problem):
    assert any(problem in said for said in validate(rule)), validate(rule)


def test_a_rule_nested_without_end_is_refused():
    rule: Any = HIGH
    for _ in range(500):
        rule = {"not": rule}
    assert "nested" in validate(rule)[0]


WORDS = st.sampled_from(["all", "any", "not", "at_least", "fact", "is", "n", "of", "age"])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | WORDS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=2),
    )
)
def test_whatever_passes_validation_can_be_evaluated(anything):
    if validate(anything) == []:
        assert value(anything, {}) in (True, False, None)
        assert sentence(anything)


# Facts


@given(facts())
def test_kept_facts_name_every_fact_and_survive_json(case):
    kept = clean(case)
    assert set(kept) - {name for name in case if ":" in name} == set(FACTS)
    assert clean(json.loads(json.dumps(kept))) == kept


def test_a_fact_that_no_rule_can_ask_about_is_refused_by_name():
    with pytest.raises(UnknownFact, match="shoe_size"):
        clean({"shoe_size": 42})


def test_sets_are_kept_in_order_and_what_is_not_known_stays_so():
    kept = clean({"flags": {"hate_crime", "domestic_abuse"}, "risk_grade": "not_assessed", "area": ""})
    assert kept["flags"] == ["domestic_abuse", "hate_crime"]
    assert kept["risk_grade"] is None
    assert kept["area"] is None
    assert kept["needs"] is None


# Instruments


CHECKLIST = {
    "code": "risk-24",
    "title": "Risk checklist",
    "grades": ["standard", "high"],
    "grading": {"by": "count", "bands": []},
    "items": [
        {"code": "R15", "type": "yes_no_unknown", "label": "Strangulation"},
        {"code": "R16", "type": "yes_no_unknown", "label": "Pregnancy", "category": "health"},
        {"code": "R17", "type": "yes_no", "label": "Weapons"},
        {"code": "P1", "type": "0-3", "label": "Sleep"},
        {
            "code": "N1",
            "type": "need",
            "need": "mental_physical_health",
            "label": "Health",
            "category": "health",
        },
        {"code": "N2", "type": "need", "need": "accommodation", "label": "Shelter"},
    ],
}


def test_a_rule_asks_of_an_instrument_only_what_it_has_and_reads_in_its_own_words():
    words = vocabulary_of([CHECKLIST])
    strangled = {"fact": "answer:risk-24.R15", "is": True}
    assert validate(strangled, words) == []
    assert sentence(strangled, words) == "Strangulation (R15 of risk-24) is answered yes"
    for name in ("answer:risk-24.R99", "answer:risk-24.R16", "need_severity:mental_physical_health"):
        assert validate({"fact": name, "known": True}) == []
        assert any(
            "publish the instrument first" in said for said in validate({"fact": name, "known": True}, words)
        )
    assert "its values are standard, high" in validate({"fact": "grade:risk-24", "is": "medium"}, words)[0]
    assert all(fact.source and fact.words for fact in words.values())


def test_an_answer_not_known_is_neither_yes_nor_no_and_one_about_health_is_told_to_no_rule():
    answers = {
        "R15": "not_known", "R16": "yes", "R17": {"answer": "yes", "source": "police"}, "P1": 2,
        "N1": {"need": "yes", "severity": 3}, "N2": {"need": "no"},
    }  # fmt: skip
    score = {"count": 1, "total": 5}
    assert facts_of_assessment(CHECKLIST, answers, score, "high") == {
        "score:risk-24": 1,
        "grade:risk-24": "high",
        "answer:risk-24.R17": True,
        "number:risk-24.P1": 2,
        "answer:risk-24.N2": False,
        "need_severity:accommodation": 0,
    }


@given(rules(), facts())
def test_a_rule_reads_the_facts_that_it_asks_about_and_no_others(rule, case):
    assert set(evaluate(rule, case).read) == facts_of(rule)
