"""When a promise of time falls due. Pure: the caller gives the start, the pauses and the calendar.

Working days are Monday to Friday less the bank holidays of the configured part of the United Kingdom.
How days are counted: the day of the event is day 0 and is not counted; each working day after it is one.
"2 working days" from a report on Saturday are Monday and Tuesday; on Monday, Tuesday and Wednesday.
`due_by: end_of_day` is the last second of the last day counted, since "within 2 working days" gives the whole of
the second: a referral made that evening is in time, and no office hours make it late. `due_by: same_time` is the
same time of day as the start (on a day that is not worked, nothing has elapsed until the next one begins).

A pause stops the count. Counting days, a working day is left out where the clock stood still as that day ended;
counting hours, the time that it stood still is added. Times are stored in UTC and counted in Europe/London, so
that the changes of the clocks in March and October shift no deadline by a day or an hour.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from govuk_bank_holidays.bank_holidays import BankHolidays

LONDON = ZoneInfo("Europe/London")
RULES_FILE = Path(__file__).parent / "data" / "clock_rules.yaml"
DIVISIONS = BankHolidays.ALL_DIVISIONS
TOLD = ("owner", "supervisor", "manager")
UNITS = ("working_days", "working_hours", "days", "hours")
Pauses = list[tuple[datetime, datetime]]
_DAY = timedelta(days=1)
_LAST_SECOND = time(23, 59, 59)


class NoSuchClock(Exception):
    """No rule of this code is in effect at the start, or it has no length for this entitlement."""


class UnknownDivision(Exception):
    """The part of the United Kingdom is not one whose bank holidays are published apart."""


class NotALength(Exception):
    """A length of time must be one of working_days, working_hours, days or hours, with a whole number."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A time during which the clock stood still. `ended_at` is None while it still stands."""

    started_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Length:
    """A number of one unit, and for days how the last of them ends."""

    unit: str
    number: int
    due_by: str = "end_of_day"

    @classmethod
    def read(cls, data: Mapping[str, Any], due_by: str = "end_of_day") -> "Length":
        """Read `{working_days: 2}`, with `due_by` beside it or not. Raises NotALength."""
        units = [key for key in data if key != "due_by"]
        least = 0 if units == ["days"] else 1  # 0 days: by the end of the same day
        if (
            len(units) != 1
            or units[0] not in UNITS
            or type(data[units[0]]) is not int
            or data[units[0]] < least
        ):
            raise NotALength(
                f"{dict(data)} is no length of time: write one of {', '.join(UNITS)}, such as hours: 4."
            )
        due_by = data.get("due_by", due_by)
        if due_by not in ("end_of_day", "same_time"):
            raise NotALength(f"due_by must be end_of_day or same_time, not {due_by!r}.")
        return cls(units[0], data[units[0]], due_by)

    @property
    def words(self) -> str:
        unit = self.unit.replace("_", " ")
        if not self.number:
            return "the same day"
        return f"{self.number} {unit if self.number != 1 else unit[:-1]}"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: somebody is told before the due time, at it, or after it.

    when: before, at or after; length: how long (None at it); tell: owner, supervisor or manager.
    """

    when: str
    tell: str
    length: Length | None = None

    def at(self, due_at: datetime, calendar: "Calendar") -> datetime:
        """When this step is taken, in UTC."""
        if self.length is None:
            return due_at.astimezone(UTC)
        if self.when == "after":
            return _due(self.length, due_at, (), calendar)
        return _before(self.length, due_at, calendar)


DUE = Rung("at", "owner")
"""The step that each ladder has: the time is over."""


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One promise of time, of one edition, for one entitlement.

    ladder: who is told and when, in the order of time, `DUE` among it.
    """

    code: str
    edition: str
    words: str
    length: Length
    pauses_on: tuple[str, ...] = ()
    ladder: tuple[Rung, ...] = (DUE,)


