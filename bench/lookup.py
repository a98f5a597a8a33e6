"""Fills a hub with invented people in bulk, looks people up by recognition and by a bare trigram index, and takes a
feed before and after.

Usage: python -m bench.lookup PEOPLE LOOKUPS BEFORE AFTER    (in an instance of its own: see bench.__main__)
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
from psycopg.conninfo import make_conninfo

from bench.intake import take_feed
from bench.population import Human, people, report
from hub import embedded

SEED = 26
NOW = datetime(2026, 11, 1, tzinfo=UTC)
PORTION = 20_000
TABLES = {
    "access_grant": "id, hub_id, agency_id, case_id, person_id, categories, granted_at, because,"
    " restricted, conflicted",
    "victims_person": "id, hub_id, reference, date_of_birth, sex, ethnicity, language, interpreter, created_at",
    "victims_personname": "id, hub_id, person_id, given_names, surname, recorded_at",
    "victims_contactmethod": "id, hub_id, person_id, kind, value, safety, notes, rules, recorded_at",
    "victims_address": "id, hub_id, person_id, lines, postcode, letters, household, recorded_at",
    "victims_matchkey": "hub_id, person_id, key",
    "bare": "person_id, name",
}
INDEXES = """
SELECT i.indexrelid::regclass::text, c.oid IS NOT NULL, pg_get_indexdef(i.indexrelid), pg_get_constraintdef(c.oid)
FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u'
WHERE i.indrelid = %s::regclass AND NOT i.indisprimary
"""
WHILE_FILLED = (
    "ALTER SYSTEM SET max_wal_size = '4GB'",
    "SELECT pg_reload_conf()",
    "ALTER TABLE victims_matchkey ALTER id SET DEFAULT uuidv7()",
)
AFTERWARDS = (
    "GRANT SELECT ON bare TO PUBLIC",
    "ALTER TABLE victims_matchkey ALTER id DROP DEFAULT",
    "ALTER SYSTEM RESET max_wal_size",
    "SELECT pg_reload_conf()",
)
TRIGRAMS = "SELECT person_id FROM bare WHERE name %% %s ORDER BY similarity(name, %s) DESC LIMIT 50"


def main(many: int, lookups: int, before: Path, after: Path) -> None:
    import django

    django.setup()
    took = {"import_before": take_feed(before)}
    began = time.perf_counter()
    fill(many)
    took["filled"] = time.perf_counter() - began
    chance = random.Random(SEED)
    told = [(human, report(human, chance, number)) for number, human in enumerate(some(many, lookups))]
    found = look(told)
    took["import_after"] = take_feed(after)
    print(json.dumps({**took, **found}))


def some(many: int, lookups: int) -> list[Human]:
    """As many of the people who are held, from one portion in the middle."""
    number = many // PORTION // 2
    return random.Random(SEED).sample(people_of(number, min(PORTION, many - number * PORTION)), lookups)


def people_of(number: int, many: int) -> list[Human]:
    """The people of one portion; each portion has people of its own."""
    humans = islice(people(SEED + number), many)
    return [replace(human, id=number * PORTION + human.id) for human in humans]


def fill(many: int) -> None:
    """By the database's own superuser, past policies, triggers and foreign keys: nothing else loads millions.

    Indexes are taken away and made again at the end, and the database gives the ids that nobody asks for.
    """
    with psycopg.connect(superuser(), autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (person_id uuid, name text)")
        for change in WHILE_FILLED:
            connection.execute(change)
        rebuilt = [again for table in TABLES for again in taken_away(connection, table)]
        sizes = [min(PORTION, many - start) for start in range(0, many, PORTION)]
        with ProcessPoolExecutor(os.cpu_count()) as workers:
            list(workers.map(load, range(len(sizes)), sizes))
        connection.execute("SET maintenance_work_mem = '512MB'")
        for again in (*rebuilt, "CREATE INDEX bare_name ON bare USING gin (name gin_trgm_ops)", *AFTERWARDS):
            connection.execute(again)
        for table in TABLES:
            connection.execute(f"VACUUM ANALYZE {table}")


def taken_away(connection: psycopg.Connection[Any], table: str) -> list[str]:
    """Drops the indexes of a table but its primary key; returns what makes them again."""
    made = []
    for name, is_constraint, index, constraint in connection.execute(INDEXES, [table]).fetchall():
        if is_constraint:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            made.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {constraint}")
        else:
            connection.execute(f"DROP INDEX {name}")
            made.append(index)
    return made


def superuser() -> str:
    return make_conninfo(os.environ["DATABASE_OWNER_URL"], user="postgres")


def load(number: int, many: int) -> None:
    """One portion, on a connection of its own."""
    rows = portion(people_of(number, many))
    with psycopg.connect(superuser()) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for table, columns in TABLES.items():
            with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows[table]:
                    copy.write_row(row)


def portion(humans: list[Human]) -> dict[str, list[tuple[object, ...]]]:
    """The rows of a portion of people, by table, as intake would write them."""
    from access.categories import ALL_CATEGORIES
    from access.context import hub_id
    from access.ids import new_id
    from victims.matching import Address, Identity, match_keys
    from victims.normalise import telephone

    hub, categories = hub_id(), list(ALL_CATEGORIES)
    rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in TABLES}
    for human in humans:
        person = person_id(human)
        number = telephone(human.mobile)
        phones = [number.number] if number else []
        given = f"{human.given} {human.second}".strip()
        home = Address(human.home.lines, human.home.postcode)
        keys = match_keys(
            Identity(
                given_names=given,
                surname=human.surname,
                born=f"{human.born:%Y%m%d}",
                phones=frozenset(phones),
                emails=frozenset({human.email.casefold()}),
                addresses=frozenset({home}),
            )
        )
        rows["access_grant"].append(
            (new_id(), hub, hub, new_id(), person, categories, NOW, "hub", False, False)
        )
        rows["victims_person"].append(
            (person, hub, f"P-B-{human.id}", human.born, human.sex, "", "", False, NOW)
        )
        rows["victims_personname"].append((new_id(), hub, person, given, human.surname, NOW))
        for kind, value in (*(("mobile", phone) for phone in phones), ("email", human.email.casefold())):
            rows["victims_contactmethod"].append(
                (new_id(), hub, person, kind, value, "unknown", "", "{}", NOW)
            )
        rows["victims_address"].append(
            (new_id(), hub, person, home.lines, home.postcode, "unknown", "unknown", NOW)
        )
        rows["victims_matchkey"] += [(hub, person, key) for key in keys]
        rows["bare"].append((person, f"{given} {human.surname}".casefold()))
    return rows


def person_id(human: Human) -> UUID:
    return UUID(int=(0x7 << 76) + (0x8 << 60) + human.id)


def look(told: list[tuple[Human, object]]) -> dict[str, object]:
    """Each lookup by recognition and by trigrams, in turn, in one transaction a lookup; milliseconds."""
    from django.db import connection

    from access.context import acting_as_system
    from victims.matching.records import COLUMNS, read_record
    from victims.queries import who_may_be

    times: dict[str, list[float]] = {"recognition": [], "trigrams": []}
    found = found_first = 0
    for number, (human, record) in enumerate(told):
        one = read_record({name: getattr(record, name) for name in COLUMNS}, number=number).identity
        with acting_as_system("bench"):
            likely, took = timed(lambda one=one: who_may_be(one))
        times["recognition"].append(took)
        found += person_id(human) in {person for person, _ in likely}
        found_first += bool(likely) and likely[0][0] == person_id(human)
        name = f"{one.given_names} {one.surname}".casefold()
        with acting_as_system("bench"), connection.cursor() as cursor:
            cursor.execute("SET LOCAL pg_trgm.similarity_threshold = 0.45")
            _, took = timed(
                lambda name=name, cursor=cursor: cursor.execute(TRIGRAMS, [name, name]).fetchall()
            )
        times["trigrams"].append(took)
    return {"times": times, "lookups": len(told), "found": found, "first": found_first}


def timed(act: Callable[[], Any]) -> tuple[Any, float]:
    began = time.perf_counter()
    done = act()
    return done, (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    with embedded.attach():
        main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]))
