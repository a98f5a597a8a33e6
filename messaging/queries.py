"""Reads over events and the outbox."""

from uuid import UUID

from messaging.models import Event, Message


def timeline(*, case_id: UUID, before: UUID | None = None, limit: int = 50) -> list[Event]:
    """The newest events of a case, newest first, keyset-paged by event id."""
    events = Event.objects.filter(case_id=case_id)
    if before is not None:
        events = events.filter(id__lt=before)
    return list(events.order_by("-id")[:limit])


def event_data(*, event_id: UUID) -> dict[str, object]:
    """The codes and ids that an event told; empty where there is no such event for the actor."""
    return Event.objects.filter(id=event_id).values_list("data", flat=True).first() or {}


def stuck_messages(*, limit: int = 100) -> list[Message]:
    """Messages that failed again and again: what an operator must look at. Nothing is ever given up."""
    return list(
        Message.objects.filter(done_at__isnull=True, attempts__gte=5).order_by("available_at")[:limit]
    )
