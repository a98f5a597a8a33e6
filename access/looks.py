"""Record of reads: looks are gathered while a transaction runs and appended once, at its very end.

One statement a transaction, in the transaction of the read: what cannot be recorded is not shown. Each
look carries its number in its actor's chain and a keyed link to the one before (see access.chain); heads
are locked in order and last, so that nothing waits behind a look but another of the same actor.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC
from uuid import UUID

import orjson
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from access import chain
from access.context import current_actor, gathered_for, head_noticed, hub_id, remote_address
from access.models import Look

Who = tuple[str, UUID]
Head = tuple[int, bytes]

_COLUMNS = (
    "id, hub_id, at, actor_kind, actor_id, actor_name, role, agency_id,"
    " action, door, subjects, terms, remote, number, link"
)
_LOCK = (
    "SELECT actor_kind, actor_id, looks, last FROM access_chain"
    " WHERE (actor_kind, actor_id) IN (SELECT * FROM unnest(%s::text[], %s::uuid[]))"
    " ORDER BY actor_kind, actor_id FOR UPDATE"
)
_BEGIN = (
    "INSERT INTO access_chain (hub_id, actor_kind, actor_id, looks, last, seal)"
    " SELECT %s, kind, id, 0, '', '' FROM unnest(%s::text[], %s::uuid[]) AS new (kind, id)"
    " ORDER BY kind, id ON CONFLICT DO NOTHING"
)
# Nothing is written where a head is no longer as it was told: then the heads are locked, and it is done again.
_APPEND = (
    "WITH moved AS (UPDATE access_chain AS held SET looks = head.looks, last = head.last, seal = head.seal"
    " FROM json_to_recordset(%s::json) AS head (actor_kind text, actor_id uuid, looks bigint, last bytea,"
    " seal bytea, looks_before bigint, last_before bytea)"
    " WHERE held.actor_kind = head.actor_kind AND held.actor_id = head.actor_id"
    " AND held.looks = head.looks_before AND held.last = head.last_before RETURNING 1)"
    " INSERT INTO access_look (COLUMNS)"
    " SELECT COLUMNS FROM json_populate_recordset(NULL::access_look, %s::json)"
    " WHERE (SELECT count(*) FROM moved) = %s"
).replace("COLUMNS", _COLUMNS)


class LooksNotRecorded(DatabaseError):
    """The head of a chain could not be moved on: nothing is shown."""


def record_look(
    *, action: Look.Action, door: str, subjects: Iterable[UUID] = (), terms: Iterable[str] = ()
) -> None:
    """Put one look by the current actor at `subjects` (ids of cases, people or referrals) on record.

    terms: what was searched for, as `searched` and `asked_for` hash it; never the words themselves.
    It is written at the end of the outermost `acting_as`; an error there fails the whole of it.
    Raises access.context.NoActor outside an actor context.
    """
    actor = current_actor()
    gathered_for(append).append(
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
            terms=list(terms),
            remote=remote_address(),
        )
    )


def searched(text: str) -> list[str]:
    """The terms of a search: keyed hashes of the whole text and of its words."""
    return chain.words(settings.AUDIT_KEY, text)


def asked_for(value: object) -> list[str]:
    """The term of one reference, id or e-mail address that was asked for and not given."""
    return [chain.whole(settings.AUDIT_KEY, str(value))]


def content(look: Look) -> list[str]:
    """What a link is made over: every column of the look but the link itself, as text."""
    return [
        str(look.number),
        str(look.id),
        str(look.hub_id),
        look.at.astimezone(UTC).isoformat(timespec="microseconds"),
        look.actor_kind,
        str(look.actor_id),
        look.actor_name,
        str(look.role),
        str(look.agency_id),
        str(look.action),
        look.door,
        ",".join(map(str, look.subjects)),
        ",".join(look.terms),
        look.remote,
    ]


def append(looks: Sequence[Look]) -> None:
    """Write the looks at the end of their actors' chains, in one statement. Raises DatabaseError where it cannot.

    One actor's head came along when the transaction took the actor on; where it has moved since, or where
    there are several, the heads are locked first.
    """
    actors = sorted({(look.actor_kind, look.actor_id) for look in looks})
    noticed = head_noticed(*actors[0]) if len(actors) == 1 else None
    if noticed is not None and _written(looks, {actors[0]: noticed}):
        return
    if not _written(looks, _locked(actors)):
        raise LooksNotRecorded("The record of looks could not be added to.")


def _written(looks: Sequence[Look], before: dict[Who, Head]) -> bool:
    """Whether the looks were added behind these heads: all of them, or none."""
    heads = dict(before)
    for look in looks:
        actor = (look.actor_kind, look.actor_id)
        number, last = heads[actor]
        look.number = number + 1
        look.link = chain.link(settings.AUDIT_KEY, before=last, content=content(look))
        heads[actor] = (look.number, look.link)
    moved = [_moved(actor, before[actor], head) for actor, head in heads.items()]
    rows = [_row(look) for look in looks]
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, [orjson.dumps(moved).decode(), orjson.dumps(rows).decode(), len(moved)])
        return cursor.rowcount == len(rows)


def _moved(actor: Who, before: Head, head: Head) -> dict[str, object]:
    kind, actor_id = actor
    looks, last = head
    seal = chain.seal(settings.AUDIT_KEY, actor_kind=kind, actor_id=actor_id, looks=looks, last=last)
    return {
        "actor_kind": kind,
        "actor_id": actor_id,
        "looks": looks,
        "last": _bytes(last),
        "seal": _bytes(seal),
        "looks_before": before[0],
        "last_before": _bytes(before[1]),
    }


def _locked(actors: list[Who]) -> dict[Who, Head]:
    """The heads of these chains, locked in one order everywhere; a chain that is new is begun."""
    kinds, ids = [kind for kind, _ in actors], [actor_id for _, actor_id in actors]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [kinds, ids])
        rows = cursor.fetchall()
        if len(rows) < len(actors):
            cursor.execute(_BEGIN, [hub_id(), kinds, ids])
            cursor.execute(_LOCK, [kinds, ids])
            rows = cursor.fetchall()
    return {(kind, actor_id): (looks, bytes(last)) for kind, actor_id, looks, last in rows}


def _row(look: Look) -> dict[str, object]:
    return {
        "id": look.id,
        "hub_id": look.hub_id,
        "at": look.at,
        "actor_kind": look.actor_kind,
        "actor_id": look.actor_id,
        "actor_name": look.actor_name,
        "role": str(look.role),
        "agency_id": look.agency_id,
        "action": str(look.action),
        "door": look.door,
        "subjects": _array(look.subjects),
        "terms": _array(look.terms),
        "remote": look.remote,
        "number": look.number,
        "link": _bytes(bytes(look.link)),
    }


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def _bytes(value: bytes) -> str:
    return "\\x" + value.hex()
