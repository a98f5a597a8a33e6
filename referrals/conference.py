"""Case conferences: their kinds, why a case is listed, the agenda's order, and how a meeting moves. Pure.

The rules are data (data/conferences.yaml), by edition: a meeting stays on the one that it was called by. Listing is
decided by people and by agreed rules together; professional judgement always suffices.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

LONDON = ZoneInfo("Europe/London")
KINDS_FILE = Path(__file__).parent / "data" / "conferences.yaml"
MARAC = "marac"

JUDGEMENT, SCORE, ESCALATION, REPEAT, ROUTE = "judgement", "score", "escalation", "repeat", "route"
GROUNDS: dict[str, str] = {
    JUDGEMENT: "Professional judgement",
    SCORE: "Score on the risk checklist",
    ESCALATION: "Escalation",
    REPEAT: "Repeat: listed whatever the threshold",
    ROUTE: "The pathway sent it",
}
"""Why a case is on a conference's list."""

PLANNED, BEGUN, HELD, CIRCULATED, CANCELLED = "planned", "begun", "held", "circulated", "cancelled"
OFF_THE_LIST = ("taken_off", "deferred")
"""States of a listed case in which it takes no room of the meeting and is not heard there."""
STATUSES: dict[str, str] = {
    PLANNED: "planned",
    BEGUN: "in session",
    HELD: "held, minutes not circulated",
    CIRCULATED: "held, minutes circulated",
    CANCELLED: "cancelled",
}
MOVES: dict[str, tuple[str, str]] = {
    "begin": (PLANNED, BEGUN),
    "close": (BEGUN, HELD),
    "circulate": (HELD, CIRCULATED),
    "cancel": (PLANNED, CANCELLED),
}
"""Each move of a meeting: from which status, to which."""

RISKS = ("high", "medium", "standard")


class NoSuchKind(Exception):
    """No kind of conference of that code and edition is in the data."""


@dataclass(frozen=True)
class Kind:
    """One kind of conference, in one edition of its rules; see data/conferences.yaml for what each part means."""

    code: str
    name: str
    edition: str
    effective_from: date
    service: str
    purpose: str
    basis: str
    categories: tuple[str, ...]
    capacity: int
    slot_minutes: int
    research: Mapping[str, int]
    shown_after: Mapping[str, int]
    minutes: str
    statement: str
    score: Mapping[str, Any] | None = None
    escalation: Mapping[str, int] | None = None
    repeat: Mapping[str, Any] | None = None


@cache
def kinds() -> tuple[Kind, ...]:
    """Every edition of every kind, as the file has them."""
    read = yaml.safe_load(KINDS_FILE.read_text(encoding="utf-8"))
    return tuple(Kind(**{**one, "categories": tuple(one["categories"])}) for one in read)


def kinds_on(day: date) -> list[Kind]:
    """Of each kind the edition in effect on that day."""
    newest: dict[str, Kind] = {}
    for one in sorted(kinds(), key=lambda one: one.effective_from):
        if one.effective_from <= day:
            newest[one.code] = one
    return list(newest.values())


def kind_of(code: str, edition: str) -> Kind:
    """The kind as a meeting was called by it. Raises NoSuchKind."""
    for one in kinds():
        if (one.code, one.edition) == (code, edition):
            return one
    raise NoSuchKind(f"There is no kind of conference {code!r} in the edition {edition!r}.")


STANDS_FOR = timedelta(weeks=4)
"""So old, at the meeting, may be what an agency found for an earlier one that put the case off."""


def still_stands(returned_at: datetime, *, meets_at: datetime, newest_report: datetime | None) -> bool:
    """Whether what an agency found for an earlier meeting answers a later one: not where more was reported since."""
    is_recent = meets_at - returned_at <= STANDS_FOR
    return is_recent and (newest_report is None or newest_report <= returned_at)


def months_later(at: datetime, months: int) -> datetime:
    """The same time of day so many calendar months later, or on the last day of a month that is too short."""
    local = at.astimezone(LONDON)
    years, month = divmod(local.month - 1 + months, 12)
    day = local.replace(day=1, year=local.year + years, month=month + 1)
    longest = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return day.replace(day=min(local.day, longest.day)).astimezone(at.tzinfo)


