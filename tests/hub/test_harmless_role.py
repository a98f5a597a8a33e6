"""Web, worker and commands refuse to work as a database role that the policies do not bind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from psycopg.conninfo import make_conninfo

pytestmark = pytest.mark.slow  # each starts a process

ROOT = Path(__file__).resolve().parent.parent.parent
WORKER = ("-m", "celery", "-A", "hub", "worker", "--pool=solo", "--without-gossip", "--without-mingle")
STARTS = {
    "web": ("-c", "import hub.wsgi"),
    "worker": WORKER,
    "beat": ("-m", "celery", "-A", "hub", "beat", "--pidfile="),
    "command": ("manage.py", "check_integrity"),
}


def start(*command: str, **where: str) -> subprocess.CompletedProcess[str]:
    given = os.environ | {"DJANGO_SETTINGS_MODULE": "hub.settings", "BROKER_URL": "memory://"} | where
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("who", STARTS)
def test_nothing_starts_as_the_owner(hub, who):
    owner = make_conninfo(os.environ["DATABASE_OWNER_URL"], dbname=settings.DATABASES["default"]["NAME"])
    done = start(*STARTS[who], DATABASE_URL=owner)
    assert done.returncode != 0
    assert "owns the database or tables in it" in done.stderr
    assert "deploy/roles.sql" in done.stderr


def test_the_web_process_starts_as_the_application(hub):
    ours = make_conninfo(os.environ["DATABASE_URL"], dbname=settings.DATABASES["default"]["NAME"])
    done = start(*STARTS["web"], DATABASE_URL=ours)
    assert done.returncode == 0, done.stderr


def test_a_database_that_is_away_is_waited_for(hub):
    done = start(*STARTS["web"], DATABASE_URL="postgresql://hub_app@127.0.0.1:1/hub?connect_timeout=2")
    assert done.returncode == 0, done.stderr
