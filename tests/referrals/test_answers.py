"""What a partner's answer, or its absence, means for the case: the fallback, a question to a practitioner, an end."""

import pytest
from django.utils import timezone

from access.context import acting_as, acting_as_system
from messaging.models import Message
from messaging.relay import run_due
from referrals.actions import referral as verbs
from referrals.actions.routing import ask_to_route
from tests.factories import fresh
from tests.referrals.road import answer, broken, close, consent, referrals_of, routed, sights, the_referral

pytestmark = pytest.mark.usefixtures("hub")


def test_declined_goes_on_to_the_fallback_and_the_decliner_sees_nothing_more(cast):
    case = routed(cast, flags=["domestic_abuse"], risk="medium")
    (first,) = (one for one in referrals_of(case) if one.service.code == "idva")
    answer(cast, "safe-steps", first, "decline", reason_code="no_capacity")
    assert [one.service.code for one in referrals_of(case)] == ["idva", "victim-care"]
    assert sights(case).keys() == {"victim-care"}
    assert fresh(case).status == "routed"
    second = referrals_of(case)[1]
    answer(cast, "victim-care", second, "decline", reason_code="out_of_area")
    case = fresh(case)
    assert case.status == "triaged"
    assert case.decision_wanted
    assert sights(case) == {}
    assert broken() == []


def test_unanswered_in_time_expires_and_goes_on_to_the_fallback(cast):
    case = routed(cast, flags=["domestic_abuse"], risk="medium")
    first = the_referral(case)
    with acting_as_system("tests"):
        message = Message.objects.get(subscriber="referrals.expire", key=str(first.id))
        assert message.available_at == first.answer_due_at
        message.available_at = timezone.now()
        message.save()
    run_due()
    assert [(one.service.code, one.status) for one in referrals_of(case)] == [
        ("idva", "expired"),
        ("victim-care", "sent"),
    ]
    assert sights(case).keys() == {"victim-care"}
    assert broken() == []


def test_answered_in_time_nothing_expires(cast):
    case = routed(cast)
    referral = the_referral(case)
    answer(cast, "victim-care", referral, "accept")
    with acting_as_system("tests"):
        Message.objects.filter(subscriber="referrals.expire").update(available_at=timezone.now())
    run_due()
    assert the_referral(case).status == "accepted"
    assert fresh(case).due_at is None


def test_given_back_for_information_asks_a_practitioner_who_sends_it_anew(cast):
    case = routed(cast)
    answer(cast, "victim-care", the_referral(case), "return_to_hub", reason_words="Which days suit?")
    case = fresh(case)
    assert case.status == "triaged"
    assert case.decision_wanted == "Northshire Victim Care gave the referral back and asks: Which days suit?"
    assert sights(case) == {}
    with acting_as(cast.actor("liam")) as liam:
        ask_to_route(actor=liam, case_id=case.id)
    run_due()
    assert [one.status for one in referrals_of(case)] == ["returned", "sent"]
    assert fresh(case).decision_wanted == ""


def test_when_every_partner_has_finished_the_hub_decides_and_closes(cast):
    case = routed(cast)
    referral = the_referral(case)
    answer(cast, "victim-care", referral, "accept")
    outcome = {"domain": "safety", "result": "improved", "notes": "Locks changed."}
    answer(cast, "victim-care", referral, "complete", outcomes=[outcome])
    case = fresh(case)
    assert case.status == "triaged"
    assert case.decision_wanted.startswith("Every partner has finished.")
    close(cast, case, end_state="supported_standard", reason="Done.")
    run_due()
    assert sights(case) == {}
    assert broken() == []


def test_withdrawn_consent_recalls_what_rests_on_it_and_nothing_else(cast):
    case = routed(cast, flags=["domestic_abuse"], risk="high", needs=["accommodation"])
    by_agency = {one.agency.code: one for one in referrals_of(case)}
    assert by_agency.keys() == {"safe-steps", "housing-options"}
    assert by_agency["safe-steps"].basis == "safeguarding"
    consent(cast, case, withdrawn=["safe-steps", "housing-options"])
    run_due()
    by_agency = {one.agency.code: one for one in referrals_of(case)}
    assert by_agency["safe-steps"].status == "sent"
    assert (by_agency["housing-options"].status, by_agency["housing-options"].reason_code) == (
        "recalled",
        "consent_withdrawn",
    )
    assert sights(case).keys() == {"safe-steps"}
    assert (
        "withdrew consent: the referral to Northshire Housing Options is recalled"
        in fresh(case).decision_wanted
    )
    assert broken() == []


def test_a_recalled_referral_is_sent_again_only_where_somebody_says_so(cast):
    case = routed(cast)
    with acting_as(cast.actor("priya")) as priya:
        verbs.recall(actor=priya, referral_id=the_referral(case).id, reason_words="Sent too early.")
    assert sights(case) == {}
    run_due()
    assert fresh(case).status == "triaged"
    with acting_as(cast.actor("priya")) as priya:
        ask_to_route(actor=priya, case_id=case.id)
    run_due()
    assert len(referrals_of(case)) == 1
    assert "was recalled" in fresh(case).decision_wanted
    with acting_as(cast.actor("priya")) as priya:
        ask_to_route(actor=priya, case_id=case.id, again=["victim-care"])
    run_due()
    assert [one.status for one in referrals_of(case)] == ["recalled", "sent"]
    assert sights(case).keys() == {"victim-care"}
