"""The cases that a dry run would send elsewhere, as somebody of the hub may see them; the newest are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from access.actor import Actor
from access.context import hub_id
from access.roles import Capability
from pathways.models import DryRun
from referrals import scope
from referrals.queries.calendar import midnight
from referrals.queries.keyset import Page, SortKey, one_page
from reporting.models import MovedCase
from reporting.queries.dry_runs import ROOM, books
from reporting.rehearsal.moving import Move, move
from reporting.rehearsal.question import moving

KEPT = 1_000
"""So many are kept of one run."""
LAST = 16
"""The last so-many-th part of the window is looked through first."""
PAGE = 25
UNREAD = ("decision__offers", "decision__tried", "decision__decision")
NEWEST = SortKey("decided_at", datetime.fromisoformat)


@dataclass(frozen=True)
class MovedLine:
    """One case by its reference: what it would lose and gain."""

    case_id: UUID
    reference: str
    decided_at: datetime
    move: Move


def newest_moved(run: DryRun) -> list[tuple[UUID, UUID, datetime]]:
    """Decision, case and time of the newest that go elsewhere, whoever may see them; none that is restricted."""
    before, after = books(run)
    since, until = midnight(run.since), midnight(run.until + timedelta(days=1))
    found: list[tuple[UUID, UUID, datetime]] = []
    # Often the last days have enough of them: then the rules are asked of no older case.
    for first in (until - (until - since) / LAST, since):
        asked = moving(before, after, since=first, until=until, hub_id=hub_id(), most=KEPT)
        with connection.cursor() as cursor:
            cursor.execute(ROOM)
            cursor.execute(asked.text, asked.params)
            found = cursor.fetchall()
        if len(found) == KEPT:
            break
    return found


def moved_page(*, actor: Actor, run: DryRun, after: str = "", before: str = "") -> Page[MovedLine]:
    """One page, the newest decision first, of cases that the actor may come to."""
    part = one_page([_moved(actor, run)], key=NEWEST, descending=True, size=PAGE, after=after, before=before)
    rows = MovedCase.objects.filter(id__in=part.ids).order_by("-decided_at", "-id")
    return part.page(_lines(run, rows))


def all_moved(*, actor: Actor, run: DryRun) -> list[MovedLine]:
    """All that were kept and that the actor may come to, the newest first."""
    return _lines(run, _moved(actor, run).order_by("-decided_at", "-id")[:KEPT])


def _moved(actor: Actor, run: DryRun) -> QuerySet[MovedCase]:
    if not actor.can(Capability.REHEARSE_PATHWAY):
        return MovedCase.objects.none()
    # Of somebody erased since nothing is known.
    found = MovedCase.objects.filter(dry_run=run, case__in=scope.cases(actor))
    return found.exclude(decision__facts={})


def _lines(run: DryRun, rows: QuerySet[MovedCase]) -> list[MovedLine]:
    was, will = books(run)
    return [
        MovedLine(row.case_id, row.case.reference, row.decided_at, move(was, will, row.decision.facts))
        for row in rows.select_related("case", "decision").defer(*UNREAD)
    ]
