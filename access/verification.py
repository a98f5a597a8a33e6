"""Verifying the record of looks: every chain recomputed and held against its head, or against an anchor.

What is found is named by ids and numbers alone. Nothing is repaired.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from access import chain
from access.context import hub_id
from access.looks import content
from access.models import Chain, ChainFault, Look, Verified

BATCH = 2_000
AT_ONCE = 50_000
"""Looks that one run of the scheduled task verifies at most; the next run goes on."""


@dataclass
class Walk:
    """One walk over a chain: how far it is, and what it found in words."""

    actor_kind: str
    actor_id: UUID
    number: int = 0
    link: bytes = b""
    seen: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.actor_kind} {self.actor_id}"

    def take(self, held: list[Look]) -> None:
        """The looks that carry one number: one, unless somebody put another beside it."""
        number = held[0].number
        self.seen += len(held)
        if number > self.number + 1:
            self._say(self.number + 1, number - 1, "deleted")
            true = held[0]  # what it was linked to is gone, so it cannot be judged
        elif number <= 0 or number != self.number + 1:
            self.faults += [f"look {look.id}, {self.name} number {number}: inserted" for look in held]
            return
        else:
            good = [look for look in held if bytes(look.link) == self._link(look)]
            true = good[0] if good else held[0]
            if not good:
                self.faults.append(f"look {true.id}, {self.name} number {number}: edited or moved")
        for look in held:
            if look is not true:
                self.faults.append(f"look {look.id}, {self.name} number {number}: inserted")
        self.number, self.link = number, bytes(true.link)

    def end(self, head: Chain | None) -> None:
        """Hold what was walked against the chain's head."""
        if head is None:
            self.faults.append(f"{self.name}: the head of the chain is deleted")
            return
        last = bytes(head.last)
        wanted = chain.seal(
            settings.AUDIT_KEY,
            actor_kind=self.actor_kind,
            actor_id=self.actor_id,
            looks=head.looks,
            last=last,
        )
        if bytes(head.seal) != wanted:
            self.faults.append(f"{self.name}: the head of the chain is edited")
        elif head.looks > self.number:
            self._say(self.number + 1, head.looks, "deleted")
        elif head.looks < self.number:
            self._say(head.looks + 1, self.number, "added behind the head")
        elif last != self.link:
            self.faults.append(f"{self.name}: the last look is not the one the head was made with")

    def _link(self, look: Look) -> bytes:
        return chain.link(settings.AUDIT_KEY, before=self.link, content=content(look))

    def _say(self, first: int, last: int, what: str) -> None:
        numbers = f"look {first}" if first == last else f"looks {first} to {last}"
        self.faults.append(f"{self.name}: {numbers} {what}")


def verify() -> tuple[int, list[str]]:
    """Every look of every chain, and every head: how many looks were read, and what is wrong.

    Whoever calls gives one snapshot (see hub.integrity), so that looks written meanwhile break nothing.
    """
    heads = {(head.actor_kind, head.actor_id): head for head in Chain.objects.all()}
    looks, faults = 0, []
    for (kind, actor_id), held in groupby(_all_looks(), key=lambda look: (look.actor_kind, look.actor_id)):
        walk = Walk(kind, actor_id)
        for _, same in groupby(held, key=attrgetter("number")):
            walk.take(list(same))
        walk.end(heads.pop((kind, actor_id), None))
        looks += walk.seen
        faults += walk.faults
    for head in heads.values():  # chains of which no look is left
        walk = Walk(head.actor_kind, head.actor_id)
        walk.end(head)
        faults += walk.faults
    return looks, faults


def _all_looks() -> Iterator[Look]:
    order = ("actor_kind", "actor_id", "number", "at", "id")
    place: tuple[Any, ...] | None = None
    while True:
        found = list(_after(place).order_by(*order)[:BATCH])
        yield from found
        if len(found) < BATCH:
            return
        place = tuple(getattr(found[-1], column) for column in order)


def _after(place: tuple[Any, ...] | None) -> Any:
    if place is None:
        return Look.objects.all()
    return Look.objects.extra(  # a row comparison walks the index; the ORM cannot write one
        where=["(actor_kind, actor_id, number, at, id) > (%s, %s, %s, %s, %s)"], params=list(place)
    )


