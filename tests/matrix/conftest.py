"""The world of the matrix in a database of its own, made once from the tests' founded one; and the count of it all."""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from psycopg import sql

if TYPE_CHECKING:  # models cannot be loaded before pytest has configured the tests
    from tests.matrix.world import World


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, worker_id: str) -> "Iterator[World]":
    """Every relation to a case, committed; probes take back what they do. The database's owner may change it too."""
    import psycopg
    from django.conf import settings
    from django.db import connections

    from tests.matrix.world import build

    maintenance = os.environ["DATABASE_OWNER_URL"]
    founded, ours = f"hub_test_{worker_id}", f"hub_test_{worker_id}_matrix"

    def use(name: str) -> None:
        connections.close_all()
        for alias in ("default", "owner"):
            settings.DATABASES[alias]["NAME"] = connections[alias].settings_dict["NAME"] = name

    def drop() -> None:
        with psycopg.connect(maintenance, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(ours)))

    def alone() -> None:
        """A database is copied only while nobody is in it: a server that a test ran may have left a session."""
        for address in (os.environ["DATABASE_URL"], maintenance):
            with psycopg.connect(address, autocommit=True) as server:
                server.execute(
                    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                    " WHERE datname = %s AND usename = current_user AND pid <> pg_backend_pid()",
                    [founded],
                )

    with django_db_blocker.unblock():
        connections.close_all()
        drop()
        alone()
        with psycopg.connect(maintenance, autocommit=True) as server:
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(ours), sql.Identifier(founded)
                )
            )
        use(ours)
        refusals = logging.getLogger("django.request")
        level = refusals.level
        try:
            made = build()
            refusals.setLevel(logging.CRITICAL)
            yield made
        finally:
            refusals.setLevel(level)
            use(founded)
            drop()


@pytest.fixture
def tally(request: pytest.FixtureRequest):
    """Notes a count for `make prove`: in words, how many were wrong, and of how many."""
    told: list[tuple[str, int, int]] = []

    def note(words: str, broken: int, over: int) -> None:
        told.append((words, broken, over))

    yield note
    if place := os.environ.get("PROOF_TALLY"):
        with Path(place).open("a") as file:
            file.writelines(json.dumps(line) + "\n" for line in told)
