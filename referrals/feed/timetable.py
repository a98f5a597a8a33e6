"""When a sender's files are expected: next time and the one before. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONGEST_GRACE = 24 * 60


@dataclass(frozen=True)
class Timetable:
    """At which local times of which days a file is expected, and how long one waits before it is late."""

    times: tuple[time, ...]
    days: frozenset[int]
    grace: timedelta
    zone: ZoneInfo

    def after(self, moment: datetime) -> datetime:
        """The first expected time after `moment`."""
        return min(one for one in self._around(moment) if one > moment)

    def before(self, moment: datetime) -> datetime:
        """The last expected time before `moment`."""
        return max(one for one in self._around(moment) if one < moment)

    def _around(self, moment: datetime) -> list[datetime]:
        today = moment.astimezone(self.zone).date()
        days = (today + timedelta(days=away) for away in range(-8, 9))
        return [
            datetime.combine(day, at, self.zone).astimezone(UTC)
            for day in days
            if day.weekday() in self.days
            for at in self.times
        ]


def read_timetable(definition: Mapping[str, Any], zone: ZoneInfo) -> tuple[Timetable | None, list[str]]:
    """The timetable of a sender's definition, None where nothing is expected; and what is wrong with it, in words.

    Its shape: `expected: {at: ["06:30"], days: [mon, tue], grace_minutes: 60}`; without days, on every one.
    """
    told = definition.get("expected")
    if not told:
        return None, []
    if not isinstance(told, Mapping):
        return None, ['`expected` must say `at`, such as {at: ["06:30"], grace_minutes: 60}.']
    wrong: list[str] = []
    times: list[time] = []
    at, days, grace = told.get("at"), told.get("days") or DAYS, told.get("grace_minutes", 60)
    for one in at if isinstance(at, list) else [at]:
        try:
            times.append(time.fromisoformat(str(one)).replace(tzinfo=None))
        except ValueError:
            wrong.append('`expected` needs `at`: a list of times in quotes, such as ["06:30"].')
    if not times and not wrong:
        wrong.append('`expected` needs `at`: a list of times in quotes, such as ["06:30"].')
    if not isinstance(days, (list, tuple)) or not set(days) <= set(DAYS):
        wrong.append(f"`expected` has `days` that are none of {', '.join(DAYS)}.")
    if not isinstance(grace, int) or not 0 <= grace <= LONGEST_GRACE:
        wrong.append(f"`expected` has `grace_minutes` that are not a number up to {LONGEST_GRACE}.")
    if wrong:
        return None, wrong
    on = frozenset(DAYS.index(day) for day in days)
    return Timetable(tuple(sorted(times)), on, timedelta(minutes=grace), zone), []
