"""Each policy for reading is taken away, and each of its conditions: some reader must find other rows than before."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import Error, connection, connections
from psycopg import sql

from access.context import acting_as, acting_as_system
from tests.matrix.mutants import Mutant, of_functions, of_reading
from tests.matrix.policy import READERS
from tests.matrix.readers import actor_of
from tests.matrix.test_the_database_alone import tables

Found = dict[tuple[str, str], int]


@contextmanager
def weakened(mutant: Mutant) -> Iterator[bool]:
    """The database with the mutant in it; False where the database does not take it."""
    with connections["owner"].cursor() as cursor:
        try:
            cursor.execute(mutant.make)
        except Error:
            yield False
            return
        try:
            yield True
        finally:
            cursor.execute(mutant.undo)


def found(actors, names) -> Found:
    """How many rows of each table each reader finds; and whoever acts for nobody."""
    seen = {(table, "nobody"): rows_of(table) for table in names}
    for name, actor in actors.items():
        with acting_as(actor):
            seen |= {(table, name): rows_of(table) for table in names}
    return seen


def rows_of(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        return cursor.fetchone()[0]


@pytest.mark.slow
def test_no_policy_for_reading_can_be_taken_away_unnoticed(world, tally):
    actors = {reader.name: actor_of(reader) for reader in READERS}
    with acting_as_system("tests"):
        filled = {table for table in tables() if rows_of(table)}
    before = found(actors, tables())
    whole, parts, unnoticed = 0, 0, []
    for mutant in (*of_reading(), *of_functions()):
        with weakened(mutant) as taken:
            if not taken or (mutant.table and mutant.table not in filled):
                continue
            whole, parts = whole + mutant.is_whole, parts + (not mutant.is_whole)
            now = found(actors, [mutant.table] if mutant.table else tables())
            if all(before[place] == count for place, count in now.items()):
                unnoticed.append(mutant)
    assert found(actors, tables()) == before, "every mutant was put back"
    survivors = [mutant.words for mutant in unnoticed if mutant.is_whole]
    tally("Policies for reading that were taken away unnoticed", len(survivors), whole)
    tally("note: single conditions of policies that no reader missed", len(unnoticed) - len(survivors), parts)
    print("\n".join(mutant.words for mutant in unnoticed))
    assert survivors == []
    assert whole > 30
    assert parts > 30
