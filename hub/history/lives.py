"""One case's rows, taken as PostgreSQL's text, and written again as the rows of another invented person.

A life is every row that belongs to one case and its person, table by table. Read once, it can be told again as
often as wanted: with new ids (which keep their order), a new name, and its moments moved into the past.
Nothing here knows what a table means, save for the few columns in `ONES_OWN` that say who somebody is.
"""

import random
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_TIME = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00(?::00)?|Z)"
_DATE = r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)"
_WAIT = r'"wait_hours": [\d.]+(?:e-?\d+)?'
HOLES = re.compile(f"(?P<id>{_UUID})|(?P<time>{_TIME})|(?P<date>{_DATE})|(?P<wait>{_WAIT})")
WEEK = timedelta(weeks=1)

ONES_OWN: Mapping[tuple[str, str], str] = {
    ("messaging_feedentry", "position"): "position",
    ("referrals_case", "reference"): "case_reference",
    ("victims_person", "reference"): "person_reference",
    ("victims_person", "date_of_birth"): "born",
    ("victims_personname", "given_names"): "given",
    ("victims_personname", "surname"): "surname",
    ("victims_identifier", "value"): "number",
    ("victims_contactmethod", "value"): "contact",
    ("victims_address", "lines"): "lines",
    ("victims_address", "postcode"): "postcode",
    ("victims_relationship", "name"): "other_name",
    ("victims_relationship", "nominal"): "other_number",
    ("referrals_incident", "crime_ref"): "crime_ref",
    ("referrals_incident", "occurrence_ref"): "occurrence_ref",
}
NULL = r"\N"

Row = Mapping[str, str]


NewValue = Callable[[str, str, Row], str]


@dataclass(frozen=True)
class Told:
    """One telling of a life: lines of COPY's text by table, when each event fell, and the person's new identity."""

    lines: Mapping[str, list[str]]
    days: list[date]
    ids: Mapping[str, str]


