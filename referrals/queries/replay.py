"""Routing decisions made again from what was kept of each: all of them, one, or the newest, a few at a time."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID

from pathways.models import PathwayVersion
from pathways.pathway import PathwayError
from referrals.models import RoutingDecision
from referrals.replay import differences, in_substance, replay

CHUNK = 200


@dataclass(frozen=True)
class Replayed:
    """One decision made again.

    differs: the parts that are not the same in substance. reworded: those that only say it in other words.
    erased: there is nothing left to make it of.
    """

    id: UUID
    differs: list[str] = field(default_factory=list)
    reworded: list[str] = field(default_factory=list)
    erased: bool = False


def replayed(*, decision_id: UUID | None = None, newest: int | None = None) -> Iterator[Replayed]:
    """Each decision made again, in the order in which they were made; the newest so many alone where that is given.

    In bounded memory: a few hundred are held at a time, and each pathway version once.
    """
    versions: dict[UUID, PathwayVersion] = {}
    rows = RoutingDecision.objects.order_by("id")
    if decision_id is not None:
        rows = rows.filter(id=decision_id)
    if newest is not None:
        first = RoutingDecision.objects.order_by("-id").values_list("id", flat=True)[newest - 1 : newest]
        rows = rows.filter(id__gte=first[0]) if first else rows
    after: UUID | None = None
    while chunk := list((rows.filter(id__gt=after) if after else rows)[:CHUNK]):
        unread = {one for row in chunk for one in row.versions} - versions.keys()
        versions |= {one.id: one for one in PathwayVersion.objects.filter(id__in=unread)}
        for row in chunk:
            yield _again(row, versions)
        after = chunk[-1].id


def _again(row: RoutingDecision, versions: dict[UUID, PathwayVersion]) -> Replayed:
    if not row.facts:
        return Replayed(row.id, erased=True)
    if missing := [one for one in row.versions if one not in versions]:
        return Replayed(row.id, [f"{len(missing)} of its pathway versions are gone"])
    definitions = [versions[one].definition for one in row.versions]
    try:
        made = replay(definitions, row.facts, row.offers, row.tried, row.decision.get("onward"))
    except PathwayError:
        return Replayed(row.id, ["a pathway version that cannot be read any more"])
    differs = differences(in_substance(row.decision), in_substance(made))
    return Replayed(row.id, differs, [one for one in differences(row.decision, made) if one not in differs])
