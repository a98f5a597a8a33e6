"""Assessing a case: the assessment itself is made on the floor below; here is what it does to the case."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from pathways.actions import complete_assessment
from pathways.models import Assessment
from referrals.actions.clocks import plan_clocks_again
from referrals.actions.triage import locked_open_case, moved


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
) -> Assessment:
    """Complete an assessment for the case's person. A graded one sets the case's risk, and clocks follow it.

    Raises NotAllowed, referrals.actions.triage.CaseNotFound and CaseClosed, and what
    pathways.actions.complete_assessment raises.
    """
    actor.require(Capability.ASSESS)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
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
    if counts:
        case.risk = counts
    case.save(update_fields=["risk", "status"])
    if counts:
        plan_clocks_again(case=case)
    publish(*told)
    return assessment
