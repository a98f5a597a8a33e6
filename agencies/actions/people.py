"""What is done to the people of an agency by its administrator, and to one's own sessions."""

from collections.abc import Collection
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction

from access.actor import Actor
from access.roles import Capability
from agencies import lockouts, scope
from agencies.actions.agencies import AgencyNotFound, OwnAccount, must_fit, tell
from agencies.models import Practitioner
from agencies.sessions import end_sessions


@transaction.atomic
def change_practitioner(
    *, actor: Actor, practitioner_id: UUID, role: str, teams: Collection[UUID]
) -> Practitioner:
    """Give somebody another role or other teams. Another role signs them out everywhere.

    Raises NotAllowed, AgencyNotFound, RoleDoesNotFit, OwnAccount.
    """
    person = _practitioner(actor, practitioner_id)
    must_fit(person.agency, role)
    if person.id == actor.id and role != person.role:
        raise OwnAccount("You cannot change your own role. Ask another administrator to do it.")
    before, person.role = person.role, role
    person.save(update_fields=["role"])
    person.teams.set(person.agency.teams.filter(id__in=teams))
    if role != before:
        end_sessions(person.id)
    tell("practitioner.changed", practitioner=str(person.id), **{"from": before, "to": role})
    return person


@transaction.atomic
def deactivate(*, actor: Actor, practitioner_id: UUID) -> Practitioner:
    """Let somebody sign in no more, and end all of their sessions at once. What they did stays theirs.

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


@transaction.atomic
def sign_out_everywhere(*, actor: Actor, practitioner_id: UUID) -> int:
    """End all sessions of somebody, who may sign in again. Returns how many there were.

    Raises NotAllowed, AgencyNotFound.
    """
    person = _practitioner(actor, practitioner_id)
    ended = end_sessions(person.id)
    tell("account.sessions_ended", practitioner=str(person.id), sessions=ended)
    return ended


@transaction.atomic
def unlock(*, actor: Actor, practitioner_id: UUID) -> Practitioner:
    """Let somebody try their password again after too many wrong ones. Raises NotAllowed, AgencyNotFound."""
    person = _practitioner(actor, practitioner_id)
    lockouts.unlock(person.email)
    tell("account.unlocked", practitioner=str(person.id))
    return person


@transaction.atomic
def reset_second_factor(*, actor: Actor, practitioner_id: UUID) -> Practitioner:
    """Take away the second factors of somebody who lost theirs; signed out, they set up another.

    Raises NotAllowed, AgencyNotFound, OwnAccount (one's own are changed under two-step sign-in).
    """
    person = _practitioner(actor, practitioner_id)
    if person.id == actor.id:
        raise OwnAccount("You cannot reset your own second step here. Change it under two-step sign-in.")
    Authenticator.objects.filter(user_id=person.id).delete()
    end_sessions(person.id)
    tell("account.factors_reset", practitioner=str(person.id))
    return person


def end_own_sessions(*, actor: Actor, keep: str | None, number: int | None = None) -> int:
    """End the actor's own sessions but the one with the key `keep`, or only the one of that number.

    Returns how many ended.
    """
    ended = end_sessions(actor.id, except_key=keep, number=number)
    if ended:
        tell("account.sessions_ended", practitioner=str(actor.id), sessions=ended)
    return ended


def _set_active(actor: Actor, person: Practitioner, *, active: bool) -> Practitioner:
    if person.is_active != active:
        person.is_active = active
        person.save(update_fields=["is_active"])
        topic = "practitioner.reactivated" if active else "practitioner.deactivated"
        tell(topic, practitioner=str(person.id))
    if not active:
        end_sessions(person.id)
    return person


def _practitioner(actor: Actor, practitioner_id: UUID) -> Practitioner:
    actor.require(Capability.ADMINISTER_AGENCY)
    people = scope.practitioners(actor).select_related("agency")
    person = people.select_for_update(of=("self",)).filter(id=practitioner_id).first()
    if person is None:
        raise AgencyNotFound("There is no such person, or they are not yours to look after.")
    return person