def verify_onwards() -> tuple[int, list[str]]:
    """Each chain from where it was last verified, at most AT_ONCE looks in all; what is wrong is kept.

    Looks that were verified before are not read again: `verify` reads all.
    """
    verified = {(one.actor_kind, one.actor_id): one for one in Verified.objects.all()}
    looks, faults = 0, []
    for head in Chain.objects.order_by("actor_kind", "actor_id"):
        before = verified.get((head.actor_kind, head.actor_id))
        if before and before.looks == head.looks and bytes(before.last) == bytes(head.last):
            continue
        if looks >= AT_ONCE:
            break
        walk = _onwards(head, before, most=AT_ONCE - looks)
        looks += walk.seen
        faults += walk.faults
    _keep(faults)
    return looks, faults


def _onwards(head: Chain, before: Verified | None, *, most: int) -> Walk:
    walk = Walk(head.actor_kind, head.actor_id)
    chained = Look.objects.filter(actor_kind=head.actor_kind, actor_id=head.actor_id)
    if before:
        walk.number, walk.link = before.looks, bytes(before.last)
        kept = chained.filter(number=before.looks).values_list("link", flat=True)
        if before.looks > head.looks:
            walk.faults.append(f"{walk.name}: looks {head.looks + 1} to {before.looks} deleted")
        elif walk.link not in [bytes(link) for link in kept]:
            walk.faults.append(f"{walk.name} number {before.looks}: edited or deleted since it was verified")
    coming = chained.filter(number__gt=walk.number, number__lte=head.looks).order_by("number", "at", "id")
    found = list(coming[:most])
    for _, same in groupby(found, key=attrgetter("number")):
        walk.take(list(same))
    if len(found) < most:
        walk.end(head)
        walk.number, walk.link = head.looks, bytes(head.last)
    Verified.objects.update_or_create(
        actor_kind=head.actor_kind,
        actor_id=head.actor_id,
        defaults={"hub_id": hub_id(), "looks": walk.number, "last": walk.link, "at": timezone.now()},
    )
    return walk


def _keep(faults: list[str]) -> None:
    now = timezone.now()
    ChainFault.objects.bulk_create(
        [ChainFault(hub_id=hub_id(), words=words[:300], found_at=now) for words in faults],
        ignore_conflicts=True,
    )


def anchor() -> dict[str, Any]:
    """All heads as they stand, under one seal: to be kept where the database's owner cannot reach it."""
    heads = [
        [head.actor_kind, str(head.actor_id), str(head.looks), bytes(head.last).hex()]
        for head in Chain.objects.order_by("actor_kind", "actor_id")
    ]
    return {
        "at": timezone.now().isoformat(),
        "chains": len(heads),
        "looks": sum(int(head[2]) for head in heads),
        "seal": chain.anchor_seal(settings.AUDIT_KEY, heads).hex(),
        "heads": heads,
    }


def verify_against(kept: str) -> tuple[int, list[str]]:
    """Hold the record against an anchor of earlier (its JSON): what it knew must still be there, unchanged."""
    try:
        told: Mapping[str, Any] = json.loads(kept)
        heads = [[str(part) for part in head] for head in told["heads"]]
        sealed = bytes.fromhex(told["seal"])
        chains = [(kind, UUID(actor), int(looks), bytes.fromhex(last)) for kind, actor, looks, last in heads]
    except (ValueError, KeyError, TypeError):
        return 0, ["the anchor cannot be read"]
    if chain.anchor_seal(settings.AUDIT_KEY, heads) != sealed:
        return 0, ["the anchor was not made here, or was edited"]
    faults = []
    for kind, actor_id, looks, last in chains:
        links = Look.objects.filter(actor_kind=kind, actor_id=actor_id, number=looks)
        held = [bytes(link) for link in links.values_list("link", flat=True)]
        if looks and not held:
            faults.append(f"{kind} {actor_id}: look {looks}, which the anchor knew, is deleted")
        elif looks and last not in held:
            faults.append(f"{kind} {actor_id}: look {looks} is not the one the anchor knew")
    return len(chains), faults


def months_ahead() -> tuple[int, list[str]]:
    """Whether the coming months have their partitions, and no look fell beside them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT parent || '_' || to_char(month, 'YYYYMM') FROM unnest(%s::text[]) parent,"
            " generate_series(date_trunc('month', now()), now() + interval '2 months', interval '1 month') month",
            [list(BY_MONTH)],
        )
        wanted = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT name FROM unnest(%s::text[]) name WHERE to_regclass(name) IS NULL", [wanted])
        return len(wanted), [f"{row[0]}: no partition" for row in cursor.fetchall()]


BY_MONTH = ("access_look", "access_change", "access_changevalue")
