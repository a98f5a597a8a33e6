"""Which cases and referrals an actor may come to, once, for lists and details alike. Default: none.

The policies of the database decide the same again, row by row (docs/decisions/0002): what is absent
and what is forbidden are one 404.
"""

from django.db.models import QuerySet

from access.actor import Actor
from access.roles import Capability
from referrals.models import Case, Referral


def cases(actor: Actor) -> QuerySet[Case]:
    """Cases as the hub works them: for its own people who may see cases, and its system accounts."""
    if actor.hub and (actor.kind == "system" or actor.can(Capability.SEE_CASES)):
        return Case.objects.all()
    return Case.objects.none()


def referrals(actor: Actor) -> QuerySet[Referral]:
    """The hub's referrals, or those that were made to the actor's own agency."""
    if actor.hub and (actor.kind == "system" or actor.can(Capability.SEE_CASES)):
        return Referral.objects.all()
    if not actor.hub and actor.can(Capability.SEE_REFERRALS):
        return Referral.objects.filter(agency_id=actor.agency_id)
    return Referral.objects.none()
