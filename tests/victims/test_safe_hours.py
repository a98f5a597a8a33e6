"""Hours at which somebody may be reached: by the wall clock in London, over changes of the clocks and bank holidays."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from victims.safe_contact import (
    EVERY_DAY,
    LONDON,
    WEEKDAYS,
    Held,
    Window,
    as_rule,
    is_stale,
    may_contact,
    windows_of,
)

CHRISTMAS = {date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)}
MINUTE = timedelta(minutes=1)
HOURS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
DAYS = st.frozensets(st.integers(0, 6), min_size=1)
# Around both changes of the clocks, and over Christmas.
MOMENTS = st.one_of(
    *(
        st.integers(0, 4 * 24 * 60).map(lambda minutes, start=start: start + minutes * MINUTE)
        for start in (
            datetime(2026, 10, 23, tzinfo=UTC),
            datetime(2027, 3, 26, tzinfo=UTC),
            datetime(2026, 12, 24, tzinfo=UTC),
        )
    )
)


@st.composite
def windows(draw) -> Window:
    begins, ends = sorted((draw(HOURS), draw(HOURS)))
    return Window(begins, ends if ends > begins else None, draw(DAYS))


def asked(now: datetime, *records: list[Window], careful: bool = False, safety: str = "safe"):
    held = [
        Held(safety, {"windows": [as_rule(one) for one in record]} if record else {}) for record in records
    ]
    return may_contact(now, "phone", held, is_careful=careful, is_holiday=CHRISTMAS.__contains__)


def is_open(at: datetime, record: list[Window]) -> bool:
    """The plain meaning, read from the wall clock."""
    local = at.astimezone(LONDON)
    return not record or any(
        local.weekday() in one.days
        and (local.date() not in CHRISTMAS or one.days == EVERY_DAY)
        and one.begins <= local.time()
        and (one.ends is None or local.time() < one.ends)
        for one in record
    )


def is_doubtful(at: datetime) -> bool:
    """Within three hours of a change of the clocks: there the rule may open less than the wall clock."""
    return len({(at + timedelta(hours=hour)).astimezone(LONDON).utcoffset() for hour in (-3, 3)}) > 1


RECORDS = st.lists(st.lists(windows(), min_size=1, max_size=3), min_size=1, max_size=2)


@given(MOMENTS, RECORDS)
def test_a_yes_is_a_yes_on_every_wall_clock_and_a_no_too_but_where_the_clocks_change(now, records):
    answer = asked(now, *records)
    every = all(is_open(now, record) for record in records)
    assert every or not answer.safe
    if not is_doubtful(now):
        assert answer.safe == every


@given(MOMENTS, RECORDS)
def test_it_is_safe_until_the_moment_that_is_told_and_not_after(now, records):
    answer = asked(now, *records)
    if answer.safe and answer.until:
        assert answer.until > now
        assert asked(answer.until - timedelta(seconds=1), *records).safe
        assert not asked(answer.until, *records).safe


@given(MOMENTS, RECORDS)
def test_the_next_safe_moment_is_safe_and_none_is_before_it(now, records):
    answer = asked(now, *records)
    if not answer.safe and answer.again:
        assert answer.again > now
        assert asked(answer.again, *records).safe
        assert not asked(answer.again - timedelta(seconds=1), *records).safe
        step = (answer.again - now) / 7
        assert not any(asked(now + step * number, *records).safe for number in range(7))


@given(MOMENTS, st.lists(windows(), max_size=2), st.lists(windows(), max_size=2), st.booleans())
def test_another_record_of_the_same_number_never_opens_anything(now, mine, theirs, careful):
    alone = asked(now, mine, careful=careful)
    together = asked(now, mine, theirs, careful=careful)
    assert alone.safe or not together.safe


@given(MOMENTS, st.lists(windows(), max_size=2), st.sampled_from(["phone", "text", "email", "letter"]))
def test_unknown_is_never_safe_for_domestic_abuse_whatever_the_hour(now, record, channel):
    held = [Held("unknown", {"windows": [as_rule(one) for one in record]})]
    answer = may_contact(now, channel, held, is_careful=True, is_holiday=CHRISTMAS.__contains__)
    assert not answer.safe
    assert answer.again is None


@pytest.mark.parametrize(
    ("at", "until", "again"),
    [
        (datetime(2026, 10, 24, 14, 30, tzinfo=LONDON), datetime(2026, 10, 24, 15, 0, tzinfo=LONDON), None),
        (
            datetime(2026, 10, 24, 15, 0, tzinfo=LONDON),
            None,
            datetime(2026, 10, 25, 9, 0, tzinfo=LONDON),
        ),
        (
            datetime(2027, 3, 27, 23, 0, tzinfo=LONDON),
            None,
            datetime(2027, 3, 28, 9, 0, tzinfo=LONDON),
        ),
    ],
)
def test_an_hour_is_the_same_on_the_wall_before_and_after_the_clocks_change(at, until, again):
    answer = asked(at, [Window(time(9), time(15))])
    assert (answer.until, answer.again) == (until, again)


def test_hours_of_weekdays_do_not_hold_on_a_bank_holiday_and_the_next_working_day_is_told():
    on_weekdays = [Window(time(9), time(15), WEEKDAYS)]
    friday = datetime(2026, 12, 25, 10, tzinfo=LONDON)
    answer = asked(friday, on_weekdays)
    assert not answer.safe
    assert answer.words == "Only on weekdays between 09:00 and 15:00."
    assert answer.again == datetime(2026, 12, 29, 9, tzinfo=LONDON)
    assert asked(friday, [Window(time(9), time(15))]).safe


def test_touching_hours_are_one_also_over_midnight():
    night = [Window(time(20)), Window(time(0), time(2))]
    answer = asked(datetime(2026, 11, 16, 22, tzinfo=LONDON), night)
    assert answer.until == datetime(2026, 11, 17, 2, tzinfo=LONDON)
    assert asked(datetime(2026, 11, 16, 22, tzinfo=LONDON), [Window()]).until is None


def test_a_joint_household_gets_no_letter_where_unknown_is_unsafe_whatever_is_recorded():
    def letter(safety: str, *, careful: bool) -> bool:
        held = [Held(safety, is_joint=True)]
        now = datetime(2026, 11, 16, 12, tzinfo=UTC)
        return may_contact(now, "letter", held, is_careful=careful, is_holiday=CHRISTMAS.__contains__).safe

    assert not letter("safe", careful=True)
    assert not letter("unknown", careful=False)
    assert letter("safe", careful=False)


def test_a_suspended_case_a_wrong_number_and_nothing_held_are_never_safe():
    now = datetime(2026, 11, 16, 12, tzinfo=UTC)
    wrong = [Held("safe", {"wrong_number": True})]
    given_ = {"is_careful": False, "is_holiday": CHRISTMAS.__contains__}
    assert not may_contact(now, "phone", [Held("safe")], is_suspended=True, **given_).safe
    assert not may_contact(now, "phone", wrong, **given_).safe
    assert not may_contact(now, "phone", [], **given_).safe
    assert may_contact(now, "phone", [Held("safe")], **given_).safe


def test_what_a_window_is_stays_so_when_it_is_kept():
    window = Window(time(9, 30), None, frozenset({2, 5}))
    assert windows_of({"windows": [as_rule(window)]}, "text") == (window,)
    assert windows_of({"windows": [as_rule(window)]}, "email") == ()


def test_what_nobody_has_asked_again_for_a_quarter_of_a_year_is_stale():
    now = datetime(2026, 11, 16, tzinfo=UTC)
    assert is_stale(None, now=now)
    assert is_stale(now - timedelta(days=91), now=now)
    assert not is_stale(now - timedelta(days=90), now=now)
