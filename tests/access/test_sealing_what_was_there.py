"""Rows from before columns were sealed are sealed by the migration, and opened again by its reverse."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from access.encryption import unseal
from access.ids import new_id

ROOT = Path(__file__).resolve().parent.parent.parent
BEFORE = (("victims", "0004"), ("pathways", "0003"))
AFTER = (("victims", "0005"), ("pathways", "0004"))
TABLES = ("victims_person", "victims_address", "pathways_assessment")
ANSWERS = {"N1": {"need": "yes", "severity": 3}, "N2": {"need": "no"}}


@pytest.fixture
def scratch(worker_id: str):
    """A database without tables: its address for the owner."""
    server, name = os.environ["DATABASE_OWNER_URL"], f"hub_sealing_{worker_id}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_conninfo(server, dbname=name)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def migrate(owner: str, *targets: tuple[str, str]) -> None:
    application = make_conninfo(
        os.environ["DATABASE_URL"], dbname=psycopg.conninfo.conninfo_to_dict(owner)["dbname"]
    )
    for app, number in targets:
        done = subprocess.run(
            [sys.executable, "manage.py", "migrate", app, number, "--database=owner", "-v0"],
            cwd=ROOT,
            env=os.environ | {"DATABASE_OWNER_URL": owner, "DATABASE_URL": application},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def all_of(owner: str, table: str, *columns: str) -> list[tuple]:
    """Every row, past the policies, as no actor of the product could read it."""
    with psycopg.connect(owner) as connection:
        connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        rows = connection.execute(
            sql.SQL("SELECT {} FROM {} ORDER BY 1").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
            )
        ).fetchall()
        connection.rollback()
        return rows


def a_victim_of_before(owner: str) -> None:
    person, hub, instrument = new_id(), new_id(), new_id()
    with psycopg.connect(owner) as db:
        for table in TABLES:
            db.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        db.execute(
            "INSERT INTO victims_person (id, hub_id, reference, sex, ethnicity, language, interpreter, created_at)"
            " VALUES (%s, %s, 'P-26-000001', '0', '', '', false, now())",
            [person, hub],
        )
        for lines, postcode, is_safe in (
            ("1 High Street", "NS1 4AB", False),
            ("Willow House", "NS9 9ZZ", True),
        ):
            db.execute(
                "INSERT INTO victims_address (id, hub_id, person_id, lines, postcode, is_safe_address, letters,"
                " recorded_at) VALUES (%s, %s, %s, %s, %s, %s, 'unknown', now())",
                [new_id(), hub, person, lines, postcode, is_safe],
            )
        db.execute(
            "INSERT INTO pathways_instrumentversion (id, code, edition, title, definition, effective_from)"
            " VALUES (%s, 'needs-8', 1, 'Needs', %s, '2021-04-01')",
            [instrument, json.dumps({"items": [{"code": "N1"}, {"code": "N2"}]})],
        )
        db.execute(
            "INSERT INTO pathways_assessment (id, hub_id, case_id, person_id, instrument_id, stage, answers, score,"
            " grade, judgement, rationale, completed_by, completed_by_name, completed_at)"
            " VALUES (%s, %s, %s, %s, %s, 'start', %s, '{}', '', '', '', %s, 'Priya', now())",
            [new_id(), hub, new_id(), person, instrument, json.dumps(ANSWERS), hub],
        )
        db.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            db.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


@pytest.mark.slow
def test_there_and_back_again(django_db_setup, scratch):
    migrate(scratch, *BEFORE)
    a_victim_of_before(scratch)
    migrate(scratch, *AFTER)
    assert all_of(scratch, "victims_address", "lines") == [("1 High Street",)]
    [(place,)] = all_of(scratch, "victims_safeaddress", "place")
    assert json.loads(unseal(place)) == {"lines": "Willow House", "postcode": "NS9 9ZZ"}
    assert all_of(scratch, "pathways_assessment", "answers") == [({"N2": {"need": "no"}},)]
    [(answers,)] = all_of(scratch, "pathways_healthanswers", "answers")
    assert json.loads(unseal(answers)) == {"N1": ANSWERS["N1"]}
    migrate(scratch, *BEFORE)
    assert all_of(scratch, "victims_address", "lines", "is_safe_address") == [
        ("1 High Street", False),
        ("Willow House", True),
    ]
    assert all_of(scratch, "pathways_assessment", "answers") == [(ANSWERS,)]
    with psycopg.connect(scratch) as connection:
        unforced = connection.execute(
            "SELECT relname FROM pg_class WHERE relrowsecurity AND NOT relforcerowsecurity"
        ).fetchall()
    assert unforced == [], "what was put aside for the move is back in place"