@dataclass(frozen=True)
class Heard:
    """That a conference heard a case of the victim: when, and what tells who was accused then."""

    at: datetime
    accused: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Told:
    """One incident, as far as the repeat rule asks: when it happened, what it was, what tells who is accused."""

    at: datetime
    group: str = ""
    code: str = ""
    properties: frozenset[str] = frozenset()
    accused: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Repeat:
    """Whether a case is a repeat; None where the perpetrator is not told on either side and somebody must say."""

    stands: bool | None
    words: str


def repeat(kind: Kind, last: Heard | None, incidents: Iterable[Told], *, at: datetime) -> Repeat:
    """The repeat rule: the same victim and perpetrator, a further incident within the months after the last conference.

    last: the newest conference of this kind that heard the victim, whichever record of theirs it was.
    """
    if kind.repeat is None:
        return Repeat(False, "This kind of conference has no repeat rule.")
    if last is None:
        return Repeat(False, "No conference has heard this person before: not a repeat.")
    until = months_later(last.at, kind.repeat["months"])
    heard = f"the conference of {last.at.astimezone(LONDON):%-d %B %Y}"
    further = [one for one in incidents if last.at < one.at <= min(until, at) and _counts(kind.repeat, one)]
    if not further:
        if at > until:
            return Repeat(False, f"More than {kind.repeat['months']} months after {heard}: a new referral.")
        return Repeat(False, f"Nothing further that counts has been reported since {heard}.")
    same = [one for one in further if one.accused & last.accused]
    if same:
        first = min(one.at for one in same).astimezone(LONDON)
        return Repeat(
            True, f"A further incident on {first:%-d %B %Y} that names the same perpetrator as {heard}."
        )
    if any(not one.accused for one in further) or not last.accused:
        return Repeat(
            None, f"A further incident since {heard}; it is not told whether it was the same perpetrator."
        )
    return Repeat(False, f"A further incident since {heard}, of another perpetrator.")


def _counts(rule: Mapping[str, Any], one: Told) -> bool:
    return (
        one.group in rule["groups"]
        or one.code in rule["codes"]
        or bool(one.properties & set(rule["properties"]))
    )


@dataclass(frozen=True)
class Ground:
    """A reason to list a case: a code of GROUNDS, and how it stands in words."""

    code: str
    words: str

    @property
    def title(self) -> str:
        return GROUNDS[self.code]


def grounds(kind: Kind, *, score: int | None, reports: int, again: Repeat) -> list[Ground]:
    """Every rule by which the case is listed, the strongest first. Judgement is not among them: people add it.

    score: "yes" on the kind's instrument, None where it was not asked. reports: in the months of the escalation rule.
    """
    found = []
    if again.stands:
        found.append(Ground(REPEAT, again.words))
    if kind.score is not None and score is not None and score >= kind.score["at_least"]:
        found.append(Ground(SCORE, f"{score} answered yes; {kind.score['at_least']} or more list a case."))
    if kind.escalation is not None and reports >= kind.escalation["at_least"]:
        months = kind.escalation["months"]
        wanted = kind.escalation["at_least"]
        found.append(
            Ground(ESCALATION, f"{reports} reports in {months} months; {wanted} or more list a case.")
        )
    return found


@dataclass(frozen=True)
class Item:
    """One listed case, as far as the agenda's order asks."""

    key: Any
    risk: str
    is_repeat: bool
    score: int | None
    listed_at: datetime


@dataclass(frozen=True)
class Slot:
    """When a listed case is taken."""

    number: int
    at: datetime
    key: Any


def agenda(starts_at: datetime, slot_minutes: int, items: Sequence[Item]) -> list[Slot]:
    """The order of a meeting: the highest risk first, repeats before others, then by score and by when listed."""

    def place(item: Item) -> tuple[int, bool, int, datetime]:
        risk = RISKS.index(item.risk) if item.risk in RISKS else len(RISKS)
        return risk, not item.is_repeat, -(item.score or 0), item.listed_at

    length = timedelta(minutes=slot_minutes)
    return [
        Slot(number + 1, starts_at + number * length, item.key)
        for number, item in enumerate(sorted(items, key=place))
    ]
