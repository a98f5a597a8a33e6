"""Years of invented cases, loaded in bulk: the demonstration's cases played to their end, told again and again.

Every row stands as the product's own verbs wrote it: the open cases of the demonstration are ended by the same
verbs in a transaction that is taken back, and what they left is copied under other ids, names and dates
(hub.history.lives). So each told case keeps every promise that `check_integrity` asks of a real one. What is not told
again: feed files, looks, changes and suggestions, which would belong to nobody's work.
"""

import json
import os
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from access.context import hub_id
from access.ids import new_id
from hub.history.lives import Life
from hub.history.played import lives
from hub.history.somebody_else import Numbers, SomebodyElse
from reporting.measures import Change, changes

BATCH = 500
OPEN_FOR = timedelta(weeks=2)
"""How far back cases are still open: as much of the history as falls in it is told open."""
EARLIEST_ENDED = 8  # weeks ago: what took longest has ended by now
# What a trigger counts for every referral that is sent, were triggers not off; a limit that is told beyond gives way.
PLACES = """
UPDATE agencies_service s SET taken = n.taken, sent = n.sent,
  capacity = CASE WHEN s.capacity < n.taken THEN n.taken ELSE s.capacity END
FROM (SELECT v.id, count(r.id) FILTER (WHERE referrals_is_open(r.status)) AS taken,
             count(r.id) FILTER (WHERE r.sent_at >= v.sent_since) AS sent
      FROM agencies_service v JOIN referrals_referral r ON r.service_id = v.id GROUP BY v.id) n
WHERE s.id = n.id
"""
MATCH_KEYS = ("id", "hub_id", "key", "person_id")

Tally = Counter[tuple[str, str, date]]


class CannotLoad(Exception):
    """The history cannot be loaded here; the message says what to do instead."""


def invent_history(*, cases: int, years: int, tell: Callable[[str], Any]) -> int:
    """Load so many cases of the last so many years. Returns how many rows were written. tell: gets lines of progress.

    Each batch is whole or absent. It loads as the superuser of an embedded database, past policies, triggers and
    foreign keys: nothing else loads millions. Raises CannotLoad where there is none, or no case to tell again.
    """
    chance = random.Random(1)
    tell("Playing the demonstration's cases to their end")
    running, ended = lives(is_ended=False), lives(is_ended=True)
    if not ended:
        raise CannotLoad("There is no case to tell again: run `manage.py demo` on an empty hub first.")
    share = min(0.5, OPEN_FOR / timedelta(days=365 * years)) if running else 0
    still_open = round(cases * share)
    numbers = Numbers(cases)
    written = 0
    with _superuser() as server:
        for start in range(0, cases, BATCH):
            batch = _Batch()
            for number in range(start, min(start + BATCH, cases)):
                if number >= cases - still_open:
                    batch.tell(chance.choice(running), 0, chance, numbers)
                else:
                    batch.tell(
                        chance.choice(ended), _weeks_ago(number / cases, years, chance), chance, numbers
                    )
            written += batch.write(server)
            if start % (BATCH * 40) == 0:
                tell(f"{min(start + BATCH, cases):,} of {cases:,} cases")
        server.execute(PLACES)
        for table in ended[0].rows:
            server.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    return written


def _weeks_ago(part: float, years: int, chance: random.Random) -> int:
    """Oldest first, evenly over the years, a little at random."""
    longest = 52 * years
    return max(EARLIEST_ENDED, round(longest * (1 - part)) + chance.randrange(-2, 3))


def _superuser() -> psycopg.Connection[Any]:
    try:
        name = connections["owner"].settings_dict["NAME"]
        where = make_conninfo(os.environ["DATABASE_OWNER_URL"], user="postgres", dbname=name)
        server = psycopg.connect(where, autocommit=True)
    except psycopg.OperationalError as error:
        raise CannotLoad(
            "A history is loaded as the database's superuser, whom only the embedded database lets in:"
            " run this without DATABASE_URL and DATABASE_OWNER_URL."
        ) from error
    server.execute("SET session_replication_role = replica")
    return server


class _Batch:
    """Some lives told again, and what their events add to the roll-ups: written in one transaction."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, Sequence[str]], list[str]] = defaultdict(list)
        self._counted: Tally = Counter()

    def tell(self, life: Life, weeks: int, chance: random.Random, numbers: Numbers) -> None:
        somebody = SomebodyElse(chance, numbers, life, weeks)
        told = life.tell(weeks=weeks, chance=chance, new_value=somebody.new)
        for table, lines in told.lines.items():
            self._lines[table, tuple(life.rows[table][0])] += lines
        person = told.ids[life.rows["victims_person"][0]["id"]]
        self._lines["victims_matchkey", MATCH_KEYS] += [
            f"{new_id()}\t{hub_id()}\t{key}\t{person}\n" for key in somebody.match_keys()
        ]
        for change, place in _changes(life):
            self._counted[change.measure, change.dimension, told.days[place]] += change.by

    def write(self, server: psycopg.Connection[Any]) -> int:
        """How many rows were written."""
        with server.transaction(), server.cursor() as cursor:
            for (table, columns), lines in self._lines.items():
                into = sql.SQL("COPY {} ({}) FROM STDIN").format(
                    sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
                )
                with cursor.copy(into) as copy:
                    copy.write("".join(lines))
            cursor.executemany(
                "INSERT INTO reporting_delta (measure, dimension, day, by) VALUES (%s, %s, %s, %s)",
                [(*key, by) for key, by in self._counted.items() if by],
            )
        return sum(map(len, self._lines.values()))


_changed: dict[int, list[tuple[Change, int]]] = {}


def _changes(life: Life) -> list[tuple[Change, int]]:
    """What each event of the life adds to which number, with the event's place among them."""
    if id(life) not in _changed:
        _changed[id(life)] = [
            (change, place)
            for place, event in enumerate(life.rows["messaging_event"])
            for change in changes(event["topic"], _data(event), date.min)
        ]
    return _changed[id(life)]


def _data(event: Mapping[str, str]) -> dict[str, object]:
    told: dict[str, object] = json.loads(event["data"].replace("\\\\", "\\"))
    return told
