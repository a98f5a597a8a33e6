"""What is done to agencies and their teams; what their other verbs share. Each change is told as an event."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from access.actor import Actor
from access.roles import Capability
from agencies import scope
from agencies.models import Agency, Team
from messaging.events import Happening, publish


class AgencyRefused(Exception):
    """The change cannot be made; the message says why and what to do."""


class AgencyNotFound(AgencyRefused):
    """There is no such agency or person, or they are not the actor's to look after."""


class NameTaken(AgencyRefused):
    """An agency or a team with this name is there already."""


class AddressTaken(AgencyRefused):
    """Somebody signs in with this e-mail address already."""


class RoleDoesNotFit(AgencyRefused):
    """People of this kind of agency cannot have this role."""


class OwnAccount(AgencyRefused):
    """Nobody changes their own role or locks themselves out."""


@transaction.atomic
def add_agency(*, actor: Actor, name: str, kind: str) -> Agency:
    """Add a police force or a partner. Nothing is shared with it before an agreement is signed.

    Raises NotAllowed, NameTaken, AgencyRefused (a hub has one agency of its own, from its founding).
    """
    actor.require(Capability.ADMINISTER_HUB)
    if kind not in (Agency.Kind.POLICE, Agency.Kind.PARTNER):
        raise AgencyRefused("Choose whether this is a police force or a partner.")
    code = slugify(name)[:50]
    if not code or Agency.objects.filter(code=code).exists() or Agency.objects.filter(name=name).exists():
        raise NameTaken("An agency with this name is there already. Open it from the list, or add a place.")
    agency = Agency.objects.create(code=code, name=name, kind=kind)
    tell("agency.added", agency=str(agency.id))
    return agency


@transaction.atomic
def add_team(*, actor: Actor, agency_id: UUID, name: str) -> Team:
    """Add a team: people of one agency who work one queue. Raises NotAllowed, AgencyNotFound, NameTaken."""
    agency = agency_of(actor, agency_id)
    code = f"{agency.code[:24]}-{slugify(name)}"[:50].rstrip("-")
    if agency.teams.filter(name__iexact=name).exists() or Team.objects.filter(code=code).exists():
        raise NameTaken(f"{agency.name} has a team with this name. Give this one another.")
    team = Team.objects.create(agency=agency, code=code, name=name)
    tell("agency.team_added", agency=str(agency.id), team=str(team.id))
    return team


def agency_of(actor: Actor, agency_id: UUID) -> Agency:
    """The agency, locked, where it is the actor's to look after. Raises NotAllowed, AgencyNotFound."""
    actor.require(Capability.ADMINISTER_AGENCY)
    agency = scope.agencies(actor).select_for_update().filter(id=agency_id).first()
    if agency is None:
        raise AgencyNotFound("There is no such agency, or it is not yours to look after.")
    return agency


def must_fit(agency: Agency, role: str) -> None:
    """Raise RoleDoesNotFit unless people of this agency can have the role."""
    fitting = scope.roles_of(agency)
    if role not in fitting:
        raise RoleDoesNotFit(
            f"People of {agency.name} can be: {', '.join(each.words for each in fitting)}. Choose one of these."
        )


def tell(topic: str, **data: object) -> None:
    """Put the change on record as the current actor's."""
    publish(Happening(topic, at=timezone.now(), data=data))
