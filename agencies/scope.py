"""Which agencies an actor may look after: all of them, their own, or none."""

from django.db.models import QuerySet

from access.actor import Actor
from access.roles import Capability, Role
from agencies.models import Agency, Agreement, Invitation, Practitioner, Service

HUB_ROLES = (
    Role.PRACTITIONER,
    Role.SUPERVISOR,
    Role.MANAGER,
    Role.HUB_ADMINISTRATOR,
    Role.AUDITOR,
)
PARTNER_ROLES = (Role.PARTNER_PRACTITIONER, Role.AGENCY_ADMINISTRATOR)
POLICE_ROLES = (Role.POLICE_LIAISON, Role.AGENCY_ADMINISTRATOR)


def agencies(actor: Actor) -> QuerySet[Agency]:
    """A hub administrator's: every agency. An agency administrator's: their own."""
    if actor.can(Capability.ADMINISTER_HUB):
        return Agency.objects.all()
    if actor.can(Capability.ADMINISTER_AGENCY):
        return Agency.objects.filter(id=actor.agency_id)
    return Agency.objects.none()


def agreements(actor: Actor) -> QuerySet[Agreement]:
    """A hub administrator's: every agreement. An agency administrator's: those offered to their own agency."""
    if actor.can(Capability.ADMINISTER_HUB):
        return Agreement.objects.all()
    if actor.can(Capability.ADMINISTER_AGENCY):
        offered = Agreement.objects.exclude(status=Agreement.Status.DRAFT)
        return offered.filter(parties__agency=actor.agency_id)
    return Agreement.objects.none()


def services(actor: Actor) -> QuerySet[Service]:
    """Those whose places the actor may set. A hub administrator's: every service. Others': their own agency's."""
    if actor.can(Capability.ADMINISTER_HUB):
        return Service.objects.all()
    if actor.can(Capability.SET_CAPACITY):
        return Service.objects.filter(team__agency_id=actor.agency_id)
    return Service.objects.none()


def practitioners(actor: Actor) -> QuerySet[Practitioner]:
    """People of those agencies, whether they may still sign in or not."""
    return Practitioner.objects.filter(agency__in=agencies(actor))


def invitations(actor: Actor) -> QuerySet[Invitation]:
    """Invitations to those agencies."""
    return Invitation.objects.filter(agency__in=agencies(actor))


def roles_of(agency: Agency) -> tuple[Role, ...]:
    """The roles that people of this agency can have: only the hub's own people work its cases."""
    return {Agency.Kind.HUB: HUB_ROLES, Agency.Kind.POLICE: POLICE_ROLES}.get(
        Agency.Kind(agency.kind), PARTNER_ROLES
    )
