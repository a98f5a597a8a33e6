"""A partner's own order of work: a referral given to one of the team that has it, or to nobody."""

from types import EllipsisType
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from agencies.queries import names_of
from agencies.telling import people_of_team
from messaging.events import Happening, publish
from referrals.actions.referral import locked
from referrals.models import Referral
from referrals.workflow import OPEN, MoveRefused


class NotOfTheTeam(MoveRefused):
    """A referral is given to active people of the team that has it."""


class GivenMeanwhile(MoveRefused):
    """A colleague gave it to somebody else since the actor looked. The message says to whom."""


class HasEnded(MoveRefused):
    """Nobody works on it any more."""


@transaction.atomic
def give(
    *, actor: Actor, referral_id: UUID, to: UUID | None, instead_of: UUID | EllipsisType | None = ...
) -> Referral:
    """Give the referral to one of its team, or to nobody. Nothing changes in what was answered or is owed.

    instead_of: whom the actor saw it with, where that matters: refused if it has changed since.
    Raises NotAllowed, ReferralNotFound, HasEnded, NotOfTheTeam, GivenMeanwhile.
    """
    actor.require(Capability.ANSWER_REFERRAL)
    now = timezone.now()
    referral = locked(actor, referral_id, None)
    if referral.assigned_to == to:
        return referral
    if referral.status not in OPEN:
        raise HasEnded("This referral has ended: nobody works on it any more.")
    if to is not None and to not in people_of_team(team_id=referral.team_id):
        raise NotOfTheTeam(f"Choose somebody of {referral.team.name}: that team has the referral.")
    if instead_of is not ... and referral.assigned_to != instead_of:
        holder = names_of([referral.assigned_to]) if referral.assigned_to else {}
        whom = next(iter(holder.values()), "nobody")
        raise GivenMeanwhile(f"While you were looking, a referral was given to {whom}. Look again first.")
    from_assignee, referral.assigned_to = referral.assigned_to, to
    referral.save(update_fields=["assigned_to"])
    told: dict[str, object] = {
        "agency": str(referral.agency_id),
        "team": str(referral.team_id),
        "service": str(referral.service_id),
        "from_assignee": str(from_assignee) if from_assignee else None,
        "to_assignee": str(to) if to else None,
    }
    publish(Happening("referral.given", at=now, case_id=referral.case_id, referral_id=referral.id, data=told))
    return referral
