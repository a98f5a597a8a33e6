"""What somebody has begun to write on a case and not sent: kept as it is typed, sealed, by the mechanism of
assessments (pathways.actions.saved). It is the writer's own, and goes when it is sent or the case is closed.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from access.actor import Actor
from access.roles import Capability
from pathways.actions.saved import forget_answers, save_answers
from pathways.models import SavedAnswers
from referrals.actions.triage import locked_open_case
from referrals.queries.drafts import code_of


@transaction.atomic
def save_draft(*, actor: Actor, case_id: UUID, form: str, typed: Mapping[str, str]) -> SavedAnswers:
    """Keep what the actor has typed of a form, in place of what they had typed before. Nothing of the case changes.

    form: what is written, such as "note". Raises NotAllowed, CaseNotFound, CaseClosed.
    """
    actor.require(Capability.TRIAGE)
    case = locked_open_case(actor, case_id)
    return save_answers(actor=actor, case_id=case.id, instrument=code_of(form), typed=typed)


def forget_draft(*, actor: Actor, case_id: UUID, form: str) -> None:
    """It was sent, or is begun again. Raises NotAllowed."""
    actor.require(Capability.TRIAGE)
    forget_answers(actor=actor, case_id=case_id, instrument=code_of(form))
