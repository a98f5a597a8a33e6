"""Invitations: how somebody new gets in. Sent by e-mail, used once, dead after seven days or when withdrawn."""

import secrets
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from agencies import scope
from agencies.actions.agencies import (
    AddressTaken,
    AgencyNotFound,
    AgencyRefused,
    agency_of,
    must_fit,
    tell,
)
from agencies.models import Invitation, Practitioner, Team

LIFE = timedelta(days=7)
SALT = "agencies.invitation"
SENT = "invitation.sent"


class InvitationGone(AgencyRefused):
    """The link is none of ours, or was used, withdrawn, replaced by a newer one, or is too old."""

    def __init__(self) -> None:
        super().__init__("This link does not work any more. Ask your administrator for a new one.")


def link_of(invitation: Invitation) -> str:
    """What the e-mail's address ends with: id and nonce, signed. It names nobody."""
    return signing.dumps([str(invitation.id), invitation.nonce], salt=SALT)


@transaction.atomic
def invite(*, actor: Actor, agency_id: UUID, email: str, role: str, teams: Collection[UUID]) -> Invitation:
    """Invite somebody to an agency; a worker sends the link.

    teams: of the same agency; others are left out.
    Raises NotAllowed, AgencyNotFound, RoleDoesNotFit, AddressTaken.
    """
    now = timezone.now()
    agency = agency_of(actor, agency_id)
    must_fit(agency, role)
    email = email.lower()
    if Practitioner.objects.filter(email__iexact=email).exists():
        raise AddressTaken("Somebody signs in with this e-mail address already. Use another one.")
    if scope.invitations(actor).filter(email=email, status=Invitation.Status.OPEN).exists():
        raise AddressTaken("This address was invited already. Send that invitation again, or withdraw it.")
    chosen = agency.teams.filter(id__in=teams).values_list("id", flat=True)
    invitation = Invitation(
        agency=agency,
        email=email,
        role=role,
        teams=list(chosen),
        nonce=secrets.token_hex(16),
        made_at=now,
        made_by=actor.id,
        expires_at=now + LIFE,
    )
    # Another agency may have invited them: the index says so, of an invitation that this actor cannot see.
    Invitation.objects.bulk_create([invitation], ignore_conflicts=True)
    if not scope.invitations(actor).filter(id=invitation.id).exists():
        raise AddressTaken("This address cannot be invited now. Ask the hub's administrator.")
    tell("invitation.made", agency=str(agency.id), invitation=str(invitation.id), role=role)
    tell(SENT, invitation=str(invitation.id))
    return invitation


@transaction.atomic
def send_again(*, actor: Actor, invitation_id: UUID) -> Invitation:
    """Send a new link, good for seven days; the earlier one is dead. Raises NotAllowed, AgencyNotFound."""
    invitation = _open(actor, invitation_id)
    invitation.nonce = secrets.token_hex(16)
    invitation.expires_at = timezone.now() + LIFE
    invitation.save(update_fields=["nonce", "expires_at"])
    tell(SENT, invitation=str(invitation.id))
    return invitation


@transaction.atomic
def withdraw(*, actor: Actor, invitation_id: UUID) -> Invitation:
    """Let an invitation's link open nothing any more. Raises NotAllowed, AgencyNotFound."""
    invitation = _open(actor, invitation_id)
    invitation.status = Invitation.Status.WITHDRAWN
    invitation.ended_at = timezone.now()
    invitation.save(update_fields=["status", "ended_at"])
    tell("invitation.withdrawn", invitation=str(invitation.id))
    return invitation


def find(link: str) -> Invitation:
    """The invitation that a link opens, locked. Raises InvitationGone.

    Run as a system account: whoever holds a link is nobody yet.
    """
    try:
        found, nonce = signing.loads(link, salt=SALT)
    except (signing.BadSignature, ValueError):
        raise InvitationGone from None
    invitation = (
        Invitation.objects.select_related("agency")
        .select_for_update(of=("self",))
        .filter(id=found, nonce=nonce, status=Invitation.Status.OPEN, expires_at__gt=timezone.now())
        .first()
    )
    if invitation is None:
        raise InvitationGone
    return invitation


@transaction.atomic
def accept(*, link: str, name: str, password: str | None) -> Practitioner:
    """Make the practitioner who was invited. The link is dead from then on.

    password: None where their agency's own sign-in lets them in.
    Run as a system account. Raises InvitationGone, AddressTaken.
    """
    invitation = find(link)
    if Practitioner.objects.filter(email__iexact=invitation.email).exists():
        raise AddressTaken("Somebody signs in with this e-mail address already. Ask your administrator.")
    person = Practitioner(agency=invitation.agency, email=invitation.email, name=name, role=invitation.role)
    person.set_password(password)  # None: no password opens it
    person.save(force_insert=True)
    person.teams.set(Team.objects.filter(agency=invitation.agency, id__in=invitation.teams))
    invitation.status = Invitation.Status.USED
    invitation.ended_at = timezone.now()
    invitation.practitioner = person
    invitation.save(update_fields=["status", "ended_at", "practitioner"])
    tell("invitation.used", invitation=str(invitation.id), practitioner=str(person.id))
    tell("practitioner.added", agency=str(person.agency_id), practitioner=str(person.id), role=person.role)
    return person


def _open(actor: Actor, invitation_id: UUID) -> Invitation:
    agency_ids = scope.invitations(actor).filter(id=invitation_id).values_list("agency_id", flat=True)
    agency_id = agency_ids.first()
    if agency_id is not None:
        agency_of(actor, agency_id)
        found = (
            scope.invitations(actor)
            .select_for_update()
            .filter(id=invitation_id, status=Invitation.Status.OPEN)
        )
        if (invitation := found.first()) is not None:
            return invitation
    raise AgencyNotFound("There is no such invitation, or it was used or withdrawn.")