@dataclass(frozen=True)
class Calendar:
    """The working days of one part of the United Kingdom, from the list bundled with govuk-bank-holidays.

    Never asks the network. Beyond `known_until` only weekends are left out: keep the library up to date, and
    list in `also_closed` what has been proclaimed since. Raises UnknownDivision.
    """

    division: str = BankHolidays.ENGLAND_AND_WALES
    also_closed: frozenset[date] = frozenset()
    opens: time = time(9)
    closes: time = time(17)

    def __post_init__(self) -> None:
        if self.division not in DIVISIONS:
            raise UnknownDivision(f"{self.division!r} is not one of {', '.join(DIVISIONS)}.")

    @cached_property
    def holidays(self) -> frozenset[date]:
        published = BankHolidays(use_cached_holidays=True).get_holidays(division=self.division)
        return frozenset(holiday["date"] for holiday in published) | self.also_closed

    @cached_property
    def known_until(self) -> date:
        """The end of the last year whose bank holidays are known."""
        return date(max(self.holidays).year, 12, 31)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        day += _DAY
        while not self.is_working_day(day):
            day += _DAY
        return day

    def working_day_before(self, day: date) -> date:
        """The last working day before `day`."""
        day -= _DAY
        while not self.is_working_day(day):
            day -= _DAY
        return day

    def opening(self, day: date) -> datetime:
        """When the office opens on that day, in UTC."""
        return self._at(day, self.opens)

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two moments: within opening hours of working days."""
        total, day, last = timedelta(), start.astimezone(LONDON).date(), end.astimezone(LONDON).date()
        while day <= last:
            if self.is_working_day(day):
                total += max(
                    min(end, self._at(day, self.closes)) - max(start, self._at(day, self.opens)), timedelta()
                )
            day += _DAY
        return total

    def after_working(self, start: datetime, length: timedelta) -> datetime:
        """The moment at which `length` of working time has passed since `start`."""
        day = start.astimezone(LONDON).date()
        while True:
            if self.is_working_day(day):
                begins, ends = max(start, self._at(day, self.opens)), self._at(day, self.closes)
                if begins + length <= ends:
                    return begins + length
                length -= max(ends - begins, timedelta())
            day += _DAY

    def before_working(self, end: datetime, length: timedelta) -> datetime:
        """The moment from which `length` of working time passes until `end`."""
        day = end.astimezone(LONDON).date()
        while True:
            if self.is_working_day(day):
                begins, ends = self._at(day, self.opens), min(end, self._at(day, self.closes))
                if ends - length >= begins:
                    return ends - length
                length -= max(ends - begins, timedelta())
            day -= _DAY

    @staticmethod
    def _at(day: date, at: time) -> datetime:
        return datetime.combine(day, at, LONDON).astimezone(UTC)


@cache
def calendar_for(division: str = BankHolidays.ENGLAND_AND_WALES) -> Calendar:
    """The calendar of one part of the United Kingdom, read once. Raises UnknownDivision."""
    return Calendar(division)


@cache
def load_rules() -> tuple[Mapping[str, Any], ...]:
    """The rules and their editions that come with the product, as the file has them: what a hub is founded with.

    The hub itself goes by what it holds (referrals.queries.clock_rules), where editions of its own stand beside them.
    """
    return tuple(yaml.safe_load(RULES_FILE.read_text(encoding="utf-8")))


def in_effect(
    code: str, started_at: datetime, rules: Iterable[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """The edition of this code in effect on the day that the clock starts; None where there is none yet."""
    day = started_at.astimezone(LONDON).date()
    editions = [rule for rule in rules if rule["code"] == code and rule["effective_from"] <= day]
    return max(editions, key=lambda rule: rule["effective_from"], default=None)


def rule_for(
    code: str,
    started_at: datetime,
    *,
    rules: Iterable[Mapping[str, Any]],
    entitlement: str = "standard",
    high_risk: bool = False,
) -> ClockRule:
    """The rule of this code in effect on the day that the clock starts. Raises NoSuchClock.

    rules: every edition, in any order.
    """
    newest = in_effect(code, started_at, rules)
    if newest is None:
        day = started_at.astimezone(LONDON)
        raise NoSuchClock(f"No clock {code!r} is in effect on {day:%d %B %Y}: add it to the clock rules.")
    return read_rule(newest, entitlement=entitlement, high_risk=high_risk)


def read_rule(edition: Mapping[str, Any], *, entitlement: str, high_risk: bool = False) -> ClockRule:
    """One edition as it is for that entitlement. Raises NoSuchClock where it has no length for it, NotALength."""
    lengths = edition["length"]
    chosen = lengths.get("high_risk") if high_risk else None
    chosen = chosen or lengths.get(entitlement)
    if chosen is None:
        raise NoSuchClock(
            f"The clock {edition['code']!r} ({edition['edition']}) has no length for {entitlement!r}."
        )
    return ClockRule(
        code=edition["code"],
        edition=edition["edition"],
        words=edition["words"],
        length=Length.read(chosen, edition.get("due_by", "end_of_day")),
        pauses_on=tuple(edition.get("pauses", ())),
        ladder=read_ladder(edition.get("ladder", ())),
    )


def read_ladder(steps: Iterable[Mapping[str, Any]]) -> tuple[Rung, ...]:
    """`[{before: {hours: 2}, tell: owner}, {after: {working_hours: 4}, tell: supervisor}]`, with DUE in its place.

    Steps are taken in the order in which they are written. Raises NotALength.
    """
    read = []
    for step in steps:
        when = "before" if "before" in step else "after"
        length = Length.read(step.get(when, {}), "same_time")
        if step.get("tell") not in TOLD:
            raise NotALength(f"A step must tell one of {', '.join(TOLD)}, not {step.get('tell')!r}.")
        read.append(Rung(when, step["tell"], length))
    before = [rung for rung in read if rung.when == "before"]
    return (*before, DUE, *(rung for rung in read if rung.when == "after"))


def due(rule: ClockRule, started_at: datetime, pauses: Iterable[Pause], calendar: Calendar) -> datetime:
    """When the clock falls due, in UTC. A pause that has not ended counts from its start on once it has."""
    return _due(rule.length, started_at, pauses, calendar)


def due_within(within: Mapping[str, Any], started_at: datetime, calendar: Calendar) -> datetime:
    """When `{working_hours: 4}` from `started_at` is over, in UTC: a route's `answer_within`. Raises NotALength."""
    return _due(Length.read(within), started_at, (), calendar)


