"""Assessing a case: the assessment itself is made on the floor below; here is what it does to the case."""

from collections.abc import Mapping
from datetime import datetime
from types import EllipsisType
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from pathways.actions.assessments import complete_assessment
from pathways.actions.saved import forget_answers, save_answers
from pathways.facts import FACTS
from pathways.models import Assessment, InstrumentVersion, SavedAnswers
from pathways.queries.assessments import latest_assessment
from referrals.actions.clocks import keep_due, plan_clocks_again
from referrals.actions.prompts import answer_by_assessing, raise_prompts_of
from referrals.actions.triage import TriageRefused, locked_open_case, moved
from referrals.actions.waiting import TO_ROUTE
from referrals.models import Case, RoutingDecision

RISKS = tuple(FACTS["risk_grade"].values or ())
"""Grades of risk. An instrument whose grades are others (of distress, say) leaves the case's risk alone."""


class AssessedMeanwhile(TriageRefused):
    """The same instrument was completed since the actor began. The message says by whom."""


@transaction.atomic
def assess_case(
    *,
    actor: Actor,
    case_id: UUID,
    instrument_code: str,
    answers: Mapping[str, Any],
    stage: str = Assessment.Stage.START,
    judgement: str = "",
    rationale: str = "",
    after: UUID | EllipsisType | None = ...,
) -> Assessment:
    """Complete an assessment for the case's person. A grade of risk becomes the case's, and clocks follow it.

    A case whose risk is above the one that it was routed by is routed again by itself; where it is below, a
    practitioner is asked whether anything changes.
    after: the newest assessment with this instrument that the actor saw (None: none), where that matters:
    refused if another was completed since.
    Raises NotAllowed, AssessedMeanwhile, referrals.actions.triage.CaseNotFound and CaseClosed, and what
    pathways.actions.assessments.complete_assessment raises.
    """
    actor.require(Capability.ASSESS)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    if after is not ...:
        _check_newest(case, instrument_code, after)
    assessment = complete_assessment(
        actor=actor,
        case_id=case.id,
        person_id=case.person_id,
        instrument_code=instrument_code,
        answers=answers,
        stage=stage,
        judgement=judgement,
        rationale=rationale,
    )
    counts = assessment.judgement or assessment.grade
    data: dict[str, object] = {
        "assessment": str(assessment.id),
        "instrument": assessment.instrument.code,
        "grade": counts,
    }
    told = [Happening("case.assessed", at=now, case_id=case.id, data=data)]
    if case.status == "new":
        told.append(moved(case, "start_triage", now))
    if counts in RISKS and counts != case.risk:
        if case.status in TO_ROUTE and (before := _routed_by(case)) is not None:
            told += _after_routing(case, before, counts, now)
        case.risk = counts
        plan_clocks_again(case=case)
    case.save(update_fields=["risk", "status", "decision_wanted"])
    publish(*told)
    forget_answers(actor=actor, case_id=case.id, instrument=instrument_code)
    answer_by_assessing(actor=actor, case=case, instrument=instrument_code, at=now)
    raise_prompts_of(case=case, assessment=assessment, at=now)
    keep_due(case)
    return assessment


@transaction.atomic
def save_for_later(
    *, actor: Actor, case_id: UUID, edition: InstrumentVersion, typed: Mapping[str, str]
) -> SavedAnswers:
    """Keep what the actor has typed of an assessment, to go on with later. Nothing of the case changes.

    edition: by which it was asked. Raises NotAllowed, referrals.actions.triage.CaseNotFound and CaseClosed.
    """
    actor.require(Capability.ASSESS)
    case = locked_open_case(actor, case_id)
    return save_answers(actor=actor, case_id=case.id, instrument=edition.code, typed=typed, edition=edition)


def _routed_by(case: Case) -> str | None:
    """The risk that the case was last routed by; None where it was not routed yet."""
    decisions = RoutingDecision.objects.filter(case=case).order_by("-decided_at", "-id")
    facts = decisions.values_list("facts", flat=True).first()
    if facts is None:
        return case.risk if case.status == "routed" else None
    return facts.get("risk_grade") or "not_assessed"


def _after_routing(case: Case, before: str, counts: str, now: datetime) -> list[Happening]:
    """What a new risk asks of a case that was routed by another."""
    told = []
    rose = RISKS.index(counts) > (RISKS.index(before) if before in RISKS else 0)
    if rose:
        data: dict[str, object] = {"from": before, "to": counts}
        told.append(Happening("case.risk_rose", at=now, case_id=case.id, data=data))
    if counts != before and not case.decision_wanted:
        case.decision_wanted = risk_words(before, counts, rose=rose)
        asked: dict[str, object] = {"code": "risk_changed"}
        told.append(Happening("case.decision_wanted", at=now, case_id=case.id, data=asked))
    return told


def risk_words(before: str, now: str, *, rose: bool) -> str:
    """What a case asks whose risk is not what it was routed by."""
    then = "The pathways are asked again." if rose else "Take it back into triage to route it again."
    return f"Risk is {now} now, and was {before.replace('_', ' ')} when the case was routed. {then}"


def _check_newest(case: Case, instrument_code: str, seen: UUID | None) -> None:
    newest = latest_assessment(case_id=case.id, instrument_code=instrument_code)
    if newest is not None and newest.id != seen:
        raise AssessedMeanwhile(
            f"While you were working on this, {newest.completed_by_name} completed it for {case.reference}."
            " Compare with their answers, which now stand beside each item; send yours again if they still hold."
        )
