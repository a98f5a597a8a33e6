"""Call-backs: planned at safe moments alone, moved on where the moment is not safe any more, and the diary."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from icalendar import Calendar

from access.context import acting_as, acting_as_system
from access.models import Look
from agencies.models import Practitioner
from messaging.models import Event, Message
from referrals.actions import closing
from referrals.actions.call_backs import DUE, MomentNotSafe, fall_due, plan_call_back
from referrals.actions.contact import record_contact
from referrals.models import CallBack, Case
from tests.cast import PEOPLE
from tests.factories import a_case
from victims.models import ContactMethod

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=LONDON)
MORNINGS = {"hours": ["09:00", "12:00"], "weekdays": True}


@pytest.fixture
def on_monday(monkeypatch):
    """It is Monday, ten o'clock, for verbs and pages."""
    now = [MONDAY]
    for room in ("actions.contact", "actions.call_backs", "pages.diary"):
        monkeypatch.setattr(f"referrals.{room}.timezone.now", lambda: now[0])
    return now


def tried(cast, case: Case, result: str = "no_answer") -> None:
    with acting_as(cast.actor("priya")) as priya:
        method = case.person.contact_methods.get().id
        record_contact(actor=priya, case_id=case.id, contact_method_id=method, channel="phone", result=result)


def planned(case: Case) -> CallBack | None:
    with acting_as_system("tests"):
        return CallBack.objects.filter(case=case, state="planned").first()


def plan(cast, case: Case, at: datetime) -> CallBack:
    with acting_as(cast.actor("priya")) as priya:
        method = case.person.contact_methods.get().id
        return plan_call_back(actor=priya, case_id=case.id, contact_method_id=method, channel="phone", at=at)


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({}, MONDAY + timedelta(hours=23)),  # 18 hours later is before the hub opens
        ({"risk": "high"}, MONDAY + timedelta(hours=4)),
        ({"risk": "high", "contact_rules": MORNINGS}, MONDAY + timedelta(hours=23)),
        ({"contact_rules": {"hours": ["17:00", "20:00"]}}, None),  # never while the hub is at work
    ],
)
def test_after_a_call_that_nobody_answered_the_next_is_planned_in_a_safe_hour(
    hub, cast, on_monday, given, at
):
    case = a_case(**given)
    if at is None:
        on_monday[0] = MONDAY.replace(hour=18)
    tried(cast, case)
    made = planned(case)
    assert (made.at if made else None) == at
    if at is None:
        return
    with acting_as_system("tests"):
        assert Message.objects.filter(
            subscriber=DUE, available_at=at, payload__call_back=str(made.id)
        ).exists()


def test_being_reached_ends_what_was_planned_and_so_does_the_end_of_the_case(hub, cast, on_monday):
    reached, closed = a_case(), a_case()
    for case in (reached, closed):
        tried(cast, case)
        assert planned(case)
    tried(cast, reached, "spoke")
    with acting_as(cast.actor("dana")) as dana:
        closing.close_case(actor=dana, case_id=closed.id, end_state="out_of_area", reason="Moved.")
    with acting_as_system("tests"):
        states = {row.case_id: row.state for row in CallBack.objects.all()}
    assert states == {reached.id: "done", closed.id: "ended"}


def test_a_moment_that_is_not_safe_is_refused_with_the_next_that_is(hub, cast, on_monday):
    case = a_case(contact_rules=MORNINGS)
    with pytest.raises(MomentNotSafe) as refused:
        plan(cast, case, MONDAY + timedelta(hours=5))
    assert refused.value.again == MONDAY + timedelta(hours=23)
    with pytest.raises(MomentNotSafe, match="still to come"):
        plan(cast, case, MONDAY - timedelta(minutes=1))
    browser = cast.browser("priya")
    url = f"/cases/{case.reference}/call-back/"
    opened = browser.get(url).content.decode()
    assert 'value="11:00"' in opened  # an hour from now
    with acting_as_system("tests"):
        way = f"phone:{case.person.contact_methods.get().id}"
    typed = {"way": way, "day": "2026-11-16", "hour": "15:00"}
    answer = browser.post(url, typed)
    assert answer.status_code == 422
    assert "The next safe moment is Tuesday 17 November at 09:00." in answer.content.decode()
    assert browser.post(url, typed | {"day": "2026-11-17", "hour": "09:30"}).status_code == 302
    assert planned(case).at == MONDAY + timedelta(hours=23, minutes=30)
    assert browser.post(f"{url}end/").status_code == 302
    assert planned(case) is None


