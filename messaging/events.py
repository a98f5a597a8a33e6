"""Publishing: an event, its entries in partners' feeds and the work that follows, in the caller's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from access.context import current_actor
from messaging.models import Event, FeedEntry, Message
from messaging.relay import ring_doorbell
from messaging.subscribers import by_name, followers, witnesses


@dataclass(frozen=True)
class Happening:
    """What a verb tells: topic, when, whose, and ids and codes only in `data`.

    audience: agencies whose feed of changes shows it.
    """

    topic: str
    at: datetime
    case_id: UUID | None = None
    referral_id: UUID | None = None
    data: dict[str, object] = field(default_factory=dict)
    audience: Sequence[UUID] = ()


def publish(*happenings: Happening) -> list[Event]:
    """Write the events as the current actor, with a feed entry an audience and a message a subscriber.

    Must run in the transaction of the change that is told. Rings the doorbell on commit.
    """
    actor = current_actor()
    events, entries, messages = [], [], []
    for told in happenings:
        event = Event(
            topic=told.topic,
            at=told.at,
            case_id=told.case_id,
            referral_id=told.referral_id,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            agency_id=actor.agency_id,
            data=told.data,
        )
        events.append(event)
        entries += [FeedEntry(agency_id=agency_id, event=event) for agency_id in sorted(set(told.audience))]
        ids = {"event": str(event.id)}
        if told.case_id:
            ids["case"] = str(told.case_id)
        if told.referral_id:
            ids["referral"] = str(told.referral_id)
        messages += [
            Message(subscriber=follower.name, key=str(event.id), payload=ids, available_at=told.at)
            for follower in followers(told.topic)
        ]
    # Feed entries first: for a partner the policy shows an event through its own entry.
    Event.objects.bulk_create(events)
    FeedEntry.objects.bulk_create(entries)
    _send(messages)
    for tell in witnesses():
        tell(events)
    return events


@dataclass(frozen=True)
class Due:
    """Work for `subscriber`, to be done once for `key`, at or after `at`. payload: ids only."""

    subscriber: str
    key: str
    payload: dict[str, str]
    at: datetime


def schedule(subscriber: str, *, key: str, payload: dict[str, str], at: datetime) -> None:
    """Have `subscriber` run once for `key`, at or after `at`. Scheduling the same key again changes nothing.

    Raises messaging.subscribers.UnknownSubscriber.
    """
    schedule_all([Due(subscriber, key, payload, at)])


def schedule_all(dues: Iterable[Due]) -> None:
    """`schedule` for several at once. Raises messaging.subscribers.UnknownSubscriber."""
    messages = []
    for due in dues:
        by_name(due.subscriber)
        messages.append(
            Message(subscriber=due.subscriber, key=due.key, payload=due.payload, available_at=due.at)
        )
    _send(messages)


def _send(messages: Iterable[Message]) -> None:
    waiting = list(messages)
    if waiting:
        Message.objects.bulk_create(waiting, ignore_conflicts=True)
        if not any(waiting_call[1] is ring_doorbell for waiting_call in connection.run_on_commit):
            transaction.on_commit(ring_doorbell)
