"""Record of reads: a look is written in the same transaction as the read, or the read fails."""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone

from access.context import current_actor, hub_id
from access.models import Look


def record_look(*, action: Look.Action, door: str, subjects: Iterable[UUID] = ()) -> None:
    """Append one look by the current actor at `subjects` (ids of cases, people or referrals).

    Raises access.context.NoActor outside an actor context, and lets a database error through:
    what cannot be recorded is not shown.
    """
    actor = current_actor()
    Look.objects.bulk_create(
        [
            Look(
                hub_id=hub_id(),
                at=timezone.now(),
                actor_kind=actor.kind,
                actor_id=actor.id,
                actor_name=actor.name,
                role=actor.role,
                agency_id=actor.agency_id,
                action=action,
                door=door,
                subjects=list(subjects),
            )
        ]
    )
