"""The rota of who is on call for children in danger: turns are given and taken back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.context import hub_id
from access.roles import Capability
from agencies.models import OnCallTurn
from agencies.queries import hub_practitioners
from messaging.events import Happening, publish


class TurnNotPossible(Exception):
    """The turn cannot stand in the rota. The message says what to change."""


class TurnNotFound(Exception):
    """There is no such turn in the rota."""


@transaction.atomic
def give_turn(*, actor: Actor, practitioner_id: UUID, starts_at: datetime, ends_at: datetime) -> OnCallTurn:
    """Somebody is on call from then until then. Several may be at once. Raises NotAllowed, TurnNotPossible."""
    actor.require(Capability.KEEP_ROTA)
    now = timezone.now()
    if practitioner_id not in {one.id for one in hub_practitioners(hub=hub_id())}:
        raise TurnNotPossible("Choose somebody who is a practitioner or supervisor of the hub today.")
    if ends_at <= starts_at:
        raise TurnNotPossible("The turn must end after it begins.")
    if ends_at <= now:
        raise TurnNotPossible("That turn would be over already: choose a later end.")
    theirs = OnCallTurn.objects.filter(practitioner=practitioner_id)
    if theirs.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise TurnNotPossible("They are on call in part of that time already: take that turn back first.")
    turn = OnCallTurn.objects.create(
        practitioner_id=practitioner_id, starts_at=starts_at, ends_at=ends_at, made_by_name=actor.name
    )
    told: dict[str, object] = {"turn": str(turn.id), "practitioner": str(practitioner_id)}
    publish(Happening("on_call.turn_given", at=now, data=told))
    return turn


@transaction.atomic
def take_turn_back(*, actor: Actor, turn_id: UUID) -> None:
    """The turn is no more. Raises NotAllowed, TurnNotFound."""
    actor.require(Capability.KEEP_ROTA)
    now = timezone.now()
    turn = OnCallTurn.objects.filter(id=turn_id).first()
    if turn is None:
        raise TurnNotFound("There is no such turn.")
    told: dict[str, object] = {"turn": str(turn.id), "practitioner": str(turn.practitioner_id)}
    turn.delete()
    publish(Happening("on_call.turn_taken_back", at=now, data=told))
