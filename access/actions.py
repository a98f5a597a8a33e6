"""What an auditor does about the log: answers hints of unusual looks, and what verification found."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.models import ChainFault, Hint
from access.roles import Capability

SHORTEST = 10


class HintNotFound(Exception):
    """There is no such hint or finding, or it is about whoever asks."""


class AlreadyAnswered(Exception):
    """Somebody answered it first. What was answered stays."""


class AnswerTooShort(Exception):
    """An answer says in a sentence what was asked and what was found."""


def answer_hint(*, actor: Actor, hint_id: UUID, outcome: str, words: str) -> Hint:
    """Say what a hint came to: explained, or followed up; in words, once, and not about oneself.

    Raises NotAllowed, HintNotFound, AlreadyAnswered, AnswerTooShort.
    """
    actor.require(Capability.ANSWER_HINTS)
    now = timezone.now()
    told = _told(words)
    with transaction.atomic():
        hint = Hint.objects.filter(id=hint_id).exclude(actor_id=actor.id).first()
        if hint is None:
            raise HintNotFound
        answered = Hint.objects.filter(id=hint_id, answered_at__isnull=True).update(
            outcome=Hint.Outcome(outcome).value,
            words=told,
            answered_at=now,
            answered_by=actor.id,
            answered_by_name=actor.name,
        )
        if not answered:
            raise AlreadyAnswered(f"{hint.answered_by_name} answered this first.")
    return hint


def answer_fault(*, actor: Actor, fault_id: UUID, words: str) -> None:
    """Say what a finding of the log's verification came to; it stays in the log and is shown no more.

    Raises NotAllowed, HintNotFound, AnswerTooShort.
    """
    actor.require(Capability.ANSWER_HINTS)
    now = timezone.now()
    told = _told(words)
    if not ChainFault.objects.filter(id=fault_id, answered_at__isnull=True).update(
        answered_at=now, answered_by=actor.name, answer=told
    ):
        raise HintNotFound


def _told(words: str) -> str:
    told = " ".join(words.split())[:1000]
    if len(told) < SHORTEST:
        raise AnswerTooShort("Say in a sentence whom you asked and what you found.")
    return told
