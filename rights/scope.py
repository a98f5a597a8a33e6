"""Which people and requests an actor may come to here. Default: none; the policies decide the same again."""

from django.db.models import QuerySet

from access.actor import Actor
from access.roles import Capability
from rights.models import Certificate, InformationRequest, Notice, Request, RetentionReview
from victims.models import Person


def people(actor: Actor) -> QuerySet[Person]:
    """People of the hub, for those who handle rights. An erased person is nobody any more."""
    if _handles(actor):
        return Person.objects.exclude(reference__startswith="ERASED-")
    return Person.objects.none()


def requests(actor: Actor) -> QuerySet[Request]:
    return Request.objects.all() if _handles(actor) else Request.objects.none()


def reviews(actor: Actor) -> QuerySet[RetentionReview]:
    if actor.hub and (actor.kind == "system" or actor.can(Capability.REVIEW_RETENTION)):
        return RetentionReview.objects.all()
    return RetentionReview.objects.none()


def information_requests(actor: Actor) -> QuerySet[InformationRequest]:
    return InformationRequest.objects.all() if _handles(actor) else InformationRequest.objects.none()


def certificates(actor: Actor) -> QuerySet[Certificate]:
    if actor.hub and actor.can(Capability.SEE_CERTIFICATES):
        return Certificate.objects.all()
    return Certificate.objects.none()


def notices(actor: Actor) -> QuerySet[Notice]:
    """What the actor's own agency was told to correct or erase."""
    if not actor.hub and actor.can(Capability.SEE_REFERRALS):
        return Notice.objects.filter(agency_id=actor.agency_id)
    return Notice.objects.none()


def _handles(actor: Actor) -> bool:
    return actor.hub and (actor.kind == "system" or actor.can(Capability.SEE_RIGHTS))
