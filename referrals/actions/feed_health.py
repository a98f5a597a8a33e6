"""Whether feeds are well: expected files that have not come, empty ones, and columns that are not as before.

An alert is raised once, told as an event, shown on the page of feeds, and cleared by the feed itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from messaging.events import Happening, publish
from referrals.feed.faults import ShapeChanged
from referrals.feed.source import SourceError, read_source
from referrals.feed.timetable import Timetable
from referrals.models import FeedAlert, FeedRun, FeedSource

AT_ONCE = 50
A_MOMENT = timedelta(microseconds=1)
LATE, EMPTY, SHAPE = FeedAlert.Kind.LATE, FeedAlert.Kind.EMPTY, FeedAlert.Kind.SHAPE
PUSHED = "jsonl"  # has no header that could change


def plan_check(*, source: FeedSource, now: datetime) -> None:
    """Say when it is next looked at whether the sender's file has come: at an expected time and its grace."""
    timetable = _timetable(source)
    source.check_at = timetable.after(now - timetable.grace) + timetable.grace if timetable else None
    source.save(update_fields=["check_at"])


@transaction.atomic
def check_feeds() -> int:
    """Look at the senders that are due, some at a time. Returns at how many. Run again it finds nothing more."""
    now = timezone.now()
    due = FeedSource.objects.filter(check_at__lte=now).order_by("check_at")
    sources = list(due.select_for_update(skip_locked=True)[:AT_ONCE])
    for source in sources:
        if timetable := _timetable(source):
            _look(source, timetable, now)
        plan_check(source=source, now=now)
    return len(sources)


def note_run(*, run: FeedRun, now: datetime) -> None:
    """What a file that was taken says of its feed: that it came, whether it is empty, and whether columns changed."""
    clear(source=run.source, kind=LATE, now=now)
    if run.received == 0:
        _raise(run.source, EMPTY, now)
    else:
        clear(source=run.source, kind=EMPTY, now=now)
    if run.encoding == PUSHED:
        return
    earlier = FeedRun.objects.filter(source_id=run.source_id, number__lt=run.number).exclude(encoding=PUSHED)
    before = set(earlier.order_by("-number").values_list("columns", flat=True).first() or run.columns)
    missing, added = sorted(before - set(run.columns)), sorted(set(run.columns) - before)
    clear(source=run.source, kind=SHAPE, now=now)
    if missing or added:
        _raise(run.source, SHAPE, now, missing=missing, added=added)


def note_refused_shape(*, source: FeedSource, fault: ShapeChanged, now: datetime) -> None:
    """A file was refused because its columns are not those that were agreed."""
    clear(source=source, kind=SHAPE, now=now)
    _raise(source, SHAPE, now, missing=fault.missing, added=fault.added)


def clear(*, source: FeedSource, kind: str, now: datetime) -> None:
    """The feed is as it should be again."""
    FeedAlert.objects.filter(source=source, kind=kind, cleared_at__isnull=True).update(cleared_at=now)


def _look(source: FeedSource, timetable: Timetable, now: datetime) -> None:
    """Whether something has come for the last expected time: since the one before it had its grace."""
    expected = timetable.before(now - timetable.grace + A_MOMENT)
    since = timetable.before(expected) + timetable.grace
    if FeedRun.objects.filter(source=source, taken_at__gt=since).exists():
        clear(source=source, kind=LATE, now=now)
    else:
        _raise(source, LATE, now, expected_at=expected)


def _raise(
    source: FeedSource,
    kind: str,
    now: datetime,
    *,
    expected_at: datetime | None = None,
    missing: Sequence[str] = (),
    added: Sequence[str] = (),
) -> None:
    """Raise an alert, unless it is open already."""
    if FeedAlert.objects.filter(source=source, kind=kind, cleared_at__isnull=True).exists():
        return
    alert = FeedAlert.objects.create(
        source=source,
        kind=kind,
        expected_at=expected_at,
        missing=[column[:60] for column in missing],
        added=[column[:60] for column in added],
        raised_at=now,
    )
    publish(
        Happening(
            "feed.alert_raised",
            at=now,
            data={"source": source.code, "kind": str(kind), "alert": str(alert.id)},
        )
    )


def _timetable(source: FeedSource) -> Timetable | None:
    try:
        return read_source(source.definition).timetable
    except SourceError:
        return None
