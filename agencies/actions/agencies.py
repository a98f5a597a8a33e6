"""What is done to agencies, their teams, people and systems. Each change is told as an event."""

import secrets
from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from oauth2_provider.models import Application

from access.actor import Actor
from access.roles import Capability
from agencies import scope
from agencies.models import Agency, ApiClient, Practitioner, Team
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


def add_api_client(*, actor: Actor, agency: Agency, name: str) -> tuple[ApiClient, str]:
    """Make an API client of `agency` for OAuth 2 client credentials. Returns it with its secret.

    The secret is shown once: only its hash is kept. Raises access.actor.NotAllowed.
    """
    if actor.kind != "system":
        actor.require(Capability.ADMINISTER_HUB)
    secret = secrets.token_urlsafe(32)
    application = Application.objects.create(
        name=f"{agency.code}: {name}",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    return ApiClient.objects.create(agency=agency, application=application, name=name), secret


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
    _tell("agency.added", agency=str(agency.id))
    return agency


@transaction.atomic
def add_team(*, actor: Actor, agency_id: UUID, name: str) -> Team:
    """Add a team: people of one agency who work one queue. Raises NotAllowed, AgencyNotFound, NameTaken."""
    agency = _agency(actor, agency_id)
    code = f"{agency.code[:24]}-{slugify(name)}"[:50].rstrip("-")
    if agency.teams.filter(name__iexact=name).exists() or Team.objects.filter(code=code).exists():
        raise NameTaken(f"{agency.name} has a team with this name. Give this one another.")
    team = Team.objects.create(agency=agency, code=code, name=name)
    _tell("agency.team_added", agency=str(agency.id), team=str(team.id))
    return team


@transaction.atomic
def add_practitioner(
    *, actor: Actor, agency_id: UUID, email: str, name: str, role: str, teams: Collection[UUID]
) -> Practitioner:
    """Add somebody who will sign in once they have chosen a password (see agencies.pages.agencies.password_link).

    teams: of the same agency; others are left out.
    Raises NotAllowed, AgencyNotFound, RoleDoesNotFit, AddressTaken.
    """
    agency = _agency(actor, agency_id)
    _fits(agency, role)
    if Practitioner.objects.filter(email__iexact=email).exists():
        raise AddressTaken("Somebody signs in with this e-mail address already. Use another one.")
    person = Practitioner(agency=agency, email=email.lower(), name=name, role=role)
    person.set_unusable_password()
    person.save(force_insert=True)
    person.teams.set(agency.teams.filter(id__in=teams))
    _tell("practitioner.added", agency=str(agency.id), practitioner=str(person.id), role=role)
    return person


@transaction.atomic
def change_practitioner(
    *, actor: Actor, practitioner_id: UUID, role: str, teams: Collection[UUID]
) -> Practitioner:
    """Give somebody another role or other teams; it holds from their next request.

    Raises NotAllowed, AgencyNotFound, RoleDoesNotFit, OwnAccount.
    """
    person = _practitioner(actor, practitioner_id)
    _fits(person.agency, role)
    if person.id == actor.id and role != person.role:
        raise OwnAccount("You cannot change your own role. Ask another administrator to do it.")
    before, person.role = person.role, role
    person.save(update_fields=["role"])
    person.teams.set(person.agency.teams.filter(id__in=teams))
    _tell("practitioner.changed", practitioner=str(person.id), **{"from": before, "to": role})
    return person


@transaction.atomic
def deactivate(*, actor: Actor, practitioner_id: UUID) -> Practitioner:
    """Let somebody sign in no more: open sessions end with their next request. What they did stays theirs.

    Raises NotAllowed, AgencyNotFound, OwnAccount.
    """
    person = _practitioner(actor, practitioner_id)
    if person.id == actor.id:
        raise OwnAccount("You cannot lock yourself out. Ask another administrator to do it.")
    return _set_active(actor, person, active=False)


@transaction.atomic
def reactivate(*, actor: Actor, practitioner_id: UUID) -> Practitioner:
    """Let somebody sign in again, with the password that they had. Raises NotAllowed, AgencyNotFound."""
    return _set_active(actor, _practitioner(actor, practitioner_id), active=True)


def _set_active(actor: Actor, person: Practitioner, *, active: bool) -> Practitioner:
    if person.is_active != active:
        person.is_active = active
        person.save(update_fields=["is_active"])
        topic = "practitioner.reactivated" if active else "practitioner.deactivated"
        _tell(topic, practitioner=str(person.id))
    return person


def _agency(actor: Actor, agency_id: UUID) -> Agency:
    actor.require(Capability.ADMINISTER_AGENCY)
    agency = scope.agencies(actor).select_for_update().filter(id=agency_id).first()
    if agency is None:
        raise AgencyNotFound("There is no such agency, or it is not yours to look after.")
    return agency


def _practitioner(actor: Actor, practitioner_id: UUID) -> Practitioner:
    actor.require(Capability.ADMINISTER_AGENCY)
    people = scope.practitioners(actor).select_related("agency")
    person = people.select_for_update(of=("self",)).filter(id=practitioner_id).first()
    if person is None:
        raise AgencyNotFound("There is no such person, or they are not yours to look after.")
    return person


def _fits(agency: Agency, role: str) -> None:
    fitting = scope.roles_of(agency)
    if role not in fitting:
        raise RoleDoesNotFit(
            f"People of {agency.name} can be: {', '.join(each.words for each in fitting)}. Choose one of these."
        )


def _tell(topic: str, **data: object) -> None:
    """Put the change on record as the current actor's."""
    publish(Happening(topic, at=timezone.now(), data=data))
