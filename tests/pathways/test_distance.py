"""Distance travelled on needs: last paired score less first, and nothing where either end is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathways.distance import distance
from tests.pathways.test_instruments_as_data import SHIPPED, an_answer

NEEDS = SHIPPED["needs-8"]
ANSWERS = st.fixed_dictionaries({item["code"]: an_answer(item, {}) for item in NEEDS["items"]})


@pytest.mark.parametrize(
    ("first", "last", "change", "words"),
    [
        ({"need": "yes", "severity": 3}, {"need": "yes", "severity": 1}, -2, "better by 2"),
        ({"need": "yes", "severity": 2}, {"need": "no"}, -2, "better by 2"),
        ({"need": "no"}, {"need": "yes", "severity": 1}, 1, "worse by 1"),
        ({"need": "no"}, {"need": "yes", "severity": 0}, 0, "the same"),
        ({"need": "not_known"}, {"need": "no"}, None, "not paired"),
        (None, {"need": "yes", "severity": 3}, None, "not paired"),
    ],
)
def test_a_need_is_paired_or_says_nothing(first, last, change, words):
    travelled = distance(NEEDS, {"N2": first}, {"N2": last})[1]
    assert (travelled.change, travelled.words) == (change, words)


@given(ANSWERS, ANSWERS)
def test_the_way_back_is_the_way_there_turned_round(first, last):
    there, back = distance(NEEDS, first, last), distance(NEEDS, last, first)
    for one, other in zip(there, back, strict=True):
        assert one.change == (None if other.change is None else -other.change)
