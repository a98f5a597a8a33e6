"""Whether anything is left of those who were erased: every table is asked, the unlisted ones too."""

from django.db import connection
from psycopg import sql

from rights.fields import Table, tables

OF_ERASED = {
    "person": sql.SQL("SELECT person_id FROM rights_certificate"),
    "case": sql.SQL(
        "SELECT value::uuid FROM rights_certificate, jsonb_array_elements_text(case_ids) AS value"
    ),
    "referral": sql.SQL(
        "SELECT id FROM referrals_referral WHERE case_id IN"
        " (SELECT value::uuid FROM rights_certificate, jsonb_array_elements_text(case_ids) AS value)"
    ),
    "document": sql.SQL(
        "SELECT id FROM referrals_document WHERE case_id IN"
        " (SELECT value::uuid FROM rights_certificate, jsonb_array_elements_text(case_ids) AS value)"
    ),
    "row": sql.SQL(
        "SELECT id FROM referrals_feedrow"
        " WHERE coalesce(person_id, names_person_id) IN (SELECT person_id FROM rights_certificate)"
    ),
}
SHOWN = 20


def left_over() -> tuple[int, list[str]]:
    """How many people were erased, and rows in which something of one is left: table and id, a few.

    Reads whole tables: for checks only.
    """
    found: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rights_certificate")
        erased = cursor.fetchone()[0]
        if not erased:
            return 0, found
        for table in tables().values():
            if table.erase != "keep":
                cursor.execute(_left(table))
                found += [f"{table.name}: {row[0]}" for row in cursor.fetchall()]
        cursor.execute(
            "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND a.attname IN ('person_id', 'case_id') AND NOT a.attisdropped"
        )
        for name, column in cursor.fetchall():
            if name not in tables():
                cursor.execute(_unlisted(name, column))
                found += [f"{name} (not in the table of fields): {row[0]}" for row in cursor.fetchall()]
    return erased, found[:SHOWN]


def _left(table: Table) -> sql.Composed:
    """Rows of erased people that are still there, or not as empty as they should be."""
    where = sql.SQL(" OR ").join(
        sql.SQL("{} IN ({})").format(sql.Identifier(key), OF_ERASED[of]) for key, of in table.keys.items()
    )
    filled: sql.Composable = sql.SQL("true")
    if not isinstance(table.erase, str):
        filled = sql.SQL(" OR ").join(
            sql.SQL("{} IS DISTINCT FROM ({})").format(sql.Identifier(column), sql.SQL(value))
            for column, value in table.erase.items()
        )
    statement = "SELECT id FROM {} WHERE ({}) AND ({}) LIMIT {}"
    return sql.SQL(statement).format(sql.Identifier(table.name), where, filled, sql.Literal(SHOWN))


def _unlisted(name: str, column: str) -> sql.Composed:
    ids = OF_ERASED["person" if column == "person_id" else "case"]
    column_name = sql.Identifier(column)
    statement = "SELECT {} FROM {} WHERE {} IN ({}) LIMIT 1"
    return sql.SQL(statement).format(column_name, sql.Identifier(name), column_name, ids)
