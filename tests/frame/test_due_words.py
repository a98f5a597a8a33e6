"""Due times in words: what a practitioner reads in the queue."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.due import due_words, duration_words, is_overdue, when_words

LONDON = ZoneInfo("Europe/London")


def london(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LONDON)


NOW = london(2026, 11, 16, 14, 2)  # a Monday


@pytest.mark.parametrize(
    ("due_at", "words"),
    [
        (None, ""),
        (london(2026, 11, 16, 11, 52), "Overdue 2 h 10 m"),
        (london(2026, 11, 16, 14, 1, 30), "Overdue"),
        (london(2026, 11, 16, 12, 2), "Overdue 2 h"),
        (london(2026, 11, 15, 14, 2), "Overdue 1 day"),
        (london(2026, 11, 1, 9, 0), "Overdue 15 days"),
        (NOW, "Due now"),
        (london(2026, 11, 16, 14, 27), "Due in 25 m"),
        (london(2026, 11, 16, 17, 42), "Due in 3 h 40 m"),
        (london(2026, 11, 16, 23, 2), "Due in 9 h"),
        (london(2026, 11, 17, 10, 0), "Due tomorrow 10:00"),
        (london(2026, 11, 18, 10, 0), "Due Wed 18 Nov 10:00"),
        (london(2027, 1, 4, 9, 30), "Due Mon 4 Jan 2027 09:30"),
    ],
)
def test_a_due_time_reads_as_people_say_it(due_at, words):
    assert due_words(due_at, NOW) == words


def test_shortly_before_midnight_twenty_minutes_are_twenty_minutes():
    assert due_words(london(2026, 11, 17, 0, 10), london(2026, 11, 16, 23, 50)) == "Due in 20 m"


def test_the_night_the_clocks_go_back_has_its_extra_hour():
    evening = london(2026, 10, 24, 23, 30)
    assert due_words(london(2026, 10, 25, 2, 0), evening) == "Due in 3 h 30 m"


def test_a_summer_time_stored_in_utc_is_shown_by_the_clock_on_the_wall():
    assert (
        due_words(datetime(2026, 7, 2, 9, 0, tzinfo=UTC), london(2026, 7, 1, 12, 0)) == "Due tomorrow 10:00"
    )


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (None, ""),
        (london(2026, 11, 16, 9, 5), "Today 09:05"),
        (london(2026, 11, 15, 23, 59), "Yesterday 23:59"),
        (london(2026, 11, 17, 0, 0), "Tomorrow 00:00"),
        (london(2026, 3, 2, 9, 10), "2 Mar 2026 09:10"),
    ],
)
def test_a_moment_reads_as_people_say_it(at, words):
    assert when_words(at, NOW) == words


moments = st.integers(1_577_836_800, 2_208_988_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(moments, moments)
def test_words_and_flag_never_disagree(due_at, now):
    assert due_words(due_at, now).startswith("Overdue") == is_overdue(due_at, now)


@given(moments, moments)
def test_the_words_do_not_depend_on_the_zone_a_time_is_written_in(due_at, now):
    elsewhere = due_at.astimezone(ZoneInfo("Asia/Tokyo"))
    assert due_words(due_at, now) == due_words(elsewhere, now.astimezone(LONDON))


@given(st.integers(0, 24 * 60 - 1))
def test_a_length_under_a_day_says_every_minute(minutes):
    words = duration_words(timedelta(minutes=minutes)).split()
    told = dict(zip(words[1::2], words[::2], strict=True))
    assert int(told.get("h", 0)) * 60 + int(told.get("m", 0)) == minutes
