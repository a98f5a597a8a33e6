"""Learning from answers: properties of the estimate, which knows neither people nor a database."""

import random
from math import exp, log
from statistics import pstdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.victims.test_matching import identities
from victims.matching import weigh
from victims.matching.estimate import (
    FARTHEST,
    LEAST_OF_EACH,
    LEAST_OF_LEVEL,
    Label,
    corrected,
    correction,
    fit,
    groups,
    is_enough,
    knows_whom_it_is_told_twice,
    split,
    tallied,
)
from victims.matching.fields import LEVELS
from victims.matching.model import frozen_model

FIELDS = ("given_name", "date_of_birth", "home")


@st.composite
def labelled(draw: st.DrawFn) -> list[Label]:
    """Answered pairs, made from a seed: more of them than Hypothesis would draw one by one."""
    chance = random.Random(draw(st.integers(0, 10_000)))
    return invented(chance, draw(st.integers(0, 160)))


def invented(
    chance: random.Random, many: int, *, truth: dict[tuple[str, str], float] | None = None
) -> list[Label]:
    """Answers as likely as the score says, corrected by what is the truth of it."""
    labels = []
    for place in range(many):
        levels = tuple((field, chance.choice(LEVELS[field])) for field in FIELDS if chance.random() < 0.9)
        score = round(chance.uniform(0, 8) - 2, 1)
        odds = log(2) * (score + sum((truth or {}).get(level, 0.0) for level in levels))
        labels.append(Label(levels, score, chance.random() < 1 / (1 + exp(-odds)), place))
    return labels


def told(labels: list[Label]) -> list[tuple[str, str, float]]:
    return [
        (field, level, bits)
        for field, levels in fit(labels).corrections.items()
        for level, bits in levels.items()
    ]


@settings(max_examples=40, deadline=None)
@given(labelled())
def test_nothing_is_said_of_a_level_that_few_labels_have_and_nothing_goes_far(labels):
    for field, level, bits in told(labels):
        assert sum((field, level) in label.levels for label in labels) >= LEAST_OF_LEVEL
        assert abs(bits) <= FARTHEST


@settings(max_examples=25, deadline=None)
@given(labelled(), st.randoms(use_true_random=False))
def test_the_order_of_the_labels_makes_no_difference(labels, chance):
    shuffled = list(labels)
    chance.shuffle(shuffled)
    assert fit(shuffled) == fit(labels)


@settings(max_examples=25, deadline=None)
@given(labelled())
def test_the_opposite_answers_to_the_opposite_scores_turn_every_correction_round(labels):
    turned = [Label(label.levels, -label.score, not label.same, label.group) for label in labels]
    there, back = told(labels), told(turned)
    assert [one[:2] for one in there] == [one[:2] for one in back]
    for (*_, bits), (*_, opposite) in zip(there, back, strict=True):
        assert bits == pytest.approx(-opposite, abs=0.002)


@settings(max_examples=25, deadline=None)
@given(labelled())
def test_the_labels_that_were_learned_from_are_never_foretold_worse(labels):
    model = frozen_model()
    old, new = (tallied(labels, one, model).surprise for one in (fit(labels, weights=False), fit(labels)))
    assert new <= old + 0.01 * max(1, len(labels))


@settings(max_examples=40, deadline=None)
@given(identities, identities, labelled())
def test_corrected_weights_change_a_score_by_the_corrections_alone_and_leave_the_rival(one, other, labels):
    model, corrections = frozen_model(), fit(labels).corrections
    old, new = weigh(one, other, model), weigh(one, other, corrected(model, corrections, version="x+1"))
    levels = [(line.field, line.level) for line in old.lines if line.level]
    assert new.score == pytest.approx(old.score + correction(corrections, levels), abs=0.02)
    assert (new.rival, new.start, new.settings) == (old.rival, old.start, "x+1")
    assert new.start + sum(line.weight for line in new.lines) == pytest.approx(new.score, abs=0.02)


def test_what_is_true_is_found_and_more_surely_by_more_answers():
    truth = {("home", "same"): -2.0, ("date_of_birth", "same"): 1.0}
    few, many = (fit(invented(random.Random(7), number, truth=truth)).corrections for number in (400, 8000))
    assert few["home"]["same"] < few["home"]["different"]
    away = {
        where: abs(many[where[0]][where[1]] - many[where[0]]["different"] - bits)
        for where, bits in truth.items()
    }
    assert max(away.values()) < 0.5
    assert abs(many["given_name"]["same"] - many["given_name"]["different"]) < 0.5


def test_that_all_were_the_same_says_how_many_are_alike_and_moves_no_weight_for_it():
    """The hub is as careful as before: the base is estimated along, and thrown away."""
    chance = random.Random(3)
    generous = [
        Label(label.levels, label.score - 4, label.same) for label in invented(chance, 4000)
    ]  # everybody is four bits likelier to be one than the scores say
    found = fit(generous)
    assert found.base == pytest.approx(4, abs=0.5)
    for levels in found.corrections.values():
        assert pstdev(levels.values()) < 0.35


def test_weights_by_which_two_records_that_agree_in_all_are_doubted_are_found():
    model = frozen_model()
    assert knows_whom_it_is_told_twice(model)
    down = {field: {LEVELS[field][0]: -1.5} for field in ("name_order", "sex", "home", "house")}
    assert not knows_whom_it_is_told_twice(corrected(model, down, version="x"))


def test_too_few_of_either_answer_are_not_enough():
    levels = (("given_name", "same"),)
    confirmed = [Label(levels, 1.0, True, place) for place in range(200)]
    rejected = [Label(levels, 1.0, False, place) for place in range(LEAST_OF_EACH)]
    assert is_enough(confirmed + rejected)
    assert not is_enough(confirmed + rejected[1:])
    assert not is_enough(confirmed)


def test_pairs_that_share_people_are_held_back_together():
    joined = groups([(1, 2), (5, 6), (2, 3), (6, 9), (4, 3)])
    assert joined == [1, 5, 1, 5, 1]
    labels = [Label((), 0.0, True, group) for group in joined]
    for fold in range(5):
        learned, held_back = split(labels, fold)
        assert not {one.group for one in learned} & {one.group for one in held_back}
        assert len(learned) + len(held_back) == len(labels)
