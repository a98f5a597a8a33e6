"""The private address under which somebody's calendar reads their diary. Who has it sees references and times alone."""

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from referrals.models import DiaryAddress
from referrals.secret_links import digest_of, new_token


@transaction.atomic
def make_diary_address(*, actor: Actor) -> str:
    """A new private address, told this once; one that was made before no longer works. Raises NotAllowed."""
    end_diary_address(actor=actor)
    token = new_token()
    DiaryAddress.objects.create(practitioner_id=actor.id, digest=digest_of(token), made_at=timezone.now())
    return token


@transaction.atomic
def end_diary_address(*, actor: Actor) -> None:
    """The actor's private address works no more. Raises NotAllowed."""
    actor.require(Capability.TRIAGE)
    DiaryAddress.objects.filter(practitioner_id=actor.id, ended_at__isnull=True).update(
        ended_at=timezone.now()
    )
