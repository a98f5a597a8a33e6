"""The clock of a child in danger: a row that stands in that queue past its one working day is told as an event."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from messaging.events import Happening, publish, schedule
from referrals.feed.verdicts import SAFEGUARDING
from referrals.models import FeedRow, FeedRun
from referrals.queries.clock_rules import clock_rules
from referrals.queries.feed_rows import safeguarding_due

OVERDUE = "referrals.safeguarding_overdue"


def watch_rows(rows: Collection[FeedRow]) -> None:
    """Tell that the rows came; and have it looked at, once each row's time is over, whether it was referred on."""
    taken = dict(FeedRun.objects.filter(id__in={row.run_id for row in rows}).values_list("id", "taken_at"))
    rules = clock_rules() if rows else []
    for row in rows:
        at = safeguarding_due(taken[row.run_id], rules)
        schedule(OVERDUE, key=str(row.id), payload={"row": str(row.id)}, at=at)
    now = timezone.now()
    publish(*(Happening("feed.safeguarding_came", at=now, data=_ids(row)) for row in rows))


@transaction.atomic
def note_overdue(*, row_id: UUID) -> None:
    """Tell that the row's time is over, where it stands in the queue still."""
    row = FeedRow.objects.filter(id=row_id, verdict=SAFEGUARDING).first()
    if row is not None:
        publish(Happening("feed.safeguarding_overdue", at=timezone.now(), data=_ids(row)))


def _ids(row: FeedRow) -> dict[str, object]:
    return {"row": str(row.id), "run": str(row.run_id)}
