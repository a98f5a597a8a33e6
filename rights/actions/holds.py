"""Legal holds: while one is open nothing of the person is erased. The database refuses too."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from rights import scope
from rights.actions.requests import PersonNotFound, RightsRefused, cases_of, locked_person
from rights.models import LegalHold


class OnHold(RightsRefused):
    """A legal hold is open."""


@transaction.atomic
def place_hold(*, actor: Actor, person_id: UUID, reason: str) -> LegalHold:
    """Stop erasure and retention of the person's record. Raises NotAllowed, PersonNotFound, RightsRefused."""
    actor.require(Capability.PLACE_LEGAL_HOLD)
    now = timezone.now()
    person = locked_person(actor, person_id)
    if not reason.strip():
        raise RightsRefused("Say which proceedings or inquiry the record is needed for.")
    try:
        with transaction.atomic():
            hold = LegalHold.objects.create(
                person=person,
                reason=reason.strip(),
                placed_by=actor.id,
                placed_by_name=actor.name,
                placed_at=now,
            )
    except IntegrityError:
        raise OnHold("There is an open hold already: it stops everything.") from None
    _tell(person_id, "rights.hold_placed", hold, now)
    return hold


@transaction.atomic
def lift_hold(*, actor: Actor, hold_id: UUID, because: str) -> LegalHold:
    """Let retention and erasure go on. Raises NotAllowed, PersonNotFound, RightsRefused."""
    actor.require(Capability.PLACE_LEGAL_HOLD)
    now = timezone.now()
    hold = (
        LegalHold.objects.select_for_update()
        .filter(id=hold_id, person__in=scope.people(actor).values("id"))
        .first()
    )
    if hold is None:
        raise PersonNotFound("There is no such hold.")
    if hold.lifted_at is not None:
        raise RightsRefused("This hold is lifted already.")
    if not because.strip():
        raise RightsRefused("Say why the record is no longer needed.")
    hold.lifted_by, hold.lifted_by_name = actor.id, actor.name
    hold.lifted_at, hold.lifted_because = now, because.strip()
    hold.save()
    _tell(hold.person_id, "rights.hold_lifted", hold, now)
    return hold


def refuse_on_hold(person_id: UUID) -> None:
    """Raise OnHold while a hold on the person is open."""
    if LegalHold.objects.filter(person=person_id, lifted_at__isnull=True).exists():
        raise OnHold("A legal hold is open on this record: nothing may be erased until it is lifted.")


def _tell(person_id: UUID, topic: str, hold: LegalHold, now: datetime) -> None:
    publish(
        *(Happening(topic, at=now, case_id=case, data={"hold": str(hold.id)}) for case in cases_of(person_id))
    )
