"""How far a partner has come with what it took on, in small steps: nobody has to retell it to the hub."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import publish
from referrals.actions.referral import locked
from referrals.actions.telling import beside_moves
from referrals.models import Referral
from referrals.workflow import PROGRESS, WORKED_ON, MoveRefused


class ProgressNotValid(MoveRefused):
    """The step cannot be recorded so. The message says why, and what to do instead."""


@transaction.atomic
def record_progress(
    *, actor: Actor, referral_id: UUID, step: str, on: date, expected_version: int | None = None
) -> Referral:
    """Say that a step was reached, or is planned. step: of PROGRESS; said again, the newest day counts.

    on: the day of it; up to when, of a waiting list. Raises NotAllowed, ReferralNotFound, VersionMismatch,
    ProgressNotValid.
    """
    actor.require(Capability.ANSWER_REFERRAL)
    now = timezone.now()
    today = timezone.localdate(now)
    if step not in PROGRESS:
        raise ProgressNotValid("Choose a step of the list.")
    words, is_ahead = PROGRESS[step]
    referral = locked(actor, referral_id, expected_version)
    if referral.status not in WORKED_ON:
        raise ProgressNotValid("Accept the referral first: progress is of what you work on.")
    if is_ahead and on < today:
        raise ProgressNotValid(f"“{words}” is for a day that lies ahead.")
    if not is_ahead and not timezone.localdate(referral.sent_at) <= on <= today:
        raise ProgressNotValid(f"“{words}” was on a day since the referral was sent, up to today.")
    referral.progress = {**referral.progress, step: on.isoformat()}
    referral.version += 1
    referral.save(update_fields=["progress", "version"])
    publish(beside_moves(referral, "progress.recorded", now, step=step))
    return referral
