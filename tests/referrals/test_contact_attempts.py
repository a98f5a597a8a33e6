"""Contact attempts: recorded where the way is safe now, refused with the reason where it is not."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from access.context import acting_as, acting_as_system
from messaging.models import Event
from referrals.actions import contact
from referrals.models import Case, Clock, ContactAttempt
from referrals.queries.contact import safe_now
from tests.factories import a_case
from victims.actions.people import Contact, Details, record_details
from victims.models import Address, ContactMethod


def way(case: Case, channel: str = "phone") -> str:
    """The value of the form's option for this channel to the person's first number or address."""
    if channel == "letter":
        return "letter:"
    with acting_as_system("tests"):
        kinds = {"email": ("email",)}.get(channel, ("mobile", "phone"))
        return f"{channel}:{ContactMethod.objects.filter(person=case.person_id, kind__in=kinds)[0].id}"


def send(browser, case: Case, **given: str):
    return browser.post(f"/cases/{case.reference}/contact/", {"way": way(case), "result": "spoke", **given})


def attempts(case: Case) -> list[tuple[str, str, str]]:
    with acting_as_system("tests"):
        found = ContactAttempt.objects.filter(case=case).order_by("id")
        return list(found.values_list("channel", "result", "attempted_by_name"))


def test_speaking_to_the_person_is_recorded_meets_the_clock_and_begins_triage(hub, cast):
    case = a_case(due_in=timedelta(hours=1))
    browser = cast.browser("priya")
    assert send(browser, case, notes="Prefers mornings").url == f"/cases/{case.reference}/"
    assert attempts(case) == [("phone", "spoke", "Priya Nair")]
    with acting_as_system("tests"):
        assert Clock.objects.get(case=case).state == "met"
        assert Case.objects.get(id=case.id).status == "triaging"
    page = browser.get(f"/cases/{case.reference}/").content.decode()
    assert "Prefers mornings" in page
    assert "The contact attempt is recorded." in page


def test_the_first_try_meets_its_clock_though_nobody_answers(hub, cast):
    case = a_case(due_in=timedelta(hours=1))
    send(cast.browser("priya"), case, result="no_answer")
    with acting_as_system("tests"):
        assert Clock.objects.get(case=case).state == "met"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"safety": "unsafe"}, "Marked as not safe."),
        ({"safety": "unknown", "flags": ["domestic_abuse"]}, "for this offence unknown is unsafe"),
        ({"safety": "unknown", "flags": ["honour_based_abuse"]}, "for this offence unknown is unsafe"),
        ({"safety": "unknown", "properties": ["stalking"]}, "for this offence unknown is unsafe"),
        ({"contact_rules": {"text_only": True}}, "By text only."),
        ({"contact_rules": {"unread": "mind the dog"}}, "Read the sender’s note"),
        ({"contact_rules": {"through": {"who": "sister", "number": "07700900001"}}}, "Call sister on"),
    ],
)
def test_an_unsafe_way_is_refused_with_its_reason_and_nothing_is_recorded(hub, cast, given, why):
    case = a_case(**given)
    browser = cast.browser("priya")
    shown = browser.get(f"/cases/{case.reference}/").content.decode()
    assert why in shown
    assert "Do not use" in shown
    answer = send(browser, case, notes="Words that must not be typed again")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "There is a problem" in page
    assert why in page
    assert "Words that must not be typed again" in page
    assert attempts(case) == []
    with acting_as_system("tests"):
        assert not Event.objects.filter(case_id=case.id).exists()


def test_unknown_is_no_obstacle_where_the_offence_does_not_say_so(hub, cast):
    case = a_case(safety="unknown", flags=["hate_crime"], properties=[])
    assert send(cast.browser("priya"), case).status_code == 302
    assert len(attempts(case)) == 1


@pytest.mark.parametrize(
    ("at", "safe"),
    [
        (datetime(2026, 11, 16, 8, 59, 59, tzinfo=UTC), False),  # a Monday, London is at UTC
        (datetime(2026, 11, 16, 9, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 16, 15, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 21, 10, 0, tzinfo=UTC), False),  # a Saturday
        (datetime(2026, 7, 6, 8, 0, tzinfo=UTC), True),  # a Monday in summer: 09:00 in London
        (datetime(2026, 7, 6, 14, 30, tzinfo=UTC), False),  # 15:30 in London
    ],
)
def test_hours_are_those_of_the_person_not_of_the_server(hub, cast, at, safe):
    case = a_case(contact_rules={"hours": ["09:00", "15:00"], "weekdays": True})
    with acting_as_system("tests"):
        method = case.person.contact_methods.get()
        answer = safe_now(case=case, method=method, address=None, channel="phone", now=at)
    assert answer.safe is safe
    if not safe:
        assert answer.words == "Only on weekdays between 09:00 and 15:00."


def test_a_time_that_is_not_safe_is_refused_through_the_door(hub, cast, monkeypatch):
    case = a_case(contact_rules={"hours": ["09:00", "15:00"]})
    night = datetime(2026, 11, 16, 22, 0, tzinfo=UTC)
    monkeypatch.setattr("referrals.actions.contact.timezone.now", lambda: night)
    with acting_as(cast.actor("priya")) as priya:
        method = case.person.contact_methods.get()
        with pytest.raises(contact.ChannelNotSafe, match="between 09:00 and 15:00"):
            contact.record_contact(
                actor=priya, case_id=case.id, contact_method_id=method.id, channel="phone", result="no_answer"
            )
    assert attempts(case) == []


def test_letters_are_refused_where_they_are_not_known_to_be_safe_for_domestic_abuse(hub, cast):
    case = a_case(flags=["domestic_abuse"])
    browser = cast.browser("priya")
    assert send(browser, case, way="letter:", result="sent").status_code == 422
    with acting_as_system("tests"):
        Address.objects.filter(person=case.person_id).update(letters="safe")
    assert send(browser, case, way="letter:", result="sent").status_code == 302
    assert attempts(case) == [("letter", "sent", "Priya Nair")]


def test_somebody_elses_number_is_no_way_to_this_person(hub, cast):
    case, other = a_case(), a_case()
    answer = send(cast.browser("priya"), case, way=way(other))
    assert answer.status_code == 422
    with acting_as(cast.actor("priya")) as priya, pytest.raises(contact.ResultDoesNotFit):
        contact.record_contact(
            actor=priya,
            case_id=case.id,
            contact_method_id=other.person.contact_methods.get().id,
            channel="phone",
            result="spoke",
        )


def test_a_voicemail_cannot_come_of_a_text(hub, cast):
    case = a_case()
    answer = send(cast.browser("priya"), case, way=way(case, "text"), result="voicemail")
    assert answer.status_code == 422
    assert "Choose what came of it from the list for that way of contact." in answer.content.decode()


def test_who_wants_no_support_leads_to_closing_with_that_end_state(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    sent = send(browser, case, result="declined")
    assert sent.url == f"/cases/{case.reference}/close/"
    form = browser.get(sent.url).context["form"]
    assert form["end_state"].value() == "declined"


def test_what_the_person_says_is_safe_opens_the_way(hub, cast):
    case = a_case(
        safety="unknown",
        flags=["domestic_abuse"],
        contact_rules={"unread": "mind the dog"},
        contact_notes="Mind the dog",
    )
    browser = cast.browser("priya")
    method = way(case).removeprefix("phone:")
    url = f"/cases/{case.reference}/safety/{method}/"
    assert "Mind the dog" in browser.get(url).content.decode()
    assert browser.post(url, {"safety": "safe", "rules": ["no_voicemail"]}).status_code == 302
    page = browser.get(f"/cases/{case.reference}/").content.decode()
    assert "Known to be safe. Leave no voicemail." in page
    assert "Mobile: safe." in page
    with acting_as_system("tests"):
        held = ContactMethod.objects.get(id=method)
    assert (held.safety, held.rules, held.notes) == ("safe", {"no_voicemail": True}, "Mind the dog")
    assert held.verified_at is not None
    assert send(browser, case).status_code == 302


def test_the_senders_same_note_again_leaves_what_the_practitioner_made_of_it(hub, cast):
    case = a_case(contact_rules={"unread": "mind the dog"}, contact_notes="MIND THE DOG")
    method = case.person.contact_methods.model
    url = f"/cases/{case.reference}/safety/{way(case).removeprefix('phone:')}/"
    cast.browser("priya").post(url, {"safety": "safe", "rules": ["no_voicemail"]})

    def sent_again(notes: str, rules: dict[str, object]) -> dict[str, object]:
        with acting_as_system("tests"):
            number = method.objects.get(person=case.person_id).value
            told = Contact(kind="mobile", value=number, safety="unknown", notes=notes, rules=rules)
            record_details(details=[Details(person_id=case.person_id, contacts=(told,))], at=timezone.now())
            return method.objects.get(person=case.person_id).rules

    assert sent_again("MIND THE DOG", {"unread": "mind the dog"}) == {"no_voicemail": True}
    assert sent_again("TEXT ONLY", {"text_only": True}) == {"text_only": True}


def test_hours_must_be_whole_and_end_after_they_begin(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    url = f"/cases/{case.reference}/safety/{way(case).removeprefix('phone:')}/"
    half = browser.post(url, {"safety": "safe", "begins": "09:00"})
    assert half.status_code == 422
    assert "Enter both hours" in half.content.decode()
    turned = browser.post(url, {"safety": "safe", "begins": "15:00", "ends": "09:00"})
    assert turned.status_code == 422
    assert "must end after they begin" in turned.content.decode()
    assert browser.post(url, {"safety": "safe", "begins": "09:00", "ends": "15:00"}).status_code == 302
    with acting_as_system("tests"):
        rules = case.person.contact_methods.get().rules
    assert rules == {"windows": [{"days": [0, 1, 2, 3, 4, 5, 6], "from": "09:00", "to": "15:00"}]}


def test_letters_can_be_marked_unsafe(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    assert (
        browser.post(
            f"/cases/{case.reference}/safety/letters/", {"safety": "unsafe", "household": "unknown"}
        ).status_code
        == 302
    )
    assert send(browser, case, way="letter:", result="sent").status_code == 422


@pytest.mark.parametrize(("who", "status"), [("carys", 403), ("grace", 403), ("helen", 403), ("owen", 403)])
def test_others_record_nothing(hub, cast, who, status):
    case = a_case()
    browser = cast.browser(who)
    assert send(browser, case).status_code == status
    url = f"/cases/{case.reference}/safety/{way(case).removeprefix('phone:')}/"
    assert browser.post(url, {"safety": "unsafe"}).status_code == status
    assert attempts(case) == []
    with acting_as_system("tests"):
        assert case.person.contact_methods.get().safety == "safe"
