"""Answers on their way: kept as they are typed, taken up again, and gone once the assessment is completed."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from pathways.models import SavedAnswers

LONGEST = 10_000
MOST_FIELDS = 500


@transaction.atomic
def save_answers(*, actor: Actor, case_id: UUID, instrument: str, typed: Mapping[str, str]) -> SavedAnswers:
    """Keep what the actor has typed so far, in place of what they had typed before. It need not be valid.

    typed: by the form's field. Raises NotAllowed.
    """
    actor.require(Capability.ASSESS)
    kept = {name: text[:LONGEST] for name, text in list(typed.items())[:MOST_FIELDS] if text}
    saved, _ = SavedAnswers.objects.update_or_create(
        case_id=case_id,
        instrument=instrument,
        saved_by=actor.id,
        defaults={"typed": kept, "saved_by_name": actor.name, "saved_at": timezone.now()},
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
