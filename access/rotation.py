"""Sealing anew, with the key that seals now, what older keys have sealed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from psycopg import sql

from access.context import acting_as_system
from access.encryption import MARK, EncryptedJSONField, SealBroken, current_key, seal, unseal

AT_ONCE = 200
FIRST = UUID(int=0)

others: dict[str, Callable[[], int]] = {}


def also_rotates(what: str) -> Callable[[Callable[[], int]], Callable[[], int]]:
    """Register a function that seals anew what is sealed elsewhere than in a column of its own."""

    def register(rotate: Callable[[], int]) -> Callable[[], int]:
        others[what] = rotate
        return rotate

    return register


def sealed_columns() -> list[tuple[type[models.Model], str]]:
    """Every column of the product that stands sealed."""
    return [
        (model, str(field.column))
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, EncryptedJSONField)
    ]


def rotate_column(model: type[models.Model], column: str) -> int:
    """Seal every value of the column anew that another key than today's has sealed. Returns how many.

    Some rows at a time, each in a transaction of its own, along the primary key: the hub goes on meanwhile,
    and where this is stopped the next run goes on with what is left.
    Raises access.encryption.SealBroken, naming the row, where a value's key is missing; what was done stays.
    """
    done, last = 0, FIRST
    while batch := _rotate_some(model, column, after=last):
        done, last = done + len(batch), batch[-1]
    return done


def _rotate_some(model: type[models.Model], column: str, *, after: UUID) -> list[UUID]:
    names = {"table": sql.Identifier(model._meta.db_table), "column": sql.Identifier(column)}
    with acting_as_system("key-rotation"), connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT id, {column} FROM {table} WHERE id > %s AND left({column}, %s) <> %s"
                " ORDER BY id LIMIT %s FOR UPDATE"
            ).format(**names),
            [after, MARK, current_key(), AT_ONCE],
        )
        rows: list[tuple[UUID, str]] = cursor.fetchall()
        cursor.execute(
            sql.SQL(
                "UPDATE {table} held SET {column} = told.value"
                " FROM unnest(%s::uuid[], %s::text[]) AS told (id, value) WHERE held.id = told.id"
            ).format(**names),
            [[row for row, _ in rows], [_anew(model, column, row, value) for row, value in rows]],
        )
    return [row for row, _ in rows]


def _anew(model: Any, column: str, row: UUID, value: str) -> str:
    try:
        return seal(unseal(value))
    except SealBroken as broken:
        raise SealBroken(f"{model._meta.label} {row}, {column}: {broken}.") from None
