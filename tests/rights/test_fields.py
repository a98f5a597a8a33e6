"""The table of fields: every column about a person is exported, redacted or withheld with a reason."""

import pytest
from django.db import connection

from rights.fields import INTERNAL, tables

pytestmark = pytest.mark.guard

# Tables that carry a person's or a case's id and nothing else of them, each with the reason.
IDS_ALONE = {
    "access_look": "ids of what was seen: the record of looks outlives the person, in pseudonymised form",
}


def columns_about_people() -> dict[str, set[str]]:
    """By table: its columns, of every table that leads to a person or a case by a key or through a row that does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, array_agg(column_name::text) FROM information_schema.columns"
            " WHERE table_schema = 'public' GROUP BY table_name"
        )
        columns = {name: set(found) for name, found in cursor.fetchall()}
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits")
        parts = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
        )
        keys = cursor.fetchall()
    about = {name for name, found in columns.items() if found & {"person_id", "case_id", "subject"}}
    about |= {"victims_person", "referrals_case"}
    about |= {
        table
        for table, target in keys
        if target in ("victims_person", "referrals_case", "referrals_referral")
    }
    return {name: columns[name] for name in about - parts - set(IDS_ALONE)}


def test_every_column_about_a_person_is_in_the_table_of_fields(hub):
    held = columns_about_people()
    missing = {
        name: sorted(found - set(INTERNAL) - set(tables()[name].columns if name in tables() else ()))
        for name, found in held.items()
    }
    assert {name: found for name, found in missing.items() if found} == {}


def test_the_table_of_fields_names_nothing_that_is_not_there(hub):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
        held = set(cursor.fetchall())
    named = {(table.name, column) for table in tables().values() for column in table.columns}
    named |= {(table.name, key) for table in tables().values() for key in table.keys}
    assert named - held == set()
