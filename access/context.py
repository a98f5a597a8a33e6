"""The actor context: tells PostgreSQL, for one transaction, on whose behalf rows are asked for.

Policies read the `hub.*` settings made here with SET LOCAL semantics; without an actor a
policy finds nothing, so a forgotten context shows an empty page and never somebody's record.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from access.actor import Actor, system_actor

Sink = Callable[[list[Any]], None]

_current: ContextVar[Actor | None] = ContextVar("hub_actor", default=None)
_gathered: ContextVar[dict[Sink, list[Any]] | None] = ContextVar("hub_gathered", default=None)
_heads: ContextVar[dict[tuple[str, UUID], str] | None] = ContextVar("hub_heads", default=None)
_remote: ContextVar[str] = ContextVar("hub_remote", default="")

_SET = (
    "SELECT set_config('hub.actor_kind', %s, true), set_config('hub.actor_id', %s, true),"
    " set_config('hub.agency_id', %s, true), set_config('hub.is_hub', %s, true),"
    " set_config('hub.role', %s, true), set_config('hub.team_ids', %s, true),"
    " set_config('hub.actor_name', %s, true), set_config('hub.hub_id', %s, true),"
    # Comes along without a trip of its own: what access.looks goes on from when it appends.
    " (SELECT looks || ':' || encode(last, 'hex') FROM access_chain WHERE actor_kind = %s AND actor_id = %s)"
)


class NoActor(Exception):
    """Code that must act on somebody's behalf was run outside `acting_as`."""


def hub_id() -> UUID:
    """The id of the hub (tenant) that this process serves."""
    return settings.HUB_ID


def current_actor() -> Actor:
    """The actor of this transaction. Raises NoActor outside `acting_as`."""
    actor = _current.get()
    if actor is None:
        raise NoActor("No actor: wrap this work in access.context.acting_as(actor).")
    return actor


def actor_or_none() -> Actor | None:
    return _current.get()


def _apply(actor: Actor | None) -> None:
    values = ("", "", "", "", "", "", "", "")
    if actor is not None:
        teams = "{" + ",".join(str(team) for team in actor.team_ids) + "}"
        is_hub = "on" if actor.hub else "off"
        of_whom = (
            actor.kind,
            str(actor.id),
            str(actor.agency_id),
            is_hub,
            str(actor.role),
            teams,
            actor.name,
        )
        values = (*of_whom, str(hub_id()))
    with connection.cursor() as cursor:
        cursor.execute(_SET, (*values, values[0], actor.id if actor else None))
        *_, head = cursor.fetchone()
    heads = _heads.get()
    if actor is not None and heads is not None and head:
        heads[actor.kind, actor.id] = head


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Run one transaction as `actor`. May be nested: the outer actor is put back at the end.

    What was gathered (see gathered_for) goes to its sinks at the end of the outermost, before the commit;
    an error there takes everything back. Where the outermost is rolled back, what it gathered goes with it.
    """
    outer = _current.get()
    nested = connection.in_atomic_block
    with transaction.atomic():
        gathering = _gathered.set({}) if outer is None else None
        noticing = _heads.set({}) if outer is None else None
        _apply(actor)
        token = _current.set(actor)
        try:
            yield actor
            if gathering is not None and not connection.needs_rollback:
                for sink, items in (_gathered.get() or {}).items():
                    sink(items)
        finally:
            if gathering is not None and noticing is not None:
                _gathered.reset(gathering)
                _heads.reset(noticing)
            _current.reset(token)
        # Reached only without an exception: a rollback takes the settings back by itself.
        if nested and not connection.needs_rollback:
            _apply(outer)


def gathered_for(sink: Sink) -> list[Any]:
    """What this transaction gathers for `sink`, to be added to: `sink` gets all of it at once, at the very end.

    Raises NoActor outside `acting_as`.
    """
    gathered = _gathered.get()
    if gathered is None:
        raise NoActor("Nothing is gathered outside access.context.acting_as(actor).")
    return gathered.setdefault(sink, [])


def head_noticed(actor_kind: str, actor_id: UUID) -> tuple[int, bytes] | None:
    """The head of this actor's chain of looks as it stood when the transaction took the actor on; None if unknown."""
    head = (_heads.get() or {}).get((actor_kind, actor_id))
    if head is None:
        return None
    looks, _, last = head.partition(":")
    return int(looks), bytes.fromhex(last)


@contextmanager
def coming_from(remote: str) -> Iterator[None]:
    """Say where the request comes from: an address, as the record of looks keeps it."""
    token = _remote.set(remote)
    try:
        yield
    finally:
        _remote.reset(token)


def remote_address() -> str:
    """Where the request comes from; empty for work that no request asked for."""
    return _remote.get()


@contextmanager
def acting_as_system(account: str) -> Iterator[Actor]:
    """Run one transaction as the hub's named system account."""
    with acting_as(system_actor(account, hub_id=hub_id())) as actor:
        yield actor


def switch_to(actor: Actor) -> None:
    """Replace the actor of the transaction that is already open (sign-in, API authentication)."""
    current_actor()
    _apply(actor)
    _current.set(actor)
