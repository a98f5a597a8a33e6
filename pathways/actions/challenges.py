"""Answering a challenge: whoever keeps the pathway says in words what becomes of it. Raising one is the work's
(referrals.actions.challenges), which knows who holds the referral.
"""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from pathways import scope
from pathways.models import Challenge


class ChallengeRefused(Exception):
    """It cannot be raised or answered as things stand; the message says why."""


class ChallengeNotFound(ChallengeRefused):
    """There is no such challenge, or it is not the actor's to see."""


@transaction.atomic
def answer_challenge(*, actor: Actor, challenge_id: UUID, words: str) -> Challenge:
    """Answer a challenge once, in words that whoever raised it reads.

    Raises NotAllowed, ChallengeNotFound, ChallengeRefused (answered already, no words).
    """
    actor.require(Capability.DRAFT_PATHWAY)
    found = scope.challenges(actor).select_for_update(of=("self",)).filter(id=challenge_id).first()
    if found is None:
        raise ChallengeNotFound("There is no such challenge.")
    if found.status != Challenge.Status.OPEN:
        raise ChallengeRefused("It has been answered already.")
    if not words.strip():
        raise ChallengeRefused("Say in words what becomes of it.")
    now = timezone.now()
    found.status, found.answer = Challenge.Status.ANSWERED, words.strip()
    found.answered_by_name, found.answered_at = actor.name, now
    found.save(update_fields=["status", "answer", "answered_by_name", "answered_at"])
    data: dict[str, object] = {"challenge": str(found.id), "version": str(found.version_id)}
    publish(Happening("pathway.challenge_answered", at=now, case_id=found.case_id, data=data))
    return found