def test_a_reminder_moves_on_where_its_moment_is_not_safe_any_more_and_is_told_where_it_is(
    hub, cast, on_monday
):
    case = a_case()
    made = plan(cast, case, MONDAY + timedelta(hours=5))
    with acting_as_system("tests"):
        ContactMethod.objects.filter(person=case.person_id).update(rules=MORNINGS)
    on_monday[0] = made.at
    with acting_as_system("diary"):
        fall_due(call_back_id=made.id, at=made.at)
    assert planned(case).at == MONDAY + timedelta(hours=23)
    with acting_as_system("tests"):
        assert not Event.objects.filter(case_id=case.id, topic="case.call_back_due").exists()
    on_monday[0] = MONDAY + timedelta(hours=23)
    with acting_as_system("diary"):
        fall_due(call_back_id=made.id, at=made.at)  # of the moment that it had before: nothing
        fall_due(call_back_id=made.id, at=on_monday[0])
        told = Event.objects.get(case_id=case.id, topic="case.call_back_due")
    assert told.data == {"call_back": str(made.id), "safe": True}


def test_the_diary_is_by_day_mine_or_all_and_says_what_is_due_and_what_is_not_safe(hub, cast, on_monday):
    priya = cast.actor("priya").id
    mine = a_case(surname="Okafor", assigned_to=priya, status="triaging")
    nobodys = a_case(surname="Lindqvist", contact_rules=MORNINGS)
    plan(cast, mine, MONDAY + timedelta(minutes=5))
    plan(cast, nobodys, MONDAY + timedelta(days=1))
    on_monday[0] = MONDAY + timedelta(hours=3)
    browser = cast.browser("priya")
    page = browser.get("/diary/").content.decode()
    assert "J. Okafor" in page
    assert "Overdue 2 h 55 m" in page
    assert "Lindqvist" not in page
    everybodys = browser.get("/diary/?whose=all").content.decode()
    assert everybodys.index("Today") < everybodys.index("J. Okafor") < everybodys.index("Tuesday 17 November")
    assert "Only on weekdays between 09:00 and 12:00." in everybodys
    with acting_as_system("tests"):
        seen = Look.objects.filter(door="diary", actor_id=priya).order_by("-at")[0].subjects
    assert {mine.id, nobodys.id} <= set(seen)
    assert cast.browser("helen").get("/diary/").status_code == 403


def test_a_calendar_reads_references_and_times_from_a_private_address_until_it_is_ended(hub, cast, on_monday):
    case = a_case(surname="Okafor", assigned_to=cast.actor("priya").id, status="triaging")
    made = plan(cast, case, MONDAY + timedelta(hours=2))
    browser = cast.browser("priya")
    url = browser.post("/diary/address/", {"act": "make"}).context["url"]
    path = url.removeprefix("http://testserver")
    answer = Client().get(path)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["SUMMARY"]) == f"Call-back {case.reference}"
    assert event["DTSTART"].dt == made.at.astimezone(UTC)
    with acting_as_system("tests"):
        number = case.person.contact_methods.get().value
    assert not any(words in answer.content.decode() for words in ("Okafor", number, "Jane"))
    with acting_as_system("tests"):
        look = Look.objects.get(door="diary_calendar")
    assert (look.actor_id, look.subjects) == (cast.actor("priya").id, [case.id])
    assert path not in browser.get("/diary/address/").content.decode()
    newer = browser.post("/diary/address/", {"act": "make"}).context["url"].removeprefix("http://testserver")
    assert Client().get(path).status_code == 404
    assert Client().get(newer).status_code == 200
    browser.post("/diary/address/", {"act": "end"})
    assert Client().get(newer).status_code == 404


def test_who_has_left_has_no_diary_and_another_opens_none(hub, cast, on_monday):
    browser = cast.browser("priya")
    path = browser.post("/diary/address/").context["url"].removeprefix("http://testserver")
    with acting_as_system("tests"):
        Practitioner.objects.filter(id=cast.actor("priya").id).update(is_active=False)
    assert Client().get(path).status_code == 404
    assert Client().get("/diary/calendar/nonsense.ics").status_code == 404


def test_the_cast_is_who_the_diary_is_for(hub, cast):
    may = {name for name in PEOPLE if cast.browser(name).get("/diary/").status_code == 200}
    assert may == {"priya", "dana", "liam"}
