"""Cases that wait for a place of a service: kept in a row, and taken up oldest first when one is free."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from agencies.queries import places_free
from messaging.events import Happening, publish, schedule
from referrals.models import Case, Waiting

TAKE_UP = "referrals.take_up_more"
AT_ONCE = 50
TO_ROUTE = ("triaged", "routed")


def keep_waiting(*, case: Case, services: Collection[str], at: datetime) -> None:
    """Let the case wait for these services and no others; where it waits already, it keeps its place in the row.

    Called in the transaction that routes the case, with the case locked.
    """
    rows = list(Waiting.objects.filter(case=case))
    Waiting.objects.filter(id__in=[one.id for one in rows if one.service_code not in services]).delete()
    Waiting.objects.filter(id__in=[one.id for one in rows if one.taken_up_at]).update(taken_up_at=None)
    there = {one.service_code for one in rows}
    Waiting.objects.bulk_create(
        Waiting(case=case, service_code=code, since=at) for code in services if code not in there
    )


def stop_waiting(*, case: Case) -> None:
    """The case waits for nothing any more: it was closed, or taken back before a place was found."""
    Waiting.objects.filter(case=case).delete()


@transaction.atomic
def take_up_waiting(
    *, actor: Actor, service_code: str, asked_by: UUID, after: UUID | None = None, at_most: int = AT_ONCE
) -> int:
    """Have the oldest waiting cases routed again, as many as places are free. Returns how many.

    asked_by: the event by which a place came free. after: a row of this pass that was looked at: only those behind
    it are. Raises NotAllowed.
    """
    actor.require(Capability.ROUTE)
    now = timezone.now()
    free = places_free(code=service_code)
    number = at_most if free is None else min(free, at_most)
    behind = Waiting.objects.filter(
        service_code=service_code, taken_up_at__isnull=True, case__status__in=TO_ROUTE
    )
    if after is not None:
        behind = behind.filter(id__gt=after)
    rows = list(behind.order_by("id").select_for_update(of=("self",), skip_locked=True)[:number])
    Waiting.objects.filter(id__in=[row.id for row in rows]).update(taken_up_at=now)
    publish(
        *(
            Happening(
                "case.place_found",
                at=now,
                case_id=row.case_id,
                data={"service": service_code, "row": str(row.id)},
            )
            for row in rows
        )
    )
    if len(rows) == AT_ONCE:
        payload = {"event": str(asked_by), "service": service_code, "after": str(rows[-1].id)}
        schedule(TAKE_UP, key=f"{asked_by}:{rows[-1].id}", payload=payload, at=now)
    return len(rows)