@dataclass
class Life:
    """The rows of one case, by table, with holes where each telling differs.

    began: the moment from which on the hub acted; what is earlier (the offence, the report) only moves along.
    is_stretched: whether hours and days are put between the hub's acts, which a play puts minutes apart.
    """

    rows: Mapping[str, list[Row]]
    began: datetime
    is_stretched: bool
    acts: list[datetime] = field(init=False)
    events: list[datetime] = field(init=False)
    """When each row of messaging_event fell, in their order."""

    def __post_init__(self) -> None:
        self._ids: set[str] = set()
        self._latest = max(_moment(row["at"]) for row in self.rows["messaging_event"])
        self._own = {row["id"] for rows in self.rows.values() for row in rows if "id" in row}
        moments = {one for rows in self.rows.values() for row in rows for one in _moments_of(row)}
        self.acts = sorted(one for one in moments if self.began <= one <= self._latest)
        self.events = [_moment(row["at"]) for row in self.rows["messaging_event"]]
        self._sent = {
            row["referral_id"]: _moment(row["at"])
            for row in self.rows["messaging_event"]
            if row["topic"] == "referral.sent"
        }
        self._templates = {
            table: [self._template(table, row) for row in rows] for table, rows in self.rows.items()
        }

    def tell(self, *, weeks: int, chance: random.Random, new_value: NewValue) -> Told:
        """The life again, `weeks` earlier. new_value: (which of ONES_OWN, as it was, its row) to the new value."""
        acted = self._acted(weeks, chance)
        ids = {old: self._new_id(old, acted, weeks, chance) for old in sorted(self._ids)}
        telling = _Telling(ids, acted, self.began, weeks * WEEK, new_value)
        lines = {
            table: [
                "".join([part if isinstance(part, str) else part(telling) for part in parts])
                for parts in rows
            ]
            for table, rows in self._templates.items()
        }
        return Told(lines, [acted[one].date() for one in self.events], ids)

    def _acted(self, weeks: int, chance: random.Random) -> dict[datetime, datetime]:
        """When each act falls: the first as much earlier as asked, the others after minutes, hours or days."""
        found: dict[datetime, datetime] = {}
        late = timedelta()
        for before, act in zip([self.began, *self.acts], self.acts, strict=False):
            if self.is_stretched and before != self.began:
                quick = chance.random() < 0.6
                late += (
                    timedelta(minutes=chance.uniform(1, 20))
                    if quick
                    else timedelta(hours=chance.uniform(1, 90))
                )
            found[act] = act - weeks * WEEK + late
        return found

    def _new_id(self, old: str, acted: Mapping[datetime, datetime], weeks: int, chance: random.Random) -> str:
        """A version 7 id made as long after its act as the old one, with the old one's place among its like."""
        number = int(old.replace("-", ""), 16)
        made = datetime.fromtimestamp((number >> 80) / 1000, UTC)
        place = bisect_right(self.acts, made + timedelta(milliseconds=1)) - 1
        moved = made - weeks * WEEK if place < 0 else acted[self.acts[place]] + (made - self.acts[place])
        kept = (number >> 48) & 0xFFFFFFFF
        fresh = f"{(int(moved.timestamp() * 1000) << 80) | (kept << 48) | chance.getrandbits(48):032x}"
        return f"{fresh[:8]}-{fresh[8:12]}-{fresh[12:16]}-{fresh[16:20]}-{fresh[20:]}"

    def _template(self, table: str, row: Row) -> list["str | _Part"]:
        """The row's line as literal text and functions of a telling, to be joined."""
        parts: list[str | _Part] = []
        anchor = min(
            (one for one in _moments_of(row) if self.began <= one <= self._latest), default=self.began
        )
        for place, (column, value) in enumerate(row.items()):
            if place:
                parts.append("\t")
            if which := ONES_OWN.get((table, column)):
                parts.append(_own(which, "" if value == NULL else value, row))
            elif value == NULL:
                parts.append(value)
            else:
                parts += self._pieces(value, anchor, row)
        parts.append("\n")
        return _joined(parts)

    def _pieces(self, value: str, anchor: datetime, row: Row) -> Iterable["str | _Part"]:
        end = 0
        for found in HOLES.finditer(value):
            yield value[end : found.start()]
            end = found.end()
            if found["id"]:
                if found["id"] in self._own:
                    self._ids.add(found["id"])
                    yield _id(found["id"])
                else:
                    yield found["id"]
            elif found["time"]:
                yield _time(_moment(found["time"]), anchor, "T" if "T" in found["time"] else " ")
            elif found["date"]:
                yield _date(date.fromisoformat(found["date"]))
            else:
                yield _wait(_moment(row["at"]), self._sent.get(row["referral_id"], self.began))
        yield value[end:]


@dataclass(frozen=True, slots=True)
class _Telling:
    """What fills the holes of one telling."""

    ids: Mapping[str, str]
    acted: Mapping[datetime, datetime]
    began: datetime
    earlier: timedelta
    new_value: NewValue

    def at(self, moment: datetime, anchor: datetime) -> datetime:
        """The moment as it falls now: an act where the telling puts it, what was due as long after its row's act."""
        if moment in self.acted:
            return self.acted[moment]
        if moment > self.began and anchor in self.acted:
            return self.acted[anchor] + (moment - anchor)
        return moment - self.earlier


_Part = Callable[[_Telling], str]


def _id(old: str) -> _Part:
    return lambda telling: telling.ids[old]


def _time(moment: datetime, anchor: datetime, between: str) -> _Part:
    return lambda telling: telling.at(moment, anchor).isoformat(between)


def _date(day: date) -> _Part:
    return lambda telling: (day - telling.earlier).isoformat()


def _own(which: str, was: str, row: Row) -> _Part:
    return lambda telling: telling.new_value(which, was, row)


def _wait(answered: datetime, sent: datetime) -> _Part:
    def hours(telling: _Telling) -> str:
        waited = telling.at(answered, answered) - telling.at(sent, sent)
        return f'"wait_hours": {waited.total_seconds() / 3600:.2f}'

    return hours


def _moments_of(row: Row) -> Iterable[datetime]:
    for value in row.values():
        yield from (_moment(found["time"]) for found in HOLES.finditer(value) if found["time"])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _joined(parts: Sequence["str | _Part"]) -> list["str | _Part"]:
    """Neighbouring texts as one."""
    joined: list[str | _Part] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return joined
