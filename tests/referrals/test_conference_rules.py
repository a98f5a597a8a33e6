"""The rules of conferences, pure: repeats within twelve months, why a case is listed, the agenda's order."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.conference import (
    MARAC,
    RISKS,
    Heard,
    Item,
    Repeat,
    Told,
    agenda,
    grounds,
    kinds,
    months_later,
    repeat,
)

KIND = next(one for one in kinds() if one.code == MARAC)
HEARD = Heard(datetime(2026, 1, 31, 10, tzinfo=UTC), frozenset({"him"}))
HIM = {"accused": frozenset({"him"})}


def told(at, group="violence", **given):
    return Told(at=at, group=group, **(HIM | given))


@pytest.mark.parametrize(
    ("incidents", "at", "stands"),
    [
        ([], datetime(2026, 3, 1, tzinfo=UTC), False),
        ([told(datetime(2026, 2, 1, tzinfo=UTC))], datetime(2026, 3, 1, tzinfo=UTC), True),
        ([told(datetime(2027, 1, 31, 10, tzinfo=UTC))], datetime(2027, 3, 1, tzinfo=UTC), True),
        ([told(datetime(2027, 1, 31, 11, tzinfo=UTC))], datetime(2027, 3, 1, tzinfo=UTC), False),
        ([told(datetime(2026, 1, 30, tzinfo=UTC))], datetime(2026, 3, 1, tzinfo=UTC), False),
        ([told(datetime(2026, 2, 1, tzinfo=UTC), group="theft")], datetime(2026, 3, 1, tzinfo=UTC), False),
        (
            [told(datetime(2026, 2, 1, tzinfo=UTC), group="public_order", code="125/12")],
            datetime(2026, 3, 1, tzinfo=UTC),
            True,
        ),
        (
            [told(datetime(2026, 2, 1, tzinfo=UTC), accused=frozenset({"another"}))],
            datetime(2026, 3, 1, tzinfo=UTC),
            False,
        ),
        (
            [told(datetime(2026, 2, 1, tzinfo=UTC), accused=frozenset())],
            datetime(2026, 3, 1, tzinfo=UTC),
            None,
        ),
    ],
)
def test_the_repeat_rule(incidents, at, stands):
    assert repeat(KIND, HEARD, incidents, at=at).stands is stands


def test_who_was_never_heard_is_no_repeat():
    assert repeat(KIND, None, [told(datetime(2026, 2, 1, tzinfo=UTC))], at=HEARD.at).stands is False


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.times(), st.integers(-24, 24))
def test_months_are_calendar_months_and_never_skip_one(day, at, months):
    start = datetime.combine(day, at, UTC)
    later = months_later(start, months)
    assert abs((later - start) - timedelta(days=30.44 * months)) < timedelta(days=4)
    if months >= 0:
        assert later >= start - timedelta(hours=1)


@pytest.mark.parametrize(
    ("score", "reports", "again", "codes"),
    [
        (None, 0, False, []),
        (13, 2, None, []),
        (14, 2, False, ["score"]),
        (13, 3, False, ["escalation"]),
        (20, 5, True, ["repeat", "score", "escalation"]),
    ],
)
def test_why_a_case_is_listed(score, reports, again, codes):
    found = grounds(KIND, score=score, reports=reports, again=Repeat(again, "So it is."))
    assert [one.code for one in found] == codes
    assert all(one.words for one in found)


items = st.builds(
    Item,
    key=st.uuids(),
    risk=st.sampled_from([*RISKS, "not_assessed"]),
    is_repeat=st.booleans(),
    score=st.none() | st.integers(0, 24),
    listed_at=st.datetimes(timezones=st.just(UTC)),
)


@given(st.lists(items, max_size=20, unique_by=lambda one: one.key))
def test_the_agenda_takes_everybody_once_the_riskiest_first(listed):
    starts = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    slots = agenda(starts, 12, listed)
    by_key = {one.key: one for one in listed}
    assert sorted(slot.key for slot in slots) == sorted(by_key)
    assert [slot.at for slot in slots] == [starts + timedelta(minutes=12 * n) for n in range(len(listed))]
    order = {risk: number for number, risk in enumerate((*RISKS, "not_assessed"))}
    places = [(order[by_key[slot.key].risk], not by_key[slot.key].is_repeat) for slot in slots]
    assert places == sorted(places)
