"""Which pathway versions an actor may read: agreed and proposed ones are the common rule book of all agencies."""

from django.db.models import QuerySet

from access.actor import Actor
from access.roles import Capability
from pathways.models import Challenge, InstrumentVersion, PathwayVersion


def versions(actor: Actor) -> QuerySet[PathwayVersion]:
    """Every version that was proposed, for all who may see pathways; drafts for the hub's own people."""
    if not actor.can(Capability.SEE_PATHWAYS):
        return PathwayVersion.objects.none()
    if actor.hub:
        return PathwayVersion.objects.all()
    return PathwayVersion.objects.exclude(status=PathwayVersion.Status.DRAFT)


def challenges(actor: Actor) -> QuerySet[Challenge]:
    """Challenges on cases that the actor may see: the hub's people all of them, an agency its own."""
    if not actor.can(Capability.QUESTION_PATHWAY):
        return Challenge.objects.none()
    found = Challenge.objects.select_related("version", "agency")
    return found if actor.hub else found.filter(agency_id=actor.agency_id)


def instruments(actor: Actor) -> QuerySet[InstrumentVersion]:
    """Every published edition, for all who may see pathways; drafts for those who edit instruments."""
    if actor.can(Capability.EDIT_INSTRUMENTS):
        return InstrumentVersion.objects.all()
    if not actor.can(Capability.SEE_PATHWAYS):
        return InstrumentVersion.objects.none()
    return InstrumentVersion.objects.filter(status=InstrumentVersion.Status.PUBLISHED)
