"""Promises of time: a table that a practitioner could check, and laws that hold on every day of ten years."""

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from referrals.clocks import (
    LONDON,
    Calendar,
    ClockRule,
    Length,
    NoSuchClock,
    NotALength,
    Pause,
    UnknownDivision,
    calendar_for,
    due,
    due_within,
    load_rules,
    rule_for,
)

GOLDEN = list(csv.DictReader((Path(__file__).parents[1] / "golden" / "clocks.csv").open(encoding="utf-8")))
ENGLAND = calendar_for()
HOUR = timedelta(hours=1)


def local(text: str) -> datetime:
    return datetime.strptime(text.strip(), "%Y-%m-%d %H:%M").replace(tzinfo=LONDON)


def pauses_in(text: str) -> list[Pause]:
    pairs = [pair.partition(">") for pair in text.split("+") if pair.strip()]
    return [Pause(local(begun), local(ended) if ended.strip() else None) for begun, _, ended in pairs]


def by_the_product(code: str, started_at: datetime, **given: object) -> ClockRule:
    return rule_for(code, started_at, rules=load_rules(), **given)


def clock(length: Length) -> ClockRule:
    return ClockRule(code="any", edition="any", words="", length=length)


@pytest.mark.parametrize("row", GOLDEN, ids=[row["what"] for row in GOLDEN])
def test_the_golden_table(row):
    unit, number = row["length"].split()
    length = Length.read({unit: int(number), "due_by": row["due_by"] or "end_of_day"})
    calendar = calendar_for(row["division"])
    answer = due(clock(length), local(row["started"]), pauses_in(row["pauses"]), calendar)
    assert answer.astimezone(LONDON).isoformat() == row["due"]
    assert answer.tzinfo is UTC


FIRST = datetime(2020, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), timedelta(days=3100)).map(lambda since: FIRST + since)
calendars = st.sampled_from(
    [calendar_for(division) for division in ("england-and-wales", "scotland", "northern-ireland")]
)
working = st.builds(
    Length,
    st.sampled_from(["working_days", "working_hours"]),
    st.integers(1, 30),
    st.sampled_from(["end_of_day", "same_time"]),
)
working_days = st.builds(Length, st.just("working_days"), st.integers(1, 15), st.just("end_of_day"))
in_order = st.one_of(working, st.builds(Length, st.just("hours"), st.integers(1, 200)),
                     st.builds(Length, st.just("days"), st.integers(1, 40)))  # fmt: skip


@st.composite
def some_pauses(draw: st.DrawFn, start: datetime) -> list[Pause]:
    found = []
    for _ in range(draw(st.integers(0, 3))):
        begun = start + timedelta(minutes=draw(st.integers(-2_000, 20_000)))
        found.append(Pause(begun, begun + timedelta(minutes=draw(st.integers(0, 8_000)))))
    return found


@given(working, moments, calendars, st.data())
def test_working_time_is_never_due_on_a_day_that_is_not_worked(length, start, calendar, data):
    answer = due(clock(length), start, data.draw(some_pauses(start)), calendar)
    assert calendar.is_working_day(answer.astimezone(LONDON).date())
    assert answer > start


@given(in_order, moments, st.timedeltas(timedelta(0), timedelta(days=20)), calendars)
def test_what_starts_later_is_never_due_earlier(length, start, later, calendar):
    assert due(clock(length), start, (), calendar) <= due(clock(length), start + later, (), calendar)


@given(in_order, moments, calendars, st.data())
def test_a_longer_length_is_never_due_earlier(length, start, calendar, data):
    longer = Length(length.unit, length.number + 1, length.due_by)
    pauses = data.draw(some_pauses(start))
    assert due(clock(length), start, pauses, calendar) < due(clock(longer), start, pauses, calendar)


@given(in_order, moments, calendars, st.data())
def test_a_pause_never_brings_the_due_time_forward(length, start, calendar, data):
    pauses = data.draw(some_pauses(start))
    answers = [due(clock(length), start, pauses[:number], calendar) for number in range(len(pauses) + 1)]
    assert answers == sorted(answers)


@given(in_order, moments, calendars, st.data())
def test_the_order_in_which_pauses_are_told_does_not_matter(length, start, calendar, data):
    pauses = data.draw(some_pauses(start))
    answer = due(clock(length), start, pauses, calendar)
    assert due(clock(length), start, pauses[::-1], calendar) == answer
    assert due(clock(length), start, [*pauses, *pauses], calendar) == answer


@given(working_days, moments, st.integers(1, 10), calendars)
def test_a_pause_of_k_working_days_extends_by_k_working_days(length, start, k, calendar):
    first = calendar.next_working_day(start.astimezone(LONDON).date())
    resumes = first
    for _ in range(k):
        resumes = calendar.next_working_day(resumes)
    noon = timedelta(hours=12)
    pause = Pause(at_midnight(first) + noon, at_midnight(resumes) + noon)
    expected = due(clock(Length("working_days", length.number + k)), start, (), calendar)
    assert due(clock(length), start, [pause], calendar) == expected


@given(st.integers(1, 100), moments, st.integers(0, 99), st.integers(1, 500))
def test_a_pause_of_k_hours_extends_hours_by_k(number, start, after, k):
    assume(after < number)
    pause = Pause(start + after * HOUR, start + (after + k) * HOUR)
    assert due(clock(Length("hours", number)), start, [pause], ENGLAND) == start + (number + k) * HOUR


@given(st.integers(1, 100), moments, st.data())
def test_working_hours_worked_until_due_are_as_many_as_promised(number, start, data):
    pauses = data.draw(some_pauses(start))[:1]
    answer = due(clock(Length("working_hours", number)), start, pauses, ENGLAND)
    worked = ENGLAND.worked(start, answer)
    for pause in pauses:
        if pause.ended_at and (begun := max(pause.started_at, start)) < min(pause.ended_at, answer):
            worked -= ENGLAND.worked(begun, min(pause.ended_at, answer))
    assert worked == number * HOUR


