"""Keeping the roll-ups: note what events change, fold what was noted."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from messaging.models import Event
from referrals.queries.restricted import restricted_cases
from reporting.measures import changes
from reporting.models import Delta

# One statement, so a delta is folded once or stays: never lost, never counted twice. Rows in order, so
# that two folders cannot wait for each other in a circle.
_FOLD = """
WITH gone AS (
    DELETE FROM reporting_delta WHERE id = ANY (ARRAY(
        SELECT id FROM reporting_delta ORDER BY id FOR UPDATE SKIP LOCKED LIMIT %(batch)s))
    RETURNING measure, dimension, day, by
), folded AS (
    INSERT INTO reporting_tally AS tally (measure, dimension, day, value)
    SELECT measure, dimension, day, sum(by) FROM gone GROUP BY measure, dimension, day
    ORDER BY measure, day, dimension
    ON CONFLICT (measure, day, dimension) DO UPDATE SET value = tally.value + excluded.value
)
SELECT count(*) FROM gone
"""
BATCH = 10_000


def note(events: Sequence[Event]) -> None:
    """Write down what these events change, in the transaction that tells them."""
    zone = ZoneInfo(settings.TIME_ZONE)
    counted: Counter[tuple[str, str, date]] = Counter()
    hidden = restricted_cases(event.case_id for event in events if event.case_id)
    for event in events:
        day = event.at.astimezone(zone).date()
        for change in changes(event.topic, event.data, day, restricted=event.case_id in hidden):
            counted[change.measure, change.dimension, change.day] += change.by
    Delta.objects.bulk_create(
        Delta(measure=measure, dimension=dimension, day=day, by=by)
        for (measure, dimension, day), by in counted.items()
        if by
    )


def fold() -> int:
    """Fold noted deltas into the tallies until none is left. Returns how many."""
    folded = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_FOLD, {"batch": BATCH})
            count = cursor.fetchone()[0]
        folded += count
        if count < BATCH:
            return folded
