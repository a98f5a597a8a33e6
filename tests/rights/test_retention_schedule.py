"""The retention schedule: dates that a data protection officer could check, and what always holds."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rights.retention import ClosedCase, NoSuchRule, after, due, schedule, shortest

DAYS = st.dates(date(2022, 1, 1), date(2040, 12, 31))
STATES = st.sampled_from(["declined", "uncontactable", "supported_enhanced", "suspended_unsafe", "duplicate"])


@pytest.mark.parametrize(
    ("end_state", "closed", "contact", "born", "until", "rule"),
    [
        ("declined", date(2026, 1, 5), None, None, date(2026, 2, 16), "declined"),
        ("uncontactable", date(2026, 8, 31), None, None, date(2027, 2, 28), "uncontactable"),
        ("supported_standard", date(2026, 3, 1), date(2026, 4, 2), None, date(2032, 4, 2), "supported"),
        ("supported_standard", date(2024, 2, 29), None, date(1980, 1, 1), date(2030, 2, 28), "supported"),
        # A child of ten: until the 25th birthday. One of seventeen: six years are not enough either.
        ("supported_enhanced", date(2026, 3, 1), None, date(2016, 5, 17), date(2041, 5, 17), "supported"),
        ("supported_enhanced", date(2026, 3, 1), None, date(2008, 5, 17), date(2033, 5, 17), "supported"),
        ("supported_enhanced", date(2026, 3, 1), None, date(2008, 2, 1), date(2032, 3, 1), "supported"),
    ],
)
def test_a_record_is_kept_until(end_state, closed, contact, born, until, rule):
    found = due([ClosedCase(end_state, closed, contact)], born=born)
    assert (found.on, found.rule.code) == (until, rule)


@given(st.lists(st.tuples(STATES, DAYS), min_size=1, max_size=5), st.none() | st.dates(date(1930, 1, 1)))
def test_the_longest_counts_and_nothing_is_due_before_the_shortest(cases, born):
    closed = [ClosedCase(state, day) for state, day in cases]
    found = due(closed, born=born)
    assert found.on == max(due([one], born=born).on for one in closed)
    assert all(found.on >= one.closed_on + min(shortest(), timedelta(weeks=6)) for one in closed)


@given(DAYS, DAYS)
def test_a_later_contact_never_makes_it_shorter(closed, contact):
    with_contact = due([ClosedCase("supported_enhanced", closed, contact)], born=None)
    assert with_contact.on >= due([ClosedCase("supported_enhanced", closed)], born=None).on


@given(DAYS, st.integers(1, 40))
def test_months_end_on_a_day_that_exists_and_keep_the_order(day, months):
    reached = after(day, {"months": months})
    assert (reached.year * 12 + reached.month) - (day.year * 12 + day.month) == months
    assert reached.day <= day.day


def test_a_case_from_before_the_schedule_is_not_guessed():
    with pytest.raises(NoSuchRule):
        due([ClosedCase("declined", date(1999, 12, 31))], born=None)
    assert due([], born=None) is None
    assert {rule.code for rule in schedule()} >= {"declined", "uncontactable", "supported", "suspended"}
