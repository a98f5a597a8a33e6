"""What follows from a try to reach the person, and tries that are made though it is not safe."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from access.context import acting_as, acting_as_system
from messaging.models import Event
from referrals.actions.contact import ChannelNotSafe, record_contact
from referrals.models import Case, ContactAttempt
from referrals.trying import Try, is_exhausted, scripts_for
from tests.factories import a_case
from tests.referrals.test_contact_attempts import send, way
from victims.actions.safety import record_letters, record_safety
from victims.models import ContactMethod

DAY = timedelta(days=1)


def as_it_stands(case: Case) -> tuple[str, str, str]:
    with acting_as_system("tests"):
        found = Case.objects.get(id=case.id)
        return found.status, found.decision_wanted, ContactMethod.objects.get(person=case.person_id).safety


def test_somebody_else_answering_stops_all_contact_where_unknown_is_unsafe(hub, cast):
    case = a_case(flags=["domestic_abuse"])
    browser = cast.browser("priya")
    send(browser, case, result="somebody_else")
    status, wanted, safety = as_it_stands(case)
    assert (status, safety) == ("suspended", "unsafe")
    assert "Somebody else answered" in wanted
    again = send(browser, case, result="no_answer")
    assert again.status_code == 422
    assert "All contact is stopped" in again.content.decode()
    assert "All contact is stopped" in browser.get(f"/cases/{case.reference}/").content.decode()


def test_somebody_who_may_answer_stops_nothing_and_nor_does_anybody_for_a_burglary(hub, cast):
    case, burgled = a_case(flags=["domestic_abuse"]), a_case()
    with acting_as(cast.actor("priya")) as priya:
        method = case.person.contact_methods.get().id
        record_safety(
            actor=priya,
            case_id=case.id,
            person_id=case.person_id,
            contact_method_id=method,
            safety="safe",
            care={"may_answer": "Her sister Meg"},
        )
    for one in (case, burgled):
        send(cast.browser("priya"), one, result="somebody_else")
        assert as_it_stands(one) == ("triaging", "", "safe")


def test_a_wrong_number_is_never_tried_again(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    send(browser, case, result="wrong_number")
    assert as_it_stands(case)[2] == "unsafe"
    assert (
        "A wrong number: somebody else has it." in browser.get(f"/cases/{case.reference}/").content.decode()
    )
    assert send(browser, case, result="no_answer").status_code == 422


def test_a_voicemail_is_neither_offered_nor_taken_where_it_is_not_safe(hub, cast):
    case = a_case(contact_rules={"no_voicemail": True})
    browser = cast.browser("priya")
    page = browser.get(f"/cases/{case.reference}/contact/?way={way(case)}").content.decode()
    assert "No answer" in page
    assert "Left a safe voicemail" not in page
    refused = send(browser, case, result="voicemail", notes="Left one by mistake")
    assert refused.status_code == 422
    assert "A voicemail is not safe on this number." in refused.content.decode()
    assert "Left one by mistake" in refused.content.decode()


def test_the_page_of_a_call_shows_what_was_agreed_and_what_to_say_and_takes_the_result_in_one_press(
    hub, cast
):
    case = a_case(safety="unknown", flags=["domestic_abuse"])
    browser = cast.browser("priya")
    url = f"/cases/{case.reference}/safety/{way(case).removeprefix('phone:')}/"
    told = {"safety": "safe", "code_word": "Bluebell", "cover_story": "say you call about the boiler"}
    windows = {"begins": "00:00", "ends": "23:59", "rules": ["withhold_number"]}
    assert browser.post(url, told | windows).status_code == 302
    assert "Bluebell" in browser.get(url).content.decode()
    assert "Bluebell" not in browser.get(f"/cases/{case.reference}/").content.decode()
    answer = browser.get(f"/cases/{case.reference}/contact/?way={way(case)}")
    page = answer.content.decode()
    assert "Bluebell" in page
    assert "use what was agreed: say you call about the boiler" in page
    assert "Withhold our number." in page
    assert "Safe until" in page
    sent = send(browser, case, began=answer.context["began"], result="no_answer")
    assert sent.status_code == 302
    with acting_as_system("tests"):
        made = ContactAttempt.objects.get(case=case)
    assert made.script == "2026-11"
    assert made.attempted_at < timezone.now()


def test_a_call_that_outlasts_its_hours_is_recorded_as_of_when_it_began(hub, cast, monkeypatch):
    case = a_case(contact_rules={"hours": ["09:00", "15:00"]})
    began, ended = (datetime(2026, 11, 16, *at, tzinfo=UTC) for at in ((14, 55), (15, 20)))
    monkeypatch.setattr("referrals.actions.contact.timezone.now", lambda: ended)
    with acting_as(cast.actor("priya")) as priya:
        method = case.person.contact_methods.get().id
        how = {"actor": priya, "case_id": case.id, "contact_method_id": method, "channel": "phone"}
        with pytest.raises(ChannelNotSafe):
            record_contact(**how, result="spoke")
        assert record_contact(**how, result="spoke", began_at=began).attempted_at == began


def test_a_token_of_another_way_or_case_says_nothing_of_when_a_call_began(hub, cast, monkeypatch):
    case, other = a_case(contact_rules={"hours": ["00:00", "23:59"]}), a_case()
    browser = cast.browser("priya")
    token = browser.get(f"/cases/{other.reference}/contact/?way={way(other)}").context["began"]
    before = timezone.now()
    send(browser, case, began=token, result="no_answer")
    with acting_as_system("tests"):
        assert ContactAttempt.objects.get(case=case).attempted_at >= before


def test_only_a_supervisor_may_have_it_tried_though_it_is_not_safe_and_says_why(hub, cast):
    case = a_case(safety="unsafe")
    why = "Her husband was released an hour early."
    assert cast.browser("priya").get(f"/cases/{case.reference}/contact/?way={way(case)}").status_code == 200
    assert send(cast.browser("priya"), case, despite=why).status_code == 403
    dana = cast.browser("dana")
    assert send(dana, case).status_code == 422
    assert (
        "Only a risk to life"
        in dana.get(f"/cases/{case.reference}/contact/?way={way(case)}").content.decode()
    )
    assert send(dana, case, despite=why).status_code == 302
    assert why in dana.get(f"/cases/{case.reference}/").content.decode()
    assert (
        send(dana, case, way="letter:", result="sent", despite=why).status_code == 302
    )  # not known: no obstacle
    with acting_as(cast.actor("dana")) as actor:
        record_letters(actor=actor, case_id=case.id, person_id=case.person_id, safety="unsafe")
    assert send(dana, case, way="letter:", result="sent", despite=why).status_code == 422
    with acting_as_system("tests"):
        told = Event.objects.filter(case_id=case.id, topic="case.contact_attempted").order_by("id")
        assert [event.data.get("despite") for event in told] == [True, None]


def test_a_joint_household_is_recorded_and_its_letters_are_refused(hub, cast):
    case = a_case(flags=["domestic_abuse"])
    browser = cast.browser("priya")
    url = f"/cases/{case.reference}/safety/letters/"
    told = {"safety": "safe", "household": "joint", "lives_there": "Husband and his mother"}
    assert browser.post(url, told).status_code == 302
    assert "Husband and his mother" in browser.get(url).content.decode()
    refused = send(browser, case, way="letter:", result="sent")
    assert refused.status_code == 422
    assert "no letters to a joint household" in refused.content.decode()


def test_as_many_tries_as_are_made_want_a_decision(hub, cast, monkeypatch):
    case = a_case()
    monday = datetime(2026, 11, 16, 10, tzinfo=UTC)
    with acting_as(cast.actor("priya")) as priya:
        method = case.person.contact_methods.get().id
        for at in (monday, monday + timedelta(hours=4), monday + DAY):
            assert as_it_stands(case)[1] == ""
            monkeypatch.setattr("referrals.actions.contact.timezone.now", lambda at=at: at)
            record_contact(
                actor=priya, case_id=case.id, contact_method_id=method, channel="phone", result="no_answer"
            )
    assert as_it_stands(case)[1].startswith("Not reached in as many tries as are made.")


def test_tries_count_from_when_the_person_was_last_reached_and_on_more_than_one_day():
    at = datetime(2026, 11, 16, 10, tzinfo=UTC)
    three = [Try(at + DAY * number, "no_answer") for number in range(3)]
    day = at.date()
    assert is_exhausted(three, entitlement="standard", on=day)
    assert not is_exhausted(three, entitlement="enhanced", on=day)
    assert not is_exhausted([*three, Try(at + DAY * 3, "spoke")], entitlement="standard", on=day)
    assert not is_exhausted([Try(at, "no_answer")] * 9, entitlement="standard", on=day)


def test_each_channel_has_something_to_say():
    on = datetime(2026, 11, 16, tzinfo=UTC).date()
    for channel in ("phone", "text", "email", "letter"):
        assert scripts_for(channel, on=on)
    said = " ".join(one.say for one in scripts_for("phone", on=on))
    assert "{" not in said
    assert "survey" in said
