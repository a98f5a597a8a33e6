"""`check_integrity`: each invariant is broken on purpose, and the command says which and what."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg.conninfo import make_conninfo

from access.context import acting_as_system
from access.models import Grant
from hub import integrity
from hub.integrity import CHECKS, check_all
from tests.factories import a_case
from tests.hub.spoiling import (
    BREAKS,
    a_grant,
    a_message,
    a_message_that_keeps_failing,
    a_restricted_case,
    a_run,
    an_event,
    broken,
)


def test_a_founded_hub_holds_every_invariant(hub):
    assert broken() == {}


@pytest.mark.parametrize("spoil", BREAKS, ids=lambda spoil: spoil.__name__)
def test_what_breaks_an_invariant_is_named(hub, spoil):
    assert BREAKS[spoil] not in broken()
    with acting_as_system("tests"):
        what = spoil()
    assert what in broken()[BREAKS[spoil]]


@contextmanager
def owner_of_the_schema() -> Iterator[psycopg.Connection]:
    """Outside the test's transaction."""
    address = make_conninfo(os.environ["DATABASE_OWNER_URL"], dbname=settings.DATABASES["owner"]["NAME"])
    with psycopg.connect(address, autocommit=True) as connected:
        yield connected


@pytest.fixture
def owner(hub) -> Iterator[psycopg.Connection]:
    with owner_of_the_schema() as connected:
        yield connected


@contextmanager
def switched_off(*triggers: str) -> Iterator[None]:
    """The owner has switched off these triggers of the grants."""
    with owner_of_the_schema() as owner:
        for trigger in triggers:
            owner.execute(f"ALTER TABLE access_grant DISABLE TRIGGER {trigger}")
        yield
        for trigger in triggers:
            owner.execute(f"ALTER TABLE access_grant ENABLE TRIGGER {trigger}")


@pytest.fixture
def marks_are_not_kept(django_db_setup) -> Iterator[None]:
    with switched_off("access_grant_marked"):
        yield


@pytest.fixture
def cases_do_not_follow_their_grants(django_db_setup) -> Iterator[None]:
    with switched_off("referrals_grant_closes", "referrals_grant_opens"):
        yield


def test_a_grant_without_the_mark_of_its_restriction_is_named(marks_are_not_kept, hub):
    with acting_as_system("tests"):
        case, _ = a_restricted_case()
        grant = Grant.objects.get(case_id=case.id)
    assert broken()["marks_are_true"] == [str(grant.id)]


def test_a_case_that_is_marked_as_seen_though_restricted_is_named(cases_do_not_follow_their_grants, hub):
    with acting_as_system("tests"):
        case, _ = a_restricted_case()
    assert broken()["cases_marked_as_granted"] == [str(case.id)]


@pytest.fixture
def bare_table(owner) -> Iterator[str]:
    """A table of people that somebody added without a policy."""
    owner.execute("CREATE TABLE spoilt_notes (id uuid PRIMARY KEY, person_id uuid)")
    yield "spoilt_notes"
    owner.execute("DROP TABLE spoilt_notes")


def test_a_table_of_people_without_a_policy_is_named(bare_table):
    assert broken() == {"policies_hold": [bare_table]}


def test_a_policy_that_is_not_forced_is_named(owner, bare_table):
    owner.execute(f"ALTER TABLE {bare_table} ENABLE ROW LEVEL SECURITY")
    assert broken() == {"policies_hold": [bare_table]}


def test_an_application_role_that_owns_a_table_is_named(hub):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE mine (id integer)")
    assert list(broken()) == ["role_is_bound"]


def test_every_invariant_is_broken_here():
    proven = {*BREAKS.values(), "marks_are_true", "cases_marked_as_granted", "policies_hold", "role_is_bound"}
    assert {check.name for check in CHECKS} <= proven


def test_the_work_that_will_mend_it_counts_as_mended(hub):
    """Between a kill and the restart nothing is broken as long as the work for it waits."""
    with acting_as_system("tests"):
        event = an_event("case.triaged", a_case().id)
        a_message(subscriber="referrals.route", key=str(event.id))
        run = a_run(status="taken", received=0)
        a_message(subscriber="referrals.judge_rows", payload={"run": str(run.id)})
        grant = a_grant("safe-steps")
        a_message(payload={"case": str(grant.case_id)})
    assert set(broken()) == {"rollups_agree"}


def test_the_command_says_what_holds(hub):
    out = StringIO()
    call_command("check_integrity", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == len(check_all())
    assert all(line.startswith("ok  ") for line in lines)


def test_the_command_fails_with_a_list(hub):
    with acting_as_system("tests"):
        what = a_message_that_keeps_failing()
    out = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("check_integrity", stdout=out)
    assert left.value.code == 1
    assert "FAIL No message keeps failing" in out.getvalue()
    assert what in out.getvalue()


def test_the_command_answers_machines(hub):
    with acting_as_system("tests"):
        what = a_message_that_keeps_failing()
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_integrity", "--json", stdout=out)
    told = json.loads(out.getvalue())
    [failed] = [check for check in told["checks"] if check["broken"]]
    assert (told["holds"], failed["name"], failed["broken"]) == (False, "nothing_stuck", [what])


def test_it_asks_in_one_snapshot_that_cannot_write(committed_hub, monkeypatch):
    told: list[tuple[str, str]] = []

    def look(cursor: CursorWrapper) -> list[integrity.Result]:
        for name in ("transaction_isolation", "transaction_read_only"):
            cursor.execute(f"SHOW {name}")
            told.append((name, cursor.fetchone()[0]))
        return []

    assert broken() == {}
    monkeypatch.setattr(integrity, "_ask", look)
    check_all()
    assert told == [("transaction_isolation", "repeatable read"), ("transaction_read_only", "on")]
