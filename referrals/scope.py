"""Which cases and referrals an actor may come to, once, for lists and details alike. Default: none.

The policies of the database decide the same again, row by row (docs/decisions/0002): what is absent
and what is forbidden are one 404.
"""

from django.db.models import QuerySet

from access.actor import Actor
from access.roles import Capability
from referrals.models import Case, Clock, Conference, ConferenceAction, Listing, Referral, Research


def cases(actor: Actor) -> QuerySet[Case]:
    """Cases as the hub works them: for its own people who may see cases, and its system accounts."""
    if actor.hub and (actor.kind == "system" or actor.can(Capability.SEE_CASES)):
        return Case.objects.all()
    return Case.objects.none()


def clocks(actor: Actor) -> QuerySet[Clock]:
    """The clocks of the cases that the hub works: which of those the actor may see, the policy asks of each row."""
    if actor.hub and (actor.kind == "system" or actor.can(Capability.SEE_CASES)):
        return Clock.objects.all()
    return Clock.objects.none()


def referrals(actor: Actor) -> QuerySet[Referral]:
    """The hub's referrals, or those that were made to the actor's own agency."""
    if actor.hub and (actor.kind == "system" or actor.can(Capability.SEE_CASES)):
        return Referral.objects.all()
    if not actor.hub and actor.can(Capability.SEE_REFERRALS):
        return Referral.objects.filter(agency_id=actor.agency_id)
    return Referral.objects.none()


def conferences(actor: Actor) -> QuerySet[Conference]:
    """The hub's meetings, or those to which the actor's own agency is invited."""
    if not actor.can(Capability.SEE_CONFERENCES) and actor.kind != "system":
        return Conference.objects.none()
    if actor.hub:
        return Conference.objects.all()
    return Conference.objects.filter(invited__agency_id=actor.agency_id)


def listings(actor: Actor) -> QuerySet[Listing]:
    """Cases on the lists of those meetings: an agency's are those that it was asked about."""
    found = Listing.objects.filter(conference__in=conferences(actor))
    return found if actor.hub else found.filter(research__agency_id=actor.agency_id)


def research(actor: Actor) -> QuerySet[Research]:
    """What was asked of agencies, or of the actor's own."""
    found = Research.objects.filter(conference__in=conferences(actor))
    return found if actor.hub else found.filter(agency_id=actor.agency_id)


def conference_actions(actor: Actor) -> QuerySet[ConferenceAction]:
    """What agencies are to do after a meeting, or the actor's own."""
    found = ConferenceAction.objects.filter(conference__in=conferences(actor))
    return found if actor.hub else found.filter(agency_id=actor.agency_id)
