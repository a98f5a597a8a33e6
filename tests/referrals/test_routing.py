"""Routing by the workers: where cases go, why, and once each. What partners answer: test_answers.py."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from access.ids import new_id
from access.models import Grant
from agencies.actions.agreements import end_agreement
from agencies.models import Agency, Agreement, AgreementParty, Service
from messaging.events import Happening, publish
from messaging.models import Event, Message
from messaging.relay import run_due
from referrals.actions.routing import NothingToRoute, ask_to_route, route_case
from referrals.actions.triage import retriage, suspend_case
from referrals.models import Case, Clock, Incident, RoutingDecision
from tests.factories import fresh
from tests.referrals.road import (
    answer,
    assess_risk,
    broken,
    consent,
    decision_of,
    referrals_of,
    routed,
    sights,
    the_referral,
    triaged,
)

pytestmark = pytest.mark.usefixtures("hub")


def test_a_triaged_case_is_sent_where_the_pathway_says_with_all_that_explains_it(cast):
    case = routed(cast, offence="105/01")
    referral = the_referral(case)
    assert case.status == "routed"
    assert (referral.agency.code, referral.service.code, referral.status) == (
        "victim-care",
        "victim-care",
        "sent",
    )
    assert referral.pathway_version.number == 1
    assert referral.basis == "consent"
    assert "because" in referral.why
    assert referral.why.startswith("Emotional and practical support:")
    assert sights(case) == {"victim-care": ["identity", "contact", "incident"]}
    decision = decision_of(case)
    assert decision.facts["offence_group"] == "violence"
    assert decision.facts["consents"] == sorted(
        ["safe-steps", "calder-house", "young-voices", "victim-care", "housing-options", "health-board"]
    )
    assert [one["route"] for one in decision.decision["matched"]] == ["Emotional and practical support"]
    assert decision.decided_by == "routing"
    assert case.due_at == referral.answer_due_at


def test_the_clock_of_referral_is_met_by_sending(cast):
    case = routed(cast, clock="referral", due_in=timedelta(hours=5))
    with acting_as_system("tests"):
        assert Clock.objects.get(case=case, rule="referral").state == Clock.State.MET


def test_high_risk_goes_on_the_basis_of_safeguarding_without_consent_and_says_so(cast):
    case = routed(
        cast, consents=(), refused=["safe-steps"], risk="high", flags=["domestic_abuse"], offence="105/01"
    )
    referral = the_referral(case)
    assert (referral.agency.code, referral.basis, referral.urgent) == ("safe-steps", "safeguarding", True)
    assert "risk of serious harm" in referral.why
    assert "assessment" in sights(case)["safe-steps"]


def test_without_consent_recorded_the_referral_is_held_and_a_person_asked(cast):
    case = routed(cast, consents=["safe-steps"])
    assert referrals_of(case) == []
    assert case.status == "triaged"
    assert case.decision_wanted == "Consent for Northshire Victim Care not recorded."
    assert sights(case) == {}
    assert decision_of(case).decision["held"][0]["code"] == "consent_not_recorded"


def test_refused_consent_takes_the_fallback_to_an_agency_that_the_person_agreed_to(cast):
    case = routed(
        cast, refused=["safe-steps"], consents=["victim-care"], flags=["domestic_abuse"], risk="medium"
    )
    referral = the_referral(case)
    assert referral.agency.code == "victim-care"
    assert "In place of idva" in referral.why
    assert sights(case).keys() == {"victim-care"}


def test_an_agency_without_an_agreement_in_force_is_told_nothing(cast):
    born = timezone.localdate().replace(year=timezone.localdate().year - 70)
    with acting_as_system("tests"):
        age_well = Agency.objects.get(code="age-well").id
    case = routed(cast, date_of_birth=born, offence_group="fraud", consents=["victim-care"], properties=[])
    assert [one.agency.code for one in referrals_of(case)] == ["victim-care"]
    held = decision_of(case).decision["held"]
    assert [(one["code"], one["instead"]) for one in held] == [("no_agreement", "victim-care")]
    with acting_as_system("tests"):
        assert not Grant.objects.filter(agency_id=age_well).exists()
        AgreementParty.objects.filter(agency=age_well).update(
            signed_by="Margaret Howe", signed_on=timezone.localdate()
        )
    with acting_as(cast.actor("priya")) as priya:
        ask_to_route(actor=priya, case_id=case.id)
    consent(cast, case, consents=["age-well"])
    run_due()
    assert {one.agency.code for one in referrals_of(case)} == {"victim-care", "age-well"}


def test_an_agreement_that_has_ended_discloses_nothing(cast):
    with acting_as(cast.actor("owen")) as owen:
        agreement = Agreement.objects.get()
        end_agreement(actor=owen, agreement_id=agreement.id, reason="A new one is being negotiated.")
    case = routed(cast)
    assert referrals_of(case) == []
    assert case.decision_wanted.startswith("No agreement in force with Northshire Victim Care.")


def test_two_services_of_one_agency_are_one_sight_that_narrows_with_the_first_end(cast):
    case = routed(cast, flags=["hate_crime", "domestic_abuse"], risk="medium", refused=["safe-steps"])
    by_service = {one.service.code: one for one in referrals_of(case)}
    assert by_service.keys() == {"hate-crime", "victim-care"}
    assert sights(case)["victim-care"] == ["identity", "contact", "incident", "assessment"]
    answer(cast, "victim-care", by_service["victim-care"], "decline", reason_code="criteria_not_met")
    assert sights(case)["victim-care"] == ["identity", "contact", "incident"]
    assert broken() == []


def test_asked_twice_by_one_event_a_case_is_routed_once(cast):
    case = triaged(cast)
    with acting_as_system("tests"):
        event = Event.objects.get(case_id=case.id, topic="case.triaged")
    with acting_as_system("routing") as actor:
        first = route_case(actor=actor, case_id=case.id, asked_by=event.id)
        again = route_case(actor=actor, case_id=case.id, asked_by=event.id)
    run_due()
    assert first == again
    assert len(referrals_of(case)) == 1
    assert broken() == []


def test_routing_that_fails_half_way_leaves_nothing_and_is_done_later(cast, monkeypatch):
    case = triaged(cast)

    def fails(dues):
        raise RuntimeError("stopped here")

    with monkeypatch.context() as patch:
        patch.setattr("referrals.actions.sending.schedule_all", fails)
        run_due()
    assert referrals_of(case) == []
    assert sights(case) == {}
    with acting_as_system("tests"):
        assert not RoutingDecision.objects.filter(case=case).exists()
        Message.objects.filter(done_at__isnull=True).update(available_at=timezone.now())
    run_due()
    assert the_referral(case).status == "sent"
    assert broken() == []


def test_a_decision_asks_for_each_thing_once_however_many_it_is_sent_to(cast, django_assert_max_num_queries):
    one = triaged(cast, needs=["accommodation", "drugs_alcohol"], flags=["domestic_abuse"], risk="high")
    with acting_as_system("routing") as system, django_assert_max_num_queries(31):
        decision = route_case(actor=system, case_id=one.id, asked_by=new_id())
    assert len(decision.decision["referrals"]) > 1


def test_a_case_taken_back_before_it_was_routed_is_not_sent(cast):
    case = triaged(cast)
    with acting_as(cast.actor("priya")) as priya:
        retriage(actor=priya, case_id=case.id)
    run_due()
    assert referrals_of(case) == []
    assert fresh(case).status == "triaging"
    assert broken() == []


def test_what_is_open_is_never_sent_twice_however_often_it_is_asked(cast):
    case = routed(cast)
    for _ in range(2):
        with acting_as(cast.actor("priya")) as priya:
            ask_to_route(actor=priya, case_id=case.id, again=["victim-care"])
        run_due()
    assert len(referrals_of(case)) == 1
    assert broken() == []


def test_a_rise_in_risk_routes_the_case_again_once(cast):
    case = routed(
        cast, consents=["victim-care"], refused=["safe-steps"], flags=["domestic_abuse"], risk="medium"
    )
    assert [one.service.code for one in referrals_of(case)] == ["victim-care"]
    assess_risk(cast, case, "high")
    assert fresh(case).decision_wanted.startswith("Risk is high now, and was medium when")
    run_due()
    # The safeguarding route does not wait for consent: the advisers have it now, and nobody is asked.
    assert [one.service.code for one in referrals_of(case)] == ["victim-care", "idva"]
    assert fresh(case).decision_wanted == ""
    assert decision_of(case).facts["risk_grade"] == "high"
    assert decisions_by(case, "case.risk_rose") == 1
    assess_risk(cast, case, "high")
    run_due()
    assert decisions_by(case, "case.risk_rose") == 1


def test_where_a_rise_in_risk_asks_nobody_new_a_practitioner_tells_who_has_the_case(cast):
    case = routed(cast, consents=["victim-care", "safe-steps"], flags=["domestic_abuse"], risk="medium")
    assess_risk(cast, case, "high")
    run_due()
    assert [one.service.code for one in referrals_of(case)] == ["idva"]
    assert "tell the partners who have the case" in fresh(case).decision_wanted
    assess_risk(cast, case, "standard")  # below the one that routed: a person decides
    run_due()
    assert len(referrals_of(case)) == 1
    assert decisions_by(case, "case.risk_rose") == 1


def test_a_further_incident_routes_the_case_again_once(cast):
    case = routed(cast, flags=["domestic_abuse"], refused=["safe-steps"], risk="medium", properties=[])
    assert [one.service.code for one in referrals_of(case)] == ["victim-care"]
    with acting_as_system("tests"):
        first = Incident.objects.get(case=case)
        for days in (3, 9):
            first.id, first.pk, first._state.adding = None, None, True
            first.id, first.crime_ref = new_id(), f"NS/9{days}"
            first.reported_at = timezone.now() - timedelta(days=days)
            first.occurred_from = first.occurred_to = first.reported_at
            first.save()
        for _ in range(2):
            added = {"incident": str(first.id)}
            publish(Happening("case.incident_added", at=timezone.now(), case_id=case.id, data=added))
    run_due()
    # The third incident within a year counts as high risk: the safeguarding route.
    assert [one.service.code for one in referrals_of(case)] == ["victim-care", "idva"]
    assert decisions_by(case, "case.incident_added") == 2


def decisions_by(case: Case, topic: str) -> int:
    """How many decisions were asked for by events of the topic: never more than there were events."""
    with acting_as_system("tests"):
        events = [
            str(one)
            for one in Event.objects.filter(case_id=case.id, topic=topic).values_list("id", flat=True)
        ]
        return RoutingDecision.objects.filter(asked_by__in=events).count()


def test_a_closed_service_gives_way_to_the_fallback(cast):
    with acting_as_system("tests"):
        Service.objects.filter(code="idva").update(open_for_referrals=False)
    case = routed(cast, flags=["domestic_abuse"], risk="high")
    assert [one.service.code for one in referrals_of(case)] == ["victim-care"]
    assert decision_of(case).decision["held"][0]["code"] == "closed"


def test_suspended_is_not_rerouted_and_keeps_its_reason(cast):
    case = routed(cast)
    with acting_as(cast.actor("priya")) as priya:
        suspend_case(actor=priya, case_id=case.id, reason="He reads her post.")
    answer(cast, "victim-care", the_referral(case), "decline", reason_code="no_capacity")
    case = fresh(case)
    assert (case.status, case.decision_wanted) == ("suspended", "He reads her post.")
    assert len(referrals_of(case)) == 1


def test_only_who_may_route_asks_for_it_and_only_after_triage(cast):
    case = triaged(cast)
    with acting_as(cast.actor("carys")) as carys, pytest.raises(NotAllowed):
        ask_to_route(actor=carys, case_id=case.id)
    with acting_as(cast.actor("helen")) as helen, pytest.raises(NotAllowed):
        ask_to_route(actor=helen, case_id=case.id)
    with acting_as(cast.actor("priya")) as priya:
        retriage(actor=priya, case_id=case.id)
        with pytest.raises(NothingToRoute, match="Finish triage first"):
            ask_to_route(actor=priya, case_id=case.id)
