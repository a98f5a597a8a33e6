"""Completing an assessment: what is kept, what counts, and what is refused with the item that it is about."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from messaging.models import Event
from pathways.actions.assessments import NotComplete, RationaleMissing, StageNotKnown, complete_assessment
from pathways.models import Assessment, InstrumentVersion
from pathways.queries.assessments import NoSuchInstrument, latest_assessments
from pathways.scoring import AnswersNotValid, JudgementLowers, UnknownGrade
from referrals.actions.assess import AssessedMeanwhile, assess_case
from referrals.actions.triage import CaseClosed, CaseNotFound
from referrals.models import Case, Clock
from tests.factories import a_case, fresh


def risk(yes: int, *, not_known: int = 0) -> dict[str, str]:
    """Answers to the risk checklist: the first `yes` items yes, the next not known, the others no."""
    words = ["yes"] * yes + ["not_known"] * not_known + ["no"] * 24
    return {f"R{number + 1:02}": words[number] for number in range(24)}


def needs(**severities: int) -> dict[str, dict[str, object]]:
    """Answers to the needs assessment: `N2=3` is a severe need of shelter; the others are no."""
    codes = (f"N{number}" for number in range(1, 9))
    return {
        code: {"need": "yes", "severity": severities[code]} if code in severities else {"need": "no"}
        for code in codes
    }


def completed(actor, case: Case, code: str = "risk-24", answers=None, **more) -> Assessment:
    return complete_assessment(
        actor=actor,
        case_id=case.id,
        person_id=case.person_id,
        instrument_code=code,
        answers=risk(3) if answers is None else answers,
        **more,
    )


def events(case: Case) -> list[tuple[str, dict]]:
    with acting_as_system("tests"):
        return list(Event.objects.filter(case_id=case.id).order_by("id").values_list("topic", "data"))


def test_answers_count_grade_and_who_are_kept_apart(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        completed(
            priya, case, answers=risk(5, not_known=2), judgement="high", rationale=" Strangled before. "
        )
        made = Assessment.objects.select_related("instrument").get()
    assert made.answers == risk(5, not_known=2)
    assert (made.score["count"], len(made.score["not_known"])) == (5, 2)
    assert (made.grade, made.judgement, made.rationale) == ("standard", "high", "Strangled before.")
    assert (made.instrument.code, made.instrument.edition) == ("risk-24", 2)
    assert (made.completed_by, made.completed_by_name) == (priya.id, "Priya Nair")


def test_a_completed_assessment_stays_on_its_edition(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        completed(priya, case)
        first = InstrumentVersion.objects.get(code="risk-24", edition=2)
    with acting_as_system("tests"):
        today = timezone.localdate()
        for edition, begins in ((3, today), (4, today + timedelta(days=1))):
            InstrumentVersion.objects.create(
                code="risk-24",
                edition=edition,
                title=first.title,
                definition={
                    **first.definition,
                    "edition": edition,
                    "grading": {
                        "by": "count",
                        "bands": [{"from": 0, "grade": "standard"}, {"from": 3, "grade": "medium"}],
                    },
                },
                effective_from=begins,
            )
    with acting_as(priya):
        completed(priya, case)
        made = Assessment.objects.select_related("instrument").order_by("completed_at", "id")
        assert [(one.instrument.edition, one.grade) for one in made] == [(2, "standard"), (3, "medium")]
        assert latest_assessments(case_id=case.id)["risk-24"].instrument.edition == 3


def test_a_completed_assessment_can_neither_be_changed_nor_removed(hub, cast):
    case = a_case()
    with acting_as(cast.actor("dana")) as dana:
        completed(dana, case, answers=risk(4))
        assert Assessment.objects.update(grade="high") == 0
        assert Assessment.objects.filter(case_id=case.id)._raw_delete("default") == 0
        assert Assessment.objects.get().grade == "standard"


def test_a_blank_is_no_answer_and_is_named(hub, cast):
    case = a_case()
    answers = risk(2)
    del answers["R07"]
    answers["R09"] = ""
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(NotComplete) as refused:
            completed(priya, case, answers=answers)
        assert refused.value.blanks == ("R07", "R09")
        assert not Assessment.objects.exists()


def test_an_answer_that_is_none_is_refused_at_its_item(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(AnswersNotValid) as refused:
            completed(priya, case, answers={**risk(2), "R03": "maybe", "R99": "yes"})
        assert set(refused.value.problems) == {"R03", "R99"}
        with pytest.raises(AnswersNotValid) as refused:
            completed(priya, case, "needs-8", {**needs(), "N2": {"need": "yes", "severity": 4}})
        assert refused.value.problems == {"N2": "Say how severe the need is, from 0 to 3."}
        assert not Assessment.objects.exists()


def test_a_practitioners_judgement_raises_and_never_lowers(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(JudgementLowers, match="ask a supervisor"):
            completed(priya, case, answers=risk(14), judgement="standard", rationale="It has calmed down.")
        made = completed(priya, case, answers=risk(4), judgement="medium", rationale="Escalating.")
    assert (made.grade, made.judgement) == ("standard", "medium")


def test_a_supervisor_lowers_with_a_reason_and_not_without(hub, cast):
    case = a_case()
    with acting_as(cast.actor("dana")) as dana:
        with pytest.raises(RationaleMissing):
            completed(dana, case, answers=risk(14), judgement="medium", rationale="  ")
        made = completed(dana, case, answers=risk(14), judgement="medium", rationale="He is in custody.")
    assert (made.grade, made.judgement) == ("high", "medium")


def test_a_raise_too_needs_its_reason_and_agreement_does_not(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(RationaleMissing):
            completed(priya, case, answers=risk(4), judgement="high")
        assert completed(priya, case, answers=risk(4), judgement="standard").rationale == ""


def test_a_grade_or_stage_or_instrument_that_is_none_is_refused(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(UnknownGrade):
            completed(priya, case, judgement="extreme", rationale="No such grade.")
        with pytest.raises(UnknownGrade):
            completed(priya, case, "needs-8", needs(), judgement="high", rationale="It has no grades.")
        with pytest.raises(StageNotKnown):
            completed(priya, case, stage="exit")
        with pytest.raises(NoSuchInstrument):
            completed(priya, case, "tea-leaves")


@pytest.mark.parametrize("person", ["carys", "owen", "grace", "helen", "ines"])
def test_only_practitioners_and_supervisors_assess(hub, cast, person):
    case = a_case()
    with acting_as(cast.actor(person)) as actor:
        with pytest.raises(NotAllowed):
            completed(actor, case)
        with pytest.raises(NotAllowed):
            assess_case(actor=actor, case_id=case.id, instrument_code="risk-24", answers=risk(3))


def test_another_agency_sees_no_assessment(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        completed(priya, case)
    with acting_as(cast.actor("helen")):
        assert not Assessment.objects.exists()


def test_the_grade_that_counts_becomes_the_cases_risk_and_is_told(hub, cast):
    case = a_case(status="new")
    with acting_as(cast.actor("priya")) as priya:
        made = assess_case(
            actor=priya,
            case_id=case.id,
            instrument_code="risk-24",
            answers=risk(4),
            judgement="high",
            rationale="She says that he will kill her.",
        )
    assert fresh(case).risk == "high"
    told = dict(events(case))
    assert told["case.assessed"] == {"assessment": str(made.id), "instrument": "risk-24", "grade": "high"}
    assert told["case.moved"]["to_status"] == fresh(case).status == "triaging"


def test_needs_have_no_grade_and_leave_the_risk_alone(hub, cast):
    case = a_case(status="triaging", risk="medium")
    with acting_as(cast.actor("priya")) as priya:
        made = assess_case(actor=priya, case_id=case.id, instrument_code="needs-8", answers=needs(N2=3, N6=1))
    assert made.score["needs"] == ["accommodation", "finance"]
    assert (made.score["highest"], made.grade, fresh(case).risk) == (3, "", "medium")


def test_high_risk_shortens_the_clock_that_runs(hub, cast):
    case = a_case(status="triaging", due_in=timedelta(days=9))
    with acting_as(cast.actor("priya")) as priya:
        assess_case(actor=priya, case_id=case.id, instrument_code="risk-24", answers=risk(16))
    with acting_as_system("tests"):
        clock = Clock.objects.get(case=case)
    assert clock.due_at - clock.started_at <= timedelta(hours=48)
    assert fresh(case).due_at == clock.due_at


def test_risk_that_changes_after_routing_asks_for_a_decision_once(hub, cast):
    case = a_case(status="routed", risk="standard")
    with acting_as(cast.actor("priya")) as priya:
        assess_case(actor=priya, case_id=case.id, instrument_code="risk-24", answers=risk(3))
        assert fresh(case).decision_wanted == ""
        assess_case(actor=priya, case_id=case.id, instrument_code="risk-24", answers=risk(16))
    found = fresh(case)
    assert (found.status, found.risk) == ("routed", "high")
    assert found.decision_wanted.startswith("Risk is high now, and was standard when")
    assert [data for topic, data in events(case) if topic == "case.decision_wanted"] == [
        {"code": "risk_changed"}
    ]


def test_a_decision_that_is_wanted_already_is_not_overwritten(hub, cast):
    case = a_case(status="routed", risk="standard", decision_wanted="Consent for Safe Steps not recorded.")
    with acting_as(cast.actor("priya")) as priya:
        assess_case(actor=priya, case_id=case.id, instrument_code="risk-24", answers=risk(16))
    assert fresh(case).decision_wanted == "Consent for Safe Steps not recorded."


def test_a_refusal_leaves_nothing_half_done(hub, cast):
    case = a_case(status="new")
    with acting_as(cast.actor("priya")) as priya, pytest.raises(JudgementLowers):
        assess_case(
            actor=priya,
            case_id=case.id,
            instrument_code="risk-24",
            answers=risk(16),
            judgement="standard",
            rationale="No.",
        )
    assert (fresh(case).status, fresh(case).risk, events(case)) == ("new", "not_assessed", [])


def test_what_a_colleague_completed_meanwhile_is_not_passed_over(hub, cast):
    case = a_case()
    with acting_as(cast.actor("liam")) as liam:
        first = assess_case(
            actor=liam, case_id=case.id, instrument_code="risk-24", answers=risk(3), after=None
        )
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(AssessedMeanwhile, match="Liam Byrne completed it"):
            assess_case(actor=priya, case_id=case.id, instrument_code="risk-24", answers=risk(4), after=None)
        assess_case(actor=priya, case_id=case.id, instrument_code="needs-8", answers=needs(), after=None)
        assess_case(actor=priya, case_id=case.id, instrument_code="risk-24", answers=risk(4), after=first.id)


def test_a_closed_case_and_an_absent_one_are_refused(hub, cast):
    closed = a_case(status="closed", end_state="duplicate")
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(CaseClosed):
            assess_case(actor=priya, case_id=closed.id, instrument_code="risk-24", answers=risk(3))
        with pytest.raises(CaseNotFound):
            assess_case(actor=priya, case_id=priya.id, instrument_code="risk-24", answers=risk(3))


def test_no_event_carries_an_answer_or_a_reason(hub, cast):
    case = a_case()
    with acting_as(cast.actor("priya")) as priya:
        assess_case(
            actor=priya,
            case_id=case.id,
            instrument_code="risk-24",
            answers=risk(4),
            judgement="high",
            rationale="He has her keys.",
        )
    with acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(payload::text, ' ') FROM messaging_message")
        sent = cursor.fetchone()[0] or ""
    assert "keys" not in f"{events(case)} {sent}"