@given(working_days, moments, calendars)
def test_working_days_are_those_between_counted_one_by_one(length, start, calendar):
    ends = due(clock(length), start, (), calendar).astimezone(LONDON)
    day, counted = start.astimezone(LONDON).date(), 0
    while day < ends.date():
        day += timedelta(days=1)
        counted += day.weekday() < 5 and day not in calendar.holidays
    assert counted == length.number
    assert (ends.hour, ends.minute, ends.second) == (23, 59, 59)


@given(in_order, moments, calendars)
def test_the_zone_that_a_start_is_told_in_does_not_matter(length, start, calendar):
    assert due(clock(length), start, (), calendar) == due(
        clock(length), start.astimezone(LONDON), (), calendar
    )


def at_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)


# Rules as data


def test_the_code_asks_for_two_working_days_whatever_the_entitlement():
    for entitlement in ("standard", "enhanced"):
        rule = by_the_product("referral", local("2026-11-16 09:00"), entitlement=entitlement)
        assert (rule.edition, rule.length) == ("victims-code-2021", Length("working_days", 2, "end_of_day"))
        assert rule.pauses_on == ("awaiting_consent", "awaiting_information")


def test_high_risk_is_contacted_within_hours():
    rule = by_the_product("first_contact", local("2026-11-16 09:00"), entitlement="enhanced", high_risk=True)
    assert rule.length.words == "24 hours"
    assert (
        by_the_product("first_contact", local("2026-11-16 09:00"), entitlement="enhanced").length.words
        == "1 working day"
    )


def test_high_risk_changes_nothing_where_the_rule_does_not_ask():
    rule = by_the_product("referral", local("2026-11-16 09:00"), high_risk=True)
    assert rule.length == Length("working_days", 2, "end_of_day")


EDITIONS = (
    {"code": "referral", "edition": "old", "effective_from": date(2021, 4, 1), "words": "",
     "length": {"standard": {"working_days": 2}}},
    {"code": "referral", "edition": "new", "effective_from": date(2026, 11, 16), "words": "",
     "length": {"standard": {"working_days": 1}}},
)  # fmt: skip


@pytest.mark.parametrize(
    ("started", "edition"),
    [
        ("2026-11-15 23:59", "old"),
        ("2026-11-16 00:00", "new"),
        ("2021-04-01 00:00", "old"),
        ("2030-01-01 12:00", "new"),
    ],
)
def test_a_clock_keeps_the_edition_of_the_day_that_it_started(started, edition):
    assert rule_for("referral", local(started), rules=EDITIONS[::-1]).edition == edition


def test_a_new_edition_begins_at_midnight_here_not_in_utc():
    half_past_midnight_in_summer = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    rules = ({**EDITIONS[0], "effective_from": date(2026, 7, 1)},)
    assert rule_for("referral", half_past_midnight_in_summer, rules=rules).edition == "old"


def test_a_clock_that_is_not_in_effect_is_refused_by_name():
    with pytest.raises(NoSuchClock, match="'referral' is in effect on 31 March 2021"):
        by_the_product("referral", local("2021-03-31 12:00"))
    with pytest.raises(NoSuchClock, match="'tea_break'"):
        by_the_product("tea_break", local("2026-11-16 09:00"))
    with pytest.raises(NoSuchClock, match="no length for 'golden'"):
        by_the_product("referral", local("2026-11-16 09:00"), entitlement="golden")


def test_every_rule_in_the_file_can_be_read_for_every_entitlement():
    for rule in load_rules():
        for entitlement in ("standard", "enhanced"):
            for high_risk in (True, False):
                start = datetime.combine(rule["effective_from"], datetime.min.time(), LONDON)
                found = by_the_product(rule["code"], start, entitlement=entitlement, high_risk=high_risk)
                assert due(found, start, (), ENGLAND) > start


@pytest.mark.parametrize(
    "wrong",
    [{}, {"weeks": 2}, {"hours": 0}, {"hours": -1}, {"hours": 1.5}, {"hours": True}, {"hours": "4"},
     {"hours": 4, "days": 1}, {"working_days": 1, "due_by": "lunch"}, {"working_days": 0}, {"days": -1}],
)  # fmt: skip
def test_what_is_no_length_of_time_is_refused(wrong):
    with pytest.raises(NotALength):
        due_within(wrong, local("2026-11-16 09:00"), ENGLAND)


def test_a_route_s_own_answer_time():
    friday = local("2026-11-20 15:00")
    assert due_within({"working_hours": 4}, friday, ENGLAND) == local("2026-11-23 11:00")
    assert due_within({"working_days": 2, "due_by": "same_time"}, friday, ENGLAND) == local(
        "2026-11-24 15:00"
    )


# Calendars


def test_a_calendar_asks_no_network(monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the network was asked")

    monkeypatch.setattr("govuk_bank_holidays.bank_holidays.requests.get", refuse)
    assert not Calendar("scotland").is_working_day(date(2026, 11, 30))


def test_a_calendar_is_read_once():
    assert calendar_for("scotland") is calendar_for("scotland")


def test_a_day_proclaimed_since_can_be_added_and_the_horizon_is_told():
    calendar = Calendar(also_closed=frozenset({date(2026, 11, 17)}))
    assert calendar.next_working_day(date(2026, 11, 16)) == date(2026, 11, 18)
    assert calendar.known_until >= date(2028, 12, 31)


def test_an_unknown_part_of_the_kingdom_is_refused():
    with pytest.raises(UnknownDivision, match="wessex"):
        calendar_for("wessex")
