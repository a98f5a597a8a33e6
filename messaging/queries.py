"""Reads over events and the outbox."""

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


def event_data(*, event_id: UUID) -> dict[str, object]:
    """The codes and ids that an event told; empty where there is no such event for the actor."""
    return Event.objects.filter(id=event_id).values_list("data", flat=True).first() or {}
