"""Answers on their way: kept as they are typed, taken up again, and gone once the assessment is completed."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from pathways.models import InstrumentVersion, SavedAnswers
from pathways.queries.assessments import taken_up

LONGEST = 10_000
MOST_FIELDS = 500


@transaction.atomic
def save_answers(
    *,
    actor: Actor,
    case_id: UUID,
    instrument: str,
    typed: Mapping[str, str],
    edition: InstrumentVersion | None = None,
) -> SavedAnswers:
    """Keep what the actor has typed so far, in place of what they had typed before. It need not be valid.

    What they had typed under another edition, and this one cannot take, stays beside it.
    typed: by the form's field. edition: by which it was asked, where it is an instrument's. Raises NotAllowed.
    """
    actor.require(Capability.ASSESS)
    kept = {name: text[:LONGEST] for name, text in list(typed.items())[:MOST_FIELDS] if text}
    own: dict[str, Any] = {"case_id": case_id, "instrument": instrument, "saved_by": actor.id}
    left: list[dict[str, str]] = []
    held = SavedAnswers.objects.select_for_update().filter(**own).first() if edition else None
    if edition and held:
        left = [asdict(one) for one in taken_up(held, edition).left_over[-MOST_FIELDS:]]
    saved, _ = SavedAnswers.objects.update_or_create(
        **own,
        defaults={
            "typed": kept,
            "edition": edition.edition if edition else None,
            "left_over": left or None,
            "saved_by_name": actor.name,
            "saved_at": timezone.now(),
        },
    )
    return saved


def forget_answers(*, actor: Actor, case_id: UUID, instrument: str) -> None:
    """The actor's own saved answers go: they were completed, or are begun again. Raises NotAllowed."""
    actor.require(Capability.ASSESS)
    SavedAnswers.objects.filter(case_id=case_id, instrument=instrument, saved_by=actor.id).delete()


def forget_answers_of_case(*, actor: Actor, case_id: UUID) -> None:
    """What anybody saved on a case that is closed goes: it can no longer be completed. Raises NotAllowed."""
    actor.require(Capability.RAISE_PROMPT)
    SavedAnswers.objects.filter(case_id=case_id).delete()
