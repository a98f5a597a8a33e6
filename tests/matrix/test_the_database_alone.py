"""The database by itself, without any door: every table, read whole as every reader, shows what the policy says."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import connection
from psycopg import sql

from access.context import acting_as
from tests.access.test_policies import OPEN_TABLES
from tests.matrix.canaries import EXISTENCE, KINDS, REFERRAL, Sighting, found_in
from tests.matrix.policy import HEALTH, READERS, RELATIONS, SAFE_ADDRESS, may_see
from tests.matrix.readers import actor_of

BARE_IDS = (EXISTENCE, REFERRAL)
SEALED = {"victims_safeaddress": SAFE_ADDRESS, "pathways_healthanswers": HEALTH}
"""Tables whose content nobody can search: that a row is found at all shows its category."""

KNOWN = {
    (
        "access_personalgrant",
        REFERRAL,
    ): "whoever was let in once keeps the line that says so, with the bare id",
}


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
            " AND NOT c.relispartition ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def read_whole(table: str, world) -> Iterator[Sighting]:
    """Everything that the transaction's actor finds in the table."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT to_jsonb(t)::text FROM {} t").format(sql.Identifier(table)))
        for (row,) in cursor.fetchall():
            for seen in found_in(row, world.names):
                yield replace(seen, kind=SEALED[table]) if table in SEALED else seen


@pytest.mark.slow
def test_no_table_shows_a_reader_what_the_policy_does_not(world, tally):
    leaks, cells = [], 0
    for reader in READERS:
        with acting_as(actor_of(reader)):
            for table in tables():
                cells += len(RELATIONS) * len(KINDS)
                for seen in set(read_whole(table, world)):
                    target = world.of(seen.number)
                    if (table in OPEN_TABLES and seen.kind in BARE_IDS) or (table, seen.kind) in KNOWN:
                        continue
                    if not may_see(reader, target.relation, seen.kind):
                        leaks.append(
                            f"{table} shows {reader.words} {seen.kind} ({seen.text}) of {target.name}"
                        )
    tally(
        "Cells (table x reader x relation x category) in which the database alone showed too much",
        len(leaks),
        cells,
    )
    assert not leaks, "\n".join(sorted(leaks))
