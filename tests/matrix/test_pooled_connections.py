"""Whom a transaction acted for never survives it: not on the same connection, and not through a pooler."""

import re

import pytest
from django.db import connection, transaction

from access.context import acting_as
from tests.matrix.policy import READERS
from tests.matrix.readers import actor_of
from tests.matrix.walk import Keys
from tests.platform.stage import ROOT

PRIYA = READERS[0]
SETTINGS = ("actor_kind", "actor_id", "actor_name", "agency_id", "is_hub", "role", "team_ids")
ROOMS = ("access", "messaging", "agencies", "victims", "pathways", "referrals", "rights", "reporting", "hub")


def what_is_left() -> tuple[str, int, int]:
    """The settings that the next user of the connection would find, and the rows that they would show."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT coalesce(string_agg(current_setting('hub.' || name, true), ''), '')"
            " FROM unnest(%s::text[]) name),"
            " (SELECT count(*) FROM victims_person), (SELECT count(*) FROM access_grant)",
            [list(SETTINGS)],
        )
        return cursor.fetchone()


def the_connection() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


@pytest.mark.slow
def test_the_next_user_of_a_connection_finds_nobody(world, tally):
    same, survived, returns = the_connection(), 0, 0
    client = Keys().client(PRIYA)
    for path in (
        "/triage/",
        f"/cases/{world.targets['new'].fills['reference']}/",
        "/cases/VRH-26-999999/",
        "/access/",
    ):
        client.get(path)
        returns += 1
        survived += what_is_left() != ("", 0, 0)
    with pytest.raises(ZeroDivisionError), acting_as(actor_of(PRIYA)):
        _ = 1 / 0
    with transaction.atomic():
        with acting_as(actor_of(PRIYA)), acting_as(actor_of(READERS[1])):
            pass
        survived += what_is_left() != ("", 0, 0)
    returns += 2
    survived += what_is_left() != ("", 0, 0)
    tally("Returns of a connection that left somebody's settings on it", survived, returns)
    assert survived == 0
    assert the_connection() == same, "all of it was one connection"
    with acting_as(actor_of(PRIYA)):
        assert what_is_left()[1] > 0, "within the transaction there are rows"


def test_no_setting_is_ever_made_for_longer_than_a_transaction():
    """A setting that outlives its transaction would be the next one's on a pooled connection."""
    lasting = re.compile(r"set_config\([^)]*,\s*false\s*\)|\bSET\s+(SESSION\s+)?hub\.", re.IGNORECASE)
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for folder in ROOMS
        for file in (ROOT / folder).rglob("*.py")
        for match in lasting.finditer(file.read_text())
    ]
    assert found == []
