"""What the reader has begun to write on a case and not sent."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from access.actor import Actor
from pathways.models import SavedAnswers

FORM = "form-"


def code_of(form: str) -> str:
    """Under which code the words of a form are kept, beside those of instruments."""
    return f"{FORM}{form}"


def own_draft(*, actor: Actor, case_id: UUID, form: str) -> SavedAnswers | None:
    """What the actor has typed of the form so far."""
    return SavedAnswers.objects.filter(case_id=case_id, instrument=code_of(form), saved_by=actor.id).first()


@dataclass(frozen=True)
class Begun:
    """Something that waits to be gone on with.

    form: such as "note", or the way by which somebody is tried; "" for an assessment, with its instrument.
    """

    form: str
    instrument: str
    saved_at: datetime

    @property
    def is_a_try(self) -> bool:
        """Whether it is what was written while the person was tried."""
        return ":" in self.form


def begun(*, actor: Actor, case_id: UUID) -> list[Begun]:
    """What the actor has begun on the case, the newest first."""
    own = SavedAnswers.objects.filter(case_id=case_id, saved_by=actor.id).order_by("-saved_at")
    return [
        Begun(code.removeprefix(FORM) if code.startswith(FORM) else "", code, saved_at)
        for code, saved_at in own.values_list("instrument", "saved_at")[:20]
    ]
