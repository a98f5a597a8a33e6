"""Reads over events and the outbox."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q

from messaging.models import Event

EVERY = Q()


def timeline(*, case_id: UUID, before: UUID | None = None, limit: int = 50, which: Q = EVERY) -> list[Event]:
    """The newest events of a case, newest first, keyset-paged by event id. which: a condition on the event."""
    events = Event.objects.filter(which, case_id=case_id)
    if before is not None:
        events = events.filter(id__lt=before)
    return list(events.order_by("-id")[:limit])


def event_data(payload: Mapping[str, str]) -> dict[str, object]:
    """The codes and ids that the event of a message told; empty where there is no such event for the actor."""
    return Event.objects.filter(id=UUID(payload["event"])).values_list("data", flat=True).first() or {}
