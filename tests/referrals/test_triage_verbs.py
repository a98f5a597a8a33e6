"""The verbs of triage: what each wants, changes and tells, and that two at once never both win."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from agencies.models import Agency
from messaging.models import Event
from pathways.models import Assessment, InstrumentVersion, PathwayVersion
from referrals.actions import closing, contact, triage
from referrals.models import Case, Clock
from referrals.workflow import MoveRefused
from tests.factories import a_case, a_referral, fresh
from victims.actions.consent import record_consent


def told(case: Case) -> list[str]:
    with acting_as_system("tests"):
        return list(Event.objects.filter(case_id=case.id).order_by("id").values_list("topic", flat=True))


def assessed(case: Case, instrument: str, *, grade: str = "") -> None:
    """An assessment on record, as completing it leaves it."""
    with acting_as_system("tests") as actor:
        Assessment.objects.create(
            case_id=case.id,
            person_id=case.person_id,
            instrument=InstrumentVersion.objects.filter(code=instrument).latest("edition"),
            answers={},
            score={},
            grade=grade,
            completed_by=actor.id,
            completed_by_name=actor.name,
            completed_at=timezone.now(),
        )


def consented(cast, case: Case, *, answer: str = "given") -> None:
    with acting_as(cast.actor("priya")) as priya:
        record_consent(
            actor=priya,
            case_id=case.id,
            person_id=case.person_id,
            agency=Agency.objects.get(code="victim-care"),
            answer=answer,
            categories=["identity", "contact"] if answer == "given" else [],
            how="by phone",
        )


def ready(cast, case: Case) -> Case:
    """Contacted, asked for consent and assessed for needs: nothing is missing for an offence without risk."""
    with acting_as(cast.actor("priya")) as priya:
        method = case.person.contact_methods.get()
        contact.record_contact(
            actor=priya, case_id=case.id, contact_method_id=method.id, channel="phone", result="spoke"
        )
    consented(cast, case)
    assessed(case, "needs-8")
    return case


def test_the_first_assignment_takes_a_new_case_into_triage(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        triage.assign(actor=priya, case_id=case.id, to=priya.id)
    assert (fresh(case).status, fresh(case).assigned_to) == ("triaging", priya.id)
    assert told(case) == ["case.assigned", "case.moved"]


def test_a_colleagues_case_is_not_taken_and_not_given_away(hub, cast):
    liam = cast.actor("liam")
    case = a_case(assigned_to=liam.id)
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(triage.SomebodyWasFaster, match="Liam Byrne has taken"):
            triage.assign(actor=priya, case_id=case.id, to=priya.id)
        with pytest.raises(triage.SomebodyWasFaster):
            triage.assign(actor=priya, case_id=case.id, to=None)
        with pytest.raises(NotAllowed):
            triage.assign(actor=priya, case_id=case.id, to=cast.actor("dana").id)
    assert fresh(case).assigned_to == liam.id
    assert told(case) == []


def test_a_supervisor_gives_a_case_to_anybody_of_the_hub_and_nobody_else(hub, cast):
    case = a_case(assigned_to=cast.actor("liam").id)
    with acting_as(cast.actor("dana")) as dana:
        triage.assign(actor=dana, case_id=case.id, to=cast.actor("priya").id)
        for outsider in ("helen", "carys", "grace"):
            with pytest.raises(triage.NotAPractitioner):
                triage.assign(actor=dana, case_id=case.id, to=cast.actor(outsider).id)
        with pytest.raises(triage.SomebodyWasFaster, match="Priya Nair"):
            triage.assign(actor=dana, case_id=case.id, to=None, instead_of=cast.actor("liam").id)
    assert fresh(case).assigned_to == cast.actor("priya").id


def test_open_by_lasts_ten_minutes_and_belongs_to_the_first(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        opened = triage.open_case(actor=priya, case_id=case.id)
    assert timedelta(minutes=9) < opened.open_until - timezone.now() <= timedelta(minutes=10)
    with acting_as(cast.actor("liam")) as liam:
        triage.open_case(actor=liam, case_id=case.id)
    assert fresh(case).opened_by_name == "Priya Nair"
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(open_until=timezone.now() - timedelta(seconds=1))
    with acting_as(liam):
        triage.open_case(actor=liam, case_id=case.id)
    assert fresh(case).opened_by_name == "Liam Byrne"
    assert told(case) == []


def test_triage_is_not_finished_before_everything_the_pathway_wants_is_there(hub, cast):
    case = a_case(flags=["domestic_abuse"])
    with acting_as(cast.actor("priya")) as priya, pytest.raises(triage.TriageNotFinished) as refusal:
        triage.finish_triage(actor=priya, case_id=case.id)
    assert refusal.value.missing == [
        "Try to reach the person in a safe way and record it, or say why nobody can.",
        "Ask which agencies may be told, and record each answer.",
        "Complete the needs assessment.",
        "Complete the risk checklist.",
    ]
    ready(cast, case)
    with acting_as(priya), pytest.raises(triage.TriageNotFinished, match="risk checklist") as refusal:
        triage.finish_triage(actor=priya, case_id=case.id)
    assert len(refusal.value.missing) == 1
    assessed(case, "risk-24", grade="high")
    with acting_as(priya):
        triage.finish_triage(actor=priya, case_id=case.id)
    assert fresh(case).status == "triaged"
    assert told(case)[-2:] == ["case.triaged", "case.moved"]


def test_where_the_pathway_asks_for_no_risk_checklist_none_is_wanted(hub, cast):
    case = ready(cast, a_case(offence="049/10", properties=[], offence_group="theft"))
    with acting_as(cast.actor("priya")) as priya:
        triage.finish_triage(actor=priya, case_id=case.id)
    assert fresh(case).status == "triaged"


def test_a_refusal_is_an_answer_on_consent_too(hub, cast):
    case = a_case()
    assessed(case, "needs-8")
    consented(cast, case, answer="refused")
    with acting_as(cast.actor("priya")) as priya:
        triage.finish_triage(actor=priya, case_id=case.id, no_contact_reason="The officer asked for us.")
    assert fresh(case).no_contact_reason == "The officer asked for us."


def test_nothing_is_finished_without_a_pathway_in_force(hub, cast):
    case = ready(cast, a_case())
    with acting_as_system("tests"):
        PathwayVersion.objects.update(status="retired")
    with acting_as(cast.actor("priya")) as priya, pytest.raises(triage.TriageNotFinished, match="pathway"):
        triage.finish_triage(actor=priya, case_id=case.id)


def test_finishing_stops_the_clock_of_first_contact_and_no_other(hub, cast):
    case = ready(cast, a_case(clock="referral"))
    with acting_as_system("tests"):
        Clock.objects.create(
            case=case,
            rule="first_contact",
            edition="tests",
            started_at=case.opened_at,
            due_at=timezone.now() + timedelta(hours=1),
        )
    with acting_as(cast.actor("priya")) as priya:
        triage.finish_triage(actor=priya, case_id=case.id)
    with acting_as_system("tests"):
        states = dict(Clock.objects.filter(case=case).values_list("rule", "state"))
    assert states == {"first_contact": "stopped", "referral": "running"}


def test_entitlement_changes_with_a_reason_only(hub, cast):
    case = a_case(entitlement="standard")
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(triage.ReasonMissing):
            triage.change_entitlement(actor=priya, case_id=case.id, level="enhanced", reason="  ")
        with pytest.raises(triage.EntitlementUnchanged):
            triage.change_entitlement(actor=priya, case_id=case.id, level="standard", reason="Because.")
        triage.change_entitlement(
            actor=priya, case_id=case.id, level="enhanced", reason="Intimidated by the family."
        )
    case = fresh(case)
    assert (case.entitlement, case.entitlement_reason) == ("enhanced", "Intimidated by the family.")
    assert case.entitlement_changed_by == "Priya Nair"
    assert told(case) == ["case.entitlement_changed"]


def test_suspend_resume_and_retriage_move_the_case_and_say_so(hub, cast):
    case = a_case(status="triaged")
    with acting_as(cast.actor("priya")) as priya:
        triage.retriage(actor=priya, case_id=case.id)
        with pytest.raises(triage.ReasonMissing):
            triage.suspend_case(actor=priya, case_id=case.id, reason="")
        triage.suspend_case(actor=priya, case_id=case.id, reason="The perpetrator reads her messages.")
        assert fresh(case).decision_wanted == "The perpetrator reads her messages."
        with pytest.raises(MoveRefused):
            triage.finish_triage(actor=priya, case_id=case.id)
        triage.resume_case(actor=priya, case_id=case.id)
    assert (fresh(case).status, fresh(case).decision_wanted) == ("triaging", "")
    assert told(case) == ["case.moved"] * 3


def test_a_case_closes_with_an_end_state_a_reason_and_no_partner_at_work(hub, cast):
    case = a_case(status="routed")
    referral = a_referral(case, status="accepted")
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(closing.UnknownEndState):
            closing.close_case(actor=priya, case_id=case.id, end_state="gone", reason="x")
        with pytest.raises(closing.ReferralsStillOpen, match="1 referral is still open"):
            closing.close_case(
                actor=priya,
                case_id=case.id,
                end_state="supported_standard",
                reason="Support has ended.",
                without="No review.",
            )
    with acting_as_system("tests"):
        type(referral).objects.filter(id=referral.id).update(status="completed")
    with acting_as(priya):
        closing.close_case(
            actor=priya,
            case_id=case.id,
            end_state="supported_standard",
            reason="Support has ended.",
            without="No review.",
        )
        with pytest.raises(triage.CaseClosed, match="supported"):
            triage.assign(actor=priya, case_id=case.id, to=priya.id)
    case = fresh(case)
    assert (case.status, case.end_state, case.due_at) == ("closed", "supported_standard", None)
    assert case.closed_at is not None
    assert told(case) == ["case.closed", "case.moved"]


@pytest.mark.parametrize("who", ["carys", "owen", "grace", "helen", "ines", "ruth"])
def test_who_may_not_triage_is_refused_by_every_verb(hub, cast, who):
    case = a_case()
    with acting_as(cast.actor(who)) as actor:
        for verb, arguments in (
            (triage.open_case, {}),
            (triage.assign, {"to": actor.id}),
            (triage.change_entitlement, {"level": "enhanced", "reason": "x"}),
            (
                contact.record_contact,
                {"contact_method_id": None, "channel": "letter", "result": "sent"},
            ),
            (triage.finish_triage, {}),
            (triage.retriage, {}),
            (triage.suspend_case, {"reason": "x"}),
            (triage.resume_case, {}),
            (closing.close_case, {"end_state": "declined", "reason": "x"}),
        ):
            with pytest.raises((NotAllowed, triage.CaseNotFound, triage.NotAPractitioner)):
                verb(actor=actor, case_id=case.id, **arguments)
    assert fresh(case).status == "new"
    assert told(case) == []


def at_once(*acts) -> list[object]:
    """Run the acts in threads of their own, all let go at one moment; what each gave or raised."""
    gate = threading.Barrier(len(acts))

    def run(act):
        gate.wait()
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        begun = [threads.submit(run, act) for act in acts]
        return [one.exception() or one.result() for one in begun]


def test_of_two_who_claim_a_case_at_once_one_wins_and_the_other_is_told(committed_hub, cast):
    case = a_case()
    actors = [cast.actor("priya"), cast.actor("liam")]

    def claim(actor):
        def act():
            with acting_as(actor):
                return triage.assign(actor=actor, case_id=case.id, to=actor.id)

        return act

    answers = at_once(*(claim(actor) for actor in actors))
    won = [answer for answer in answers if isinstance(answer, Case)]
    refused = [answer for answer in answers if isinstance(answer, triage.SomebodyWasFaster)]
    assert (len(won), len(refused)) == (1, 1), answers
    holder = next(actor for actor in actors if actor.id == fresh(case).assigned_to)
    assert holder.name in str(refused[0])
    assert told(case).count("case.assigned") == 1


def test_of_two_who_claim_the_next_at_once_each_gets_another_case(committed_hub, cast):
    cases = {a_case().id, a_case().id}
    actors = [cast.actor("priya"), cast.actor("liam")]

    def claim(actor):
        def act():
            with acting_as(actor):
                return triage.claim_next(actor=actor).id

        return act

    assert set(at_once(*(claim(actor) for actor in actors))) == cases
