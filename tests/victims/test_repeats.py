"""Repeats in twelve months: what counts, and what never matters."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victims.repeats import YEAR, Repeats, Reported, ordinal, repeats

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
REPORTS = st.lists(
    st.builds(
        Reported,
        at=st.integers(-400, 800).map(lambda days: NOW - timedelta(days=days)),
        accused=st.frozensets(st.sampled_from(["number 1", "number 2", "JOHN SMITH"])),
    ),
    max_size=12,
)


def reported(*days: int, by: str = "") -> list[Reported]:
    return [Reported(NOW - timedelta(days=day), frozenset({by} - {""})) for day in days]


@given(REPORTS, st.randoms())
def test_the_order_of_the_reports_does_not_matter(listed, chance):
    shuffled = list(listed)
    chance.shuffle(shuffled)
    assert repeats(shuffled, until=NOW) == repeats(listed, until=NOW)


@given(REPORTS)
def test_only_twelve_months_count_and_all_of_them(listed):
    found = repeats(listed, until=NOW)
    assert list(found.dates) == sorted(one.at for one in listed if NOW - YEAR < one.at <= NOW)


@given(REPORTS, REPORTS)
def test_a_further_report_never_makes_fewer(some, more):
    before, after = repeats(some, until=NOW), repeats(some + more, until=NOW)
    assert len(after.dates) >= len(before.dates)
    assert len(after.same_perpetrator) >= len(before.same_perpetrator)


@given(REPORTS)
def test_reports_of_one_perpetrator_are_reports_that_name_them(listed):
    found = repeats(listed, until=NOW)
    named = [one for one in listed if one.at in found.dates]
    most = max(sum(mark in one.accused for one in named) for mark in ("number 1", "number 2", "JOHN SMITH"))
    assert len(found.same_perpetrator) == most
    assert set(found.same_perpetrator) <= set(found.dates)


def test_the_words_of_a_queue():
    assert Repeats().words == ""
    assert repeats(reported(3), until=NOW).words == ""
    assert repeats(reported(1, 2, 3, 400), until=NOW).words == "3rd report in 12 months"
    one, other = reported(1, 9, by="JOHN SMITH"), reported(2, 4, by="")
    words = "4th report in 12 months, 2 name the same person"
    assert repeats(one + other, until=NOW).words == words


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1st"), (2, "2nd"), (11, "11th"), (23, "23rd"), (112, "112th")]
)
def test_ordinals(number, words):
    assert ordinal(number) == words
