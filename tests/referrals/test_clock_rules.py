"""The rules of time as data: a table that a practitioner could check, ladders that only rise, editions by their day."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from access.context import acting_as_system
from referrals.clock_rules import EVENTS, RuleWrong, check_rule, differences, lines
from referrals.clocks import LONDON, NotALength, Pause, calendar_for, due, load_rules, read_ladder, rule_for
from referrals.models import Clock, ClockEdition
from referrals.queries.clock_rules import clock_rules
from tests.factories import a_case

GOLDEN = list(
    csv.DictReader((Path(__file__).parents[1] / "golden" / "clock_rules.csv").open(encoding="utf-8"))
)
CALENDARS = [calendar_for(division) for division in ("england-and-wales", "scotland", "northern-ireland")]
MINUTE = "%Y-%m-%d %H:%M"


def local(text: str) -> datetime:
    return datetime.strptime(text.strip(), MINUTE).replace(tzinfo=LONDON)


def in_words(at: datetime) -> str:
    return f"{at.astimezone(LONDON):{MINUTE}}"


@pytest.mark.parametrize("row", GOLDEN, ids=[row["what"] for row in GOLDEN])
def test_the_golden_table_of_rules(row):
    rules = {rule["code"]: rule for rule in load_rules()}
    from_known = rules[row["rule"]].get("counts_from") == "known"
    started = local(row["known"] if from_known else row["happened"])
    rule = rule_for(
        row["rule"],
        started,
        rules=load_rules(),
        entitlement=row["entitlement"],
        high_risk=bool(row["high_risk"]),
    )
    pauses = [
        Pause(local(begun), local(ended))
        for begun, _, ended in [row["pauses"].partition(">")]
        if begun.strip()
    ]
    due_at = due(rule, started, pauses, CALENDARS[0])
    assert in_words(due_at) == row["due"]
    told = [f"{rung.tell} {in_words(rung.at(due_at, CALENDARS[0]))}" for rung in rule.ladder]
    assert "; ".join(told) == row["told"]


def test_every_rule_of_the_product_is_whole_and_every_event_that_a_person_records_moves_a_clock():
    for rule in load_rules():
        check_rule(rule)
        assert lines(rule)
    moved = {rule[side] for rule in load_rules() for side in ("starts", "ends")}
    assert {code for code, event in EVENTS.items() if event.by_hand} <= moved


FIRST = datetime(2021, 4, 1, 12, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), timedelta(days=2600)).map(lambda since: FIRST + since)
SHIPPED = [rule for rule in load_rules() if rule.get("ladder")]


@given(
    st.sampled_from(SHIPPED), st.sampled_from(["standard", "enhanced"]), moments, st.sampled_from(CALENDARS)
)
def test_a_ladder_only_rises_and_warns_before_it_is_over(rule, entitlement, started, calendar):
    read = rule_for(rule["code"], started, rules=[rule], entitlement=entitlement)
    due_at = due(read, started, (), calendar)
    times = [rung.at(due_at, calendar) for rung in read.ladder]
    assert times == sorted(times)
    assert times[0] < due_at < times[-1]


hours = st.integers(1, 60).map(lambda number: timedelta(hours=number))


@given(moments, hours, st.sampled_from(CALENDARS))
def test_working_time_counted_back_is_as_long_as_counted_forth(end, length, calendar):
    begins = calendar.before_working(end, length)
    assert begins < end
    assert calendar.worked(begins, end) == length


@pytest.mark.parametrize(
    "steps",
    [
        [{"before": {"weeks": 1}, "tell": "owner"}],
        [{"before": {"hours": 1}, "tell": "the press"}],
        [{"tell": "owner"}],
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused(steps):
    with pytest.raises(NotALength):
        read_ladder(steps)


def test_what_is_wrong_with_a_rule_is_told_at_once():
    rule = {**load_rules()[0], "starts": "moonrise", "pauses": ["tea"], "length": {"golden": {"hours": 1}}}
    with pytest.raises(RuleWrong) as wrong:
        check_rule(rule)
    assert len(wrong.value.problems) == 3


# Editions of the hub's own


def send(browser, code="referral", **given):
    tomorrow = timezone.localdate() + timedelta(days=1)
    form = {
        "edition": "northshire-target",
        "source": "Decision of the hub's board",
        "effective_from_day": tomorrow.day,
        "effective_from_month": tomorrow.month,
        "effective_from_year": tomorrow.year,
        "terms": "length: {standard: {working_days: 2}, enhanced: {working_days: 1}}",
        "reason": "A local target.",
        "act": "publish",
        **given,
    }
    return browser.post(f"/clocks/rules/{code}/", form)


def test_a_new_edition_is_previewed_published_and_leaves_old_cases_alone(hub, cast):
    carys, case = cast.browser("carys"), a_case(entitlement="enhanced", clock="referral")
    page = send(carys, act="preview").content.decode()
    assert "Enhanced: 1 working day instead of 2 working days." in page
    assert "No clock of this rule has ended yet" in page
    with acting_as_system("tests"):
        before = Clock.objects.get(case=case).due_at
        assert not ClockEdition.objects.filter(edition="northshire-target").exists()
    assert send(carys).status_code == 302
    with acting_as_system("tests"):
        rules, tomorrow = clock_rules(), timezone.now() + timedelta(days=1)
        assert rule_for("referral", timezone.now(), rules=rules).edition == "victims-code-2021"
        assert (
            rule_for("referral", tomorrow, rules=rules, entitlement="enhanced").edition == "northshire-target"
        )
        assert Clock.objects.get(case=case).due_at == before
    shown = carys.get("/clocks/rules/").content.decode()
    assert "northshire-target" in shown
    assert "To come" in shown


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"effective_from_year": "2025"}, "from tomorrow at the earliest"),
        ({"edition": "victims-code-2021"}, "Another edition of this rule has that name"),
        (
            {"terms": "length: {standard: {working_days: 2}, enhanced: {working_days: 2}}"},
            "Nothing is different",
        ),
        ({"terms": "length: {standard: {weeks: 2}}"}, "is no length of time"),
        ({"terms": "length: ["}, "cannot be read"),
        ({"terms": "starts: opened\nlength: {}"}, "A rule has no starts"),
        ({"reason": ""}, "Say what changes, and why"),
    ],
)
def test_an_edition_that_cannot_be_is_refused_in_words_and_nothing_typed_is_lost(hub, cast, given, why):
    answer = send(cast.browser("carys"), **given)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert why in page
    assert "Decision of the hub" in page


def test_only_who_keeps_clocks_changes_a_rule_and_who_works_cases_reads_them(hub, cast):
    for name, reads, keeps in (
        ("priya", 200, 403),
        ("dana", 200, 403),
        ("owen", 403, 403),
        ("helen", 403, 403),
    ):
        assert cast.browser(name).get("/clocks/rules/").status_code == reads, name
        assert send(cast.browser(name)).status_code == keeps, name


def test_a_rule_without_a_length_starts_no_clock_and_differences_say_so():
    old = next(rule for rule in load_rules() if rule["code"] == "first_contact")
    assert "Length: None: there is no such clock from that day on instead of nothing." in differences(
        old, {**old, "length": {}}
    )
