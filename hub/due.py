"""Due times and moments in words, for people who work by them. Pure: the caller gives the clock.

Words follow the wall clock of the hub (Europe/London), durations the true time that passes, so a
night when the clocks change neither adds nor hides an hour.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
SOON = timedelta(hours=4)
DAY = timedelta(days=1)


def is_overdue(due_at: datetime | None, now: datetime) -> bool:
    """Whether a due time has passed. Nothing due is never overdue."""
    return due_at is not None and _passed(due_at, now) > timedelta(0)


def due_words(due_at: datetime | None, now: datetime) -> str:
    """A due time in words: "Overdue 2 h 10 m", "Due in 25 m", "Due tomorrow 10:00", "Due Thu 26 Nov 10:00".

    Args:
        due_at: the due time, aware; None where nothing is due.
        now: the moment to compare with, aware.

    Returns:
        The words; "" where nothing is due.
    """
    if due_at is None:
        return ""
    passed = _passed(due_at, now)
    if passed > timedelta(0):
        return f"Overdue {duration_words(passed)}".rstrip()
    left = -passed
    here, today = due_at.astimezone(LONDON), now.astimezone(LONDON).date()
    if left < SOON or here.date() == today:
        words = duration_words(left)
        return f"Due in {words}" if words else "Due now"
    if here.date() - today == DAY:
        return f"Due tomorrow {here:%H:%M}"
    return f"Due {here:%a} {_day_words(here, now)} {here:%H:%M}"


def duration_words(length: timedelta) -> str:
    """A length in whole minutes: "25 m", "3 h 40 m", "3 h"; from a day on "2 days"; under a minute ""."""
    days = length // DAY
    if days:
        return "1 day" if days == 1 else f"{days:,} days"
    hours, minutes = divmod(length // timedelta(minutes=1), 60)
    return " ".join(
        part for part in (f"{hours} h" if hours else "", f"{minutes} m" if minutes else "") if part
    )


def when_words(at: datetime | None, now: datetime) -> str:
    """A moment in words: "Today 14:02", "Yesterday 09:10", "16 Nov 2026 09:10"; "" for None."""
    if at is None:
        return ""
    here = at.astimezone(LONDON)
    days = (here.date() - now.astimezone(LONDON).date()).days
    named = {-1: "Yesterday", 0: "Today", 1: "Tomorrow"}.get(days)
    return f"{named or f'{here.day} {here:%b %Y}'} {here:%H:%M}"


def _passed(due_at: datetime, now: datetime) -> timedelta:
    # Python subtracts two times of one zone by their wall clocks, which lie on the night these change.
    return now.astimezone(UTC) - due_at.astimezone(UTC)


def _day_words(here: datetime, now: datetime) -> str:
    year = "" if here.year == now.astimezone(LONDON).year else f" {here.year}"
    return f"{here.day} {here:%b}{year}"