def _before(length: Length, due_at: datetime, calendar: Calendar) -> datetime:
    """The moment that lies `length` before the due time; of days, the opening of the day (the office hears it then).

    0 days is the opening of the due day itself.
    """
    if length.unit == "hours":
        return due_at.astimezone(UTC) - timedelta(hours=length.number)
    if length.unit == "working_hours":
        return calendar.before_working(due_at.astimezone(UTC), timedelta(hours=length.number))
    day = due_at.astimezone(LONDON).date()
    if length.unit == "days":
        return calendar.opening(day - length.number * _DAY)
    while not calendar.is_working_day(day):
        day -= _DAY
    for _ in range(length.number):
        day = calendar.working_day_before(day)
    return calendar.opening(day)


def _due(length: Length, started_at: datetime, pauses: Iterable[Pause], calendar: Calendar) -> datetime:
    start = started_at.astimezone(UTC)
    stood_still = _merged(pauses, start)
    if length.unit in ("hours", "working_hours"):
        return _after_hours(length, start, stood_still, calendar)
    return _after_days(length, start, stood_still, calendar)


def _after_days(length: Length, start: datetime, pauses: Pauses, calendar: Calendar) -> datetime:
    working = length.unit == "working_days"
    local = start.astimezone(LONDON)
    day, left = local.date(), length.number
    while left:
        day = calendar.next_working_day(day) if working else day + _DAY
        ends = datetime.combine(day, _LAST_SECOND, LONDON).astimezone(UTC)
        if not any(begun <= ends < ended for begun, ended in pauses):
            left -= 1
    at = _LAST_SECOND
    if length.due_by == "same_time" and (not working or calendar.is_working_day(local.date())):
        at = local.time()
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def _after_hours(length: Length, start: datetime, pauses: Pauses, calendar: Calendar) -> datetime:
    """Count up to each pause in turn; what is left is counted from the end of the last that came in time."""
    left, at = timedelta(hours=length.number), start
    working = length.unit == "working_hours"
    for begun, ended in pauses:
        reached = calendar.after_working(at, left) if working else at + left
        if reached <= begun:
            return reached
        left -= calendar.worked(at, begun) if working else begun - at
        at = ended
    return calendar.after_working(at, left) if working else at + left


def _merged(pauses: Iterable[Pause], start: datetime) -> Pauses:
    """The pauses that have ended, after the start, in order, overlapping ones as one."""
    ended = sorted(
        (max(pause.started_at.astimezone(UTC), start), pause.ended_at.astimezone(UTC))
        for pause in pauses
        if pause.ended_at is not None
    )
    merged: Pauses = []
    for begun, until in ended:
        if until <= begun:
            continue
        if merged and begun <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((begun, until))
    return merged
