"""Many rows in one statement, sent as one JSON value: what bulk work such as intake writes with.

`bulk_create` sends each value as a parameter of its own where a table has an array column; for a row
of 25 columns that costs ten times the insert itself. Policies, defaults made here and constraints
hold as for any INSERT. (COPY would be faster still, but PostgreSQL refuses it under row-level policies.)
"""

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import connection
from django.db.models import Model
from psycopg import sql

from access.ids import new_id


def insert_rows(model: type[Model], rows: Sequence[dict[str, Any]], *, rest: str = "") -> None:
    """Insert `rows` (column to value, all with the same columns) into the model's table.

    Columns that the rows do not give get the field's own default (a generated one what the database makes), and each
    row an id of its own.
    rest: what follows in the statement, a WHERE on `told` (the rows) or an ON CONFLICT against `held`
    (the table), such as "ON CONFLICT DO NOTHING"; written in the product, never taken from data.
    """
    if not rows:
        return
    fields = {field.column: field for field in model._meta.concrete_fields if not field.generated}
    missing = {
        column: field.get_default()
        for column, field in fields.items()
        if column not in rows[0] and column != "id"
    }
    full = [{"id": new_id(), **missing, **row} for row in rows]
    table = sql.Identifier(model._meta.db_table)
    names = sql.SQL(", ").join(map(sql.Identifier, full[0]))
    statement = sql.SQL(
        "INSERT INTO {table} AS held ({names})"
        " SELECT {names} FROM json_populate_recordset(NULL::{table}, %s::json) AS told "
    ).format(table=table, names=names) + sql.SQL(rest)
    with connection.cursor() as cursor:
        cursor.execute(statement, [orjson.dumps(full).decode()])
