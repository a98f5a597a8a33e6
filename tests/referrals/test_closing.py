"""The end of a case: which end is proposed and what each wants, referrals that are open, and opening it again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from access.context import acting_as, acting_as_system
from messaging.models import Event
from pathways.models import InstrumentVersion
from referrals.actions import closing, triage
from referrals.actions.assess import assess_case
from referrals.actions.call_backs import plan_call_back
from referrals.actions.feedback import follow_case
from referrals.end_states import WANTS, Ending, missing, proposed
from referrals.models import CallBack, Case, Clock, Feedback, Referral
from referrals.queries.ending import ending_of
from referrals.workflow import END_STATES
from reporting.models import Delta
from rights.queries.retention import closed_people, dues_of
from tests.factories import a_case, a_referral, fresh

ENDINGS = st.builds(
    Ending,
    entitlement=st.sampled_from(["standard", "enhanced"]),
    **{name: st.booleans() for name in Ending.__dataclass_fields__ if name != "entitlement"},
)


@given(ENDINGS)
def test_what_is_proposed_never_wants_more_than_the_exit_review(at):
    proposal = proposed(at)
    assert proposal.because
    if proposal.code:
        assert set(missing(proposal.code, at)) <= {"an exit review with the scales of the start"}


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (Ending(said_no=True, is_supported=True), "declined"),
        (Ending(is_suspended=True), "suspended_unsafe"),
        (Ending(is_supported=True, entitlement="enhanced"), "supported_enhanced"),
        (Ending(is_supported=True), "supported_standard"),
        (Ending(is_reachable=False), "uncontactable"),
        (Ending(is_tried_enough=True, is_written_to=True), "no_response_written"),
        (Ending(is_tried_enough=True, may_write=False), "no_response_unsafe"),
        (Ending(is_tried_enough=True), ""),
        (Ending(), ""),
    ],
)
def test_what_is_recorded_points_to_an_end(at, code):
    assert proposed(at).code == code


def test_every_end_state_says_what_it_wants():
    assert WANTS.keys() == END_STATES.keys()


def close(browser, case: Case, **given: str):
    return browser.post(f"/cases/{case.reference}/close/", {"reason": "It is over.", **given})


def test_an_end_that_lacks_what_it_wants_is_refused_until_somebody_says_why(hub, cast):
    case = a_case(status="triaging")
    browser = cast.browser("priya")
    refused = close(browser, case, end_state="declined")
    assert refused.status_code == 422
    assert "a contact attempt in which the person declined" in refused.content.decode()
    assert "It is over." in refused.content.decode()
    assert close(browser, case, end_state="declined", without="They told the officer.").status_code == 302
    closed = fresh(case)
    assert (closed.end_state, closed.closing_without) == ("declined", "They told the officer.")
    assert "They told the officer." in browser.get(f"/cases/{case.reference}/").content.decode()


def test_nothing_is_said_of_what_is_missing_where_nothing_is(hub, cast):
    case = a_case(status="triaging")
    close(cast.browser("priya"), case, end_state="out_of_area", without="No matter.")
    assert fresh(case).closing_without == ""


def test_the_page_proposes_the_end_and_wants_the_exit_review(hub, cast):
    case = a_case(status="routed", entitlement="enhanced")
    a_referral(case, status="completed")
    page = cast.browser("priya").get(f"/cases/{case.reference}/close/")
    assert page.context["form"]["end_state"].value() == "supported_enhanced"
    words = page.content.decode()
    assert "Proposed: Supported (enhanced)." in words
    assert "an exit review with the scales of the start" in words


def test_a_case_with_open_referrals_ends_only_where_each_is_dealt_with_in_the_same_act(hub, cast):
    case = a_case(status="routed")
    first, second = (
        a_referral(case, status="accepted"),
        a_referral(case, service="housing", status="sent"),
    )
    browser = cast.browser("priya")
    how = {"end_state": "with_specialist", f"recall_{first.id}": "Supported elsewhere."}
    refused = close(browser, case, **how)
    assert refused.status_code == 422
    assert "1 referral is still open with partners" in refused.content.decode()
    with acting_as_system("tests"):
        assert set(Referral.objects.filter(case=case).values_list("status", flat=True)) == {
            "accepted",
            "sent",
        }
    assert close(browser, case, **how, **{f"recall_{second.id}": "Not needed."}).status_code == 302
    with acting_as_system("tests"):
        assert set(Referral.objects.filter(case=case).values_list("status", flat=True)) == {"recalled"}
    assert fresh(case).status == "closed"


def test_who_sent_the_case_is_told_how_it_ended_and_that_it_goes_on(hub, cast):
    case = a_case(status="triaging")
    with acting_as_system("tests"):
        Feedback.objects.create(
            agency_id=cast.actor("martin").agency_id,
            case_id=case.id,
            person_id=case.person_id,
            stage="in_hand",
            changed_at=timezone.now(),
        )
    close(cast.browser("priya"), case, end_state="uncontactable", without="The only number is a neighbour’s.")

    def told() -> tuple[str, str]:
        with acting_as_system("feedback"):
            follow_case(case_id=case.id)
            return Feedback.objects.values_list("stage", "end_state").get(case_id=case.id)

    assert told() == ("closed", "uncontactable")
    cast.browser("priya").post(f"/cases/{case.reference}/reopen/", {"reason": "She rang."})
    assert told() == ("in_hand", "")


def test_a_case_that_is_opened_again_goes_on_where_it_ended(hub, cast):
    case = a_case(status="routed", due_in=timedelta(hours=30))
    browser = cast.browser("priya")
    with acting_as(cast.actor("priya")) as priya:
        method = case.person.contact_methods.get().id
        at = timezone.now() + timedelta(days=2)
        plan_call_back(actor=priya, case_id=case.id, contact_method_id=method, channel="phone", at=at)
    close(browser, case, end_state="duplicate")
    ended = fresh(case)
    assert (ended.status, ended.due_at) == ("closed", None)
    assert "Open it again" in browser.get(f"/cases/{case.reference}/").content.decode()
    assert browser.post(f"/cases/{case.reference}/reopen/", {"reason": ""}).status_code == 422
    assert (
        browser.post(f"/cases/{case.reference}/reopen/", {"reason": "Two people after all."}).status_code
        == 302
    )
    again = fresh(case)
    assert (again.status, again.end_state, again.closed_at) == ("triaging", "", None)
    assert again.due_at is not None
    assert again.reopening_reason == "Two people after all."
    with acting_as_system("tests"):
        assert Clock.objects.get(case=case).state == "running"
        assert CallBack.objects.get(case=case, state="planned").at == at
        assert Event.objects.get(case_id=case.id, topic="case.reopened").data["end_state"] == "duplicate"
        counted = Delta.objects.filter(measure="cases_closed", dimension="duplicate").values_list(
            "by", flat=True
        )
        assert sum(counted) == 0
    assert "Opened again" in browser.get(f"/cases/{case.reference}/").content.decode()


def test_a_suspended_case_is_suspended_when_it_is_opened_again(hub, cast):
    case = a_case(status="triaging")
    with acting_as(cast.actor("priya")) as priya:
        triage.suspend_case(actor=priya, case_id=case.id, reason="He answers.")
        closing.close_case(
            actor=priya, case_id=case.id, end_state="suspended_unsafe", reason="No way is safe."
        )
        closing.reopen_case(actor=priya, case_id=case.id, reason="She came to the desk.")
    again = fresh(case)
    assert again.status == "suspended"
    assert "Decide how contact can be safe" in again.decision_wanted


def test_after_the_window_and_beside_another_open_case_it_stays_closed(hub, cast, settings):
    old = a_case(status="closed", end_state="declined", closed_at=timezone.now() - timedelta(days=29))
    beside = a_case(status="closed", end_state="declined", closed_at=timezone.now())
    a_case(person=beside.person)
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(closing.TooLateToReopen, match="more than 28 days ago"):
            closing.reopen_case(actor=priya, case_id=old.id, reason="More happened.")
        with pytest.raises(closing.AnotherCaseOpen):
            closing.reopen_case(actor=priya, case_id=beside.id, reason="More happened.")
    assert "Open it again" not in cast.browser("priya").get(f"/cases/{old.reference}/").content.decode()
    settings.REOPEN_WITHIN_DAYS = 30
    assert "Open it again" in cast.browser("priya").get(f"/cases/{old.reference}/").content.decode()
    assert fresh(beside).status == "closed"


def test_the_exit_review_is_the_scales_of_the_start_again(hub, cast):
    case = a_case(status="triaging")
    with acting_as(cast.actor("priya")) as priya:
        items = InstrumentVersion.objects.filter(code="needs-8").latest("edition").definition["items"]
        for stage, severity in (("start", 3), ("exit", 1)):
            assert not ending_of(case, now=timezone.now()).has_exit_review
            answers = {item["code"]: {"need": "yes", "severity": severity} for item in items}
            assess_case(actor=priya, case_id=case.id, instrument_code="needs-8", answers=answers, stage=stage)
        assert ending_of(case, now=timezone.now()).has_exit_review
    page = cast.browser("priya").get(f"/cases/{case.reference}/close/").content.decode()
    assert "better by 2, from 3 to 1" in page
    assert "Make the exit review" not in page


def test_the_exit_review_opens_at_the_stage_of_the_end(hub, cast):
    case = a_case(status="triaging")
    page = cast.browser("priya").get(f"/cases/{case.reference}/assess/needs-8/?stage=exit")
    assert page.context["form"]["stage"].value() == "exit"


def test_the_time_for_which_a_record_is_kept_counts_from_the_last_closing(hub, cast, settings):
    settings.REOPEN_WITHIN_DAYS = 100
    then = timezone.now() - timedelta(days=50)
    case = a_case(status="closed", end_state="declined", closed_at=then)
    today = timezone.localdate()

    def is_due() -> bool:
        with acting_as_system("retention"):
            people = closed_people(after=None, today=today)
            return case.person_id in people and dues_of(people)[case.person_id].on <= today

    assert is_due()
    with acting_as(cast.actor("priya")) as priya:
        closing.reopen_case(actor=priya, case_id=case.id, reason="More happened.")
    assert not is_due()
    with acting_as(cast.actor("priya")) as priya:
        closing.close_case(
            actor=priya, case_id=case.id, end_state="declined", reason="No more.", without="By letter."
        )
    assert not is_due()
