"""How often the people of a list were victims in the last twelve months, counted from their incidents as they stand.

Counted when it is read and never kept: a number that was kept would be wrong as soon as a report is a year old.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from referrals.models import Incident
from victims.queries import same_as
from victims.repeats import YEAR, Repeats, Reported, repeats

MOST = 5000
"""More incidents than the people of one page can have."""


def repeats_by_person(
    people: Collection[UUID], *, until: datetime, groups: Mapping[UUID, set[UUID]] | None = None
) -> dict[UUID, Repeats]:
    """By person, for those with an incident that the reader may see; those known to be one are counted as one.

    groups: who is one with each, where the caller has asked for it already.
    """
    groups = same_as(people) if groups is None else groups
    everybody = {one for same in groups.values() for one in same}
    found = Incident.objects.filter(
        case__person__in=everybody,
        reported_at__gt=until - YEAR,
        reported_at__lte=until,
        withdrawn_at__isnull=True,
    )
    reports: dict[UUID, list[Reported]] = defaultdict(list)
    told = found.order_by("-reported_at").values_list("case__person", "reported_at", "accused")
    for person, at, accused in told[:MOST]:
        reports[person].append(Reported(at, frozenset(accused)))
    return {
        person: repeats(listed, until=until)
        for person, same in groups.items()
        if (listed := [report for one in same for report in reports.get(one, ())])
    }
