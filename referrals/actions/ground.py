"""What follows when the ground of a disclosure falls away: consent, agreement or override."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from referrals import scope
from referrals.actions.referral import recall
from referrals.actions.sight import keep_sight
from referrals.grounds import LOST
from referrals.models import Referral
from referrals.queries.grounds import grounds_of, open_referrals


@transaction.atomic
def follow_ground(*, actor: Actor, case_id: UUID, agency_id: UUID | None = None) -> list[Referral]:
    """Recall the case's open referrals whose ground has fallen away, and let the others show what theirs covers.

    agency_id: only that agency's. What a basis other than consent allows does not rest on consent.
    Called in the transaction of the change, so that no click later than it finds the case. Returns what was
    recalled. Raises NotAllowed.
    """
    actor.require(Capability.RECALL_REFERRAL)
    now = timezone.now()
    case = scope.cases(actor).select_for_update().filter(id=case_id).first()
    if case is None:
        return []
    resting = open_referrals(case_id=case.id, agency_id=agency_id)
    grounds = grounds_of(resting, case_id=case.id, at=now)
    recalled = [
        recall(actor=actor, referral_id=one.id, reason_code=lost, reason_words=f"{LOST[lost]}.")
        for one in resting
        if (lost := grounds[one.id].lost)
    ]
    for agency in {one.agency_id for one in resting}:
        keep_sight(actor=actor, case_id=case.id, agency_id=agency)
    return recalled
