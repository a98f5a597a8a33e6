"""Completing an assessment: answers to one edition of an instrument, scored by its own rule, kept for ever."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from pathways import scoring
from pathways.models import Assessment, HealthAnswers
from pathways.queries.assessments import current_edition


class StageNotKnown(Exception):
    """The instrument is not asked at that stage."""


class NotComplete(Exception):
    """Items are left blank: `blanks` has their codes. "Not known" is an answer, a blank is none."""

    def __init__(self, blanks: tuple[str, ...]) -> None:
        super().__init__(f"Answer every item; “not known” is an answer. Still blank: {', '.join(blanks)}.")
        self.blanks = blanks


class RationaleMissing(Exception):
    """A judgement that differs from the count needs its reason in words."""


@transaction.atomic
def complete_assessment(
    *,
    actor: Actor,
    case_id: UUID,
    person_id: UUID,
    instrument_code: str,
    answers: Mapping[str, Any],
    stage: str = Assessment.Stage.START,
    judgement: str = "",
    rationale: str = "",
) -> Assessment:
    """Complete an assessment with the instrument's edition of today.

    answers: by item code, as pathways.scoring reads them; those about health are kept apart, and those to items
    that are not asked are not kept.
    judgement: a grade of the practitioner's own, "" for none; it raises the count's and never lowers it,
    except a supervisor's. rationale: why.
    Raises NotAllowed, pathways.queries.assessments.NoSuchInstrument, StageNotKnown, scoring.AnswersNotValid,
    NotComplete, scoring.UnknownGrade, scoring.JudgementLowers, RationaleMissing.
    """
    actor.require(Capability.ASSESS)
    now = timezone.now()
    instrument = current_edition(instrument_code, on=timezone.localdate(now))
    definition = instrument.definition
    if stage not in definition.get("stages", [Assessment.Stage.START.value]):
        raise StageNotKnown(f"{instrument.title} is not asked at that stage.")
    made = scoring.score(definition, answers)
    if not made.complete:
        raise NotComplete(made.blanks)
    scoring.apply_judgement(
        definition, made, judgement, role_is_supervisor=actor.can(Capability.LOWER_JUDGEMENT)
    )
    rationale = rationale.strip()
    if judgement and judgement != made.grade and not rationale:
        raise RationaleMissing("Say why your judgement differs from the count.")
    about_health = scoring.health_items(definition)
    kept = scoring.answers_asked_for(definition, answers)
    assessment = Assessment.objects.create(
        case_id=case_id,
        person_id=person_id,
        instrument=instrument,
        stage=stage,
        category=definition.get("category", "assessment"),
        answers={code: given for code, given in kept.items() if code not in about_health},
        score=scoring.in_clear(definition, answers, made).to_json(),
        grade=made.grade,
        judgement=judgement,
        rationale=rationale,
        completed_by=actor.id,
        completed_by_name=actor.name,
        completed_at=now,
    )
    if about_health:
        HealthAnswers.objects.create(
            assessment=assessment,
            case_id=case_id,
            answers={code: given for code, given in kept.items() if code in about_health},
        )
    return assessment
