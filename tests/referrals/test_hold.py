"""Cases on hold leave the queues until their time and come back by themselves; several are held or given at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access.context import acting_as, acting_as_system
from messaging.models import Event, Message
from messaging.relay import run_due
from referrals.actions.hold import LONGEST_HOLD, HoldNotPossible, hold_case, take_off_hold
from referrals.actions.triage import ReasonMissing, SomebodyWasFaster, claim_next
from referrals.models import Case, Prompt
from tests.factories import a_case, fresh

pytestmark = pytest.mark.usefixtures("hub")
BULK = "/triage/bulk/"


def references(cast, address: str = "/triage/", name: str = "priya") -> set[str]:
    page = cast.browser(name).get(address).context["page"]
    return {row.case.reference for row in page.rows}


def day(days: int, **more: str) -> dict[str, str]:
    at = timezone.localdate() + timedelta(days=days)
    return {
        "day_day": str(at.day),
        "day_month": str(at.month),
        "day_year": str(at.year),
        "reason": "In hospital",
        **more,
    }


def test_a_case_on_hold_is_in_no_queue_but_its_own_and_comes_back_by_itself(cast):
    case, other = a_case(), a_case()
    sent = cast.browser("priya").post(f"/cases/{case.reference}/hold/", day(3))
    assert (sent.status_code, fresh(case).held_reason) == (302, "In hospital")
    assert references(cast) == {other.reference}
    assert references(cast, "/triage/?stage=held") == {case.reference}
    page = cast.browser("priya").get(f"/cases/{case.reference}/").content.decode()
    assert "On hold until" in page
    assert "In hospital" in page
    with acting_as(cast.actor("priya")) as priya:
        assert claim_next(actor=priya).id == other.id
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(held_until=timezone.now() - timedelta(seconds=1))
        Message.objects.filter(subscriber="referrals.hold_ends").update(available_at=timezone.now())
    assert case.reference in references(cast), "by its time, before anything has run"
    run_due()
    assert (fresh(case).held_until, fresh(case).held_reason) == (None, "")
    with acting_as_system("tests"):
        assert Event.objects.filter(topic="case.hold_ended", case_id=case.id).count() == 1


def test_a_hold_that_was_made_longer_is_not_ended_by_the_shorter_one(cast):
    case, now = a_case(), timezone.now()
    with acting_as(cast.actor("priya")) as priya:
        hold_case(actor=priya, case_id=case.id, reason="Away", until=now + timedelta(days=1))
        hold_case(actor=priya, case_id=case.id, reason="Away longer", until=now + timedelta(days=9))
    with acting_as_system("tests"):
        Message.objects.filter(subscriber="referrals.hold_ends").update(available_at=timezone.now())
    run_due()
    assert fresh(case).held_reason == "Away longer"
    cast.browser("priya").post(f"/cases/{case.reference}/hold/end/")
    assert fresh(case).held_until is None


def test_what_cannot_be_held_says_why(cast):
    mine, theirs = a_case(assigned_to=cast.actor("priya").id), a_case(assigned_to=cast.actor("liam").id)
    tomorrow = timezone.now() + timedelta(days=1)
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(ReasonMissing):
            hold_case(actor=priya, case_id=mine.id, reason=" ", until=tomorrow)
        for until in (timezone.now(), tomorrow + LONGEST_HOLD):
            with pytest.raises(HoldNotPossible):
                hold_case(actor=priya, case_id=mine.id, reason="Away", until=until)
        with pytest.raises(SomebodyWasFaster):
            hold_case(actor=priya, case_id=theirs.id, reason="Away", until=tomorrow)
        take_off_hold(actor=priya, case_id=mine.id)
    past = cast.browser("priya").post(f"/cases/{mine.reference}/hold/", day(-3))
    assert "A hold ends in the future" in past.content.decode()
    assert "In hospital" in past.content.decode()
    with acting_as_system("tests"):
        Prompt.objects.create(
            case=mine, kind="same_day_risk", instrument="phq-9", category="health", because="Item 9", edition="1",
            raised_at=timezone.now(), due_at=tomorrow,
        )  # fmt: skip
    asked = cast.browser("priya").post(f"/cases/{mine.reference}/hold/", day(3)).content.decode()
    assert "asks for a talk about safety" in asked


def test_a_supervisor_gives_several_cases_at_once_and_sees_what_became_of_each(cast):
    priya, liam = cast.actor("priya"), cast.actor("liam")
    first, second, third = a_case(), a_case(assigned_to=priya.id, status="triaging"), a_case()
    dana = cast.browser("dana")
    ids = [str(one.id) for one in (first, second, third)]
    page = dana.post(BULK, {"case": ids, "act": "assign", "here": "?due=overdue"}).content.decode()
    assert "3 cases" in page
    assert "Carried by Priya Nair" in page
    assert fresh(first).assigned_to is None, "nothing is done before it is confirmed"
    confirmed = {"case": ids, "act": "assign", "confirmed": "yes", "here": "?due=overdue"}
    seen = {f"seen-{second.id}": str(priya.id), f"seen-{first.id}": "", f"seen-{third.id}": ""}
    nobody_chosen = dana.post(BULK, {**confirmed, **seen, "to": ""})
    assert (nobody_chosen.status_code, fresh(first).assigned_to) == (422, None)
    with acting_as_system("tests"):
        Case.objects.filter(id=third.id).update(assigned_to=priya.id)  # a colleague was faster
    done = dana.post(BULK, {**confirmed, **seen, "to": str(liam.id)}).content.decode()
    assert "2 of 3 done" in done
    assert "While you were looking" in done
    assert [fresh(one).assigned_to for one in (first, second, third)] == [liam.id, liam.id, priya.id]
    with acting_as_system("tests"):
        told = Event.objects.filter(topic="case.assigned", case_id__in=[first.id, second.id])
        assert {event.actor_name for event in told} == {"Dana Ahmed"}
    assert cast.browser("priya").post(BULK, {"case": ids, "act": "assign"}).status_code == 403


def test_several_cases_are_held_at_once_as_far_as_each_may_be(cast):
    priya = cast.actor("priya")
    own, anothers, stopped = (
        a_case(assigned_to=priya.id),
        a_case(assigned_to=cast.actor("liam").id),
        a_case(status="suspended"),
    )
    ids = [str(one.id) for one in (own, anothers, stopped)]
    done = cast.browser("priya").post(BULK, {"case": ids, "act": "hold", "confirmed": "yes", **day(5)})
    page = done.content.decode()
    assert "1 of 3 done" in page
    assert "A colleague carries" in page
    assert "is suspended as unsafe already" in page
    assert [fresh(one).held_until is not None for one in (own, anothers, stopped)] == [True, False, False]
    nothing = cast.browser("priya").post(BULK, {"act": "hold"}, follow=True).content.decode()
    assert "Tick the cases first" in nothing


def test_own_cases_are_ticked_too_and_several_given_back(cast):
    priya = cast.actor("priya")
    own = [a_case(assigned_to=priya.id, status="triaging") for _ in range(2)]
    browser = cast.browser("priya")
    page = browser.get("/cases/?due=overdue&due=soon").content.decode()
    assert all(f'value="{one.id}"' in page for one in own)
    asked = {
        "case": [str(one.id) for one in own],
        "act": "give_back",
        "list": "my_cases",
        "here": "?due=soon",
    }
    confirm = browser.post(BULK, asked).content.decode()
    assert 'href="/cases/?due=soon"' in confirm
    assert fresh(own[0]).assigned_to == priya.id, "nothing is done before it is confirmed"
    seen = {f"seen-{one.id}": str(priya.id) for one in own}
    assert "2 of 2 done" in browser.post(BULK, {**asked, **seen, "confirmed": "yes"}).content.decode()
    assert [fresh(one).assigned_to for one in own] == [None, None]
