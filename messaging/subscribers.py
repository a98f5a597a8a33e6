"""Who follows which event: a register filled by each app's `tasks` when the process starts."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from messaging.models import Event

Payload = dict[str, str]
Handler = Callable[[Payload], None]


@dataclass(frozen=True)
class Subscriber:
    """A handler by its stable name, and the system account it acts as."""

    name: str
    account: str
    handle: Handler


class UnknownSubscriber(Exception):
    """A message names a subscriber that this version does not have: keep it, deploy the version that does."""


class SubscriberNameTaken(Exception):
    """Two handlers were registered under one name."""


Witness = Callable[[list["Event"]], None]
_witnesses: list[Witness] = []
_by_name: dict[str, Subscriber] = {}
_by_topic: dict[str, list[Subscriber]] = defaultdict(list)


def subscriber(*topics: str, name: str, account: str) -> Callable[[Handler], Handler]:
    """Register a function to follow the topics (none: only what is scheduled for it by name).

    name: stable, `<app>.<verb>`; it is stored in the outbox. account: the system account to act as.
    The function receives the message's payload of ids, inside a transaction with its actor set.
    It must be harmless to run twice: guard the effect by a unique key.
    """

    def register(handle: Handler) -> Handler:
        if name in _by_name:
            raise SubscriberNameTaken(name)
        follower = Subscriber(name=name, account=account, handle=handle)
        _by_name[name] = follower
        for topic in topics:
            _by_topic[topic].append(follower)
        return handle

    return register


def witness(tell: Witness) -> Witness:
    """Register a function that is told of all events, in batches, in the transaction that publishes them.

    For cheap bookkeeping that must never disagree with the record, such as roll-ups. It takes no locks
    that others wait for, and raises only to refuse the change itself.
    """
    _witnesses.append(tell)
    return tell


def witnesses() -> list[Witness]:
    return list(_witnesses)


def followers(topic: str) -> list[Subscriber]:
    return _by_topic.get(topic, [])


def by_name(name: str) -> Subscriber:
    """The subscriber of that name. Raises UnknownSubscriber."""
    try:
        return _by_name[name]
    except KeyError:
        raise UnknownSubscriber(name) from None
