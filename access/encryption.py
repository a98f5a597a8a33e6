"""Columns that stand sealed in the database: who reads a backup, a replica or a query log reads nothing there.

A value is kept as "<key>:<token>": the first eight hex digits of the key's digest, and a Fernet token. The
first of FIELD_KEYS seals; all of them open. `manage.py rotate_field_keys` seals what older keys sealed anew.
"""

import hashlib
import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import models
from django.db.migrations.operations import RunSQL
from django.db.models.query_utils import DeferredAttribute

MARK = 8  # hex digits of a key's name


class SealBroken(Exception):
    """A value cannot be opened: its key is not in FIELD_KEYS, or it was tampered with. Never holds the value."""


class Sealed(str):
    """A value as the database holds it; opened when somebody asks the row for it."""

    __slots__ = ()


def seal(text: str) -> str:
    """The text sealed with the first of FIELD_KEYS."""
    name, key = next(iter(_ring(tuple(settings.FIELD_KEYS)).items()))
    return f"{name}:{key.encrypt(text.encode()).decode()}"


def seal_json(value: Any) -> str:
    """The value as an EncryptedJSONField keeps it, for what is written past the models."""
    return seal(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def unseal(sealed: str) -> str:
    """The text. Raises SealBroken where no key of FIELD_KEYS opens it."""
    name, _, token = sealed.partition(":")
    key = _ring(tuple(settings.FIELD_KEYS)).get(name)
    if key is None:
        raise SealBroken(
            f"sealed with the key {name[:MARK]}, which FIELD_KEYS does not hold: add it at the end"
        )
    try:
        return key.decrypt(token.encode()).decode()
    except InvalidToken:
        raise SealBroken(f"does not open with its key {name}: it was changed outside the hub") from None


def current_key() -> str:
    """The name of the key that seals now, as sealed values begin with."""
    return next(iter(_ring(tuple(settings.FIELD_KEYS))))


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> dict[str, Fernet]:
    return {hashlib.sha256(key.encode()).hexdigest()[:MARK]: Fernet(key) for key in keys}


class _Opening(DeferredAttribute):
    """Opens the value when it is first read; a fault names the row, for the value says nothing."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            field: Any = self.field
            try:
                value = json.loads(unseal(value))
            except SealBroken as broken:
                raise SealBroken(
                    f"{instance._meta.label} {instance.pk}, {field.attname}: {broken}."
                ) from None
            instance.__dict__[field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedJSONField(models.TextField):
    """What JSON can hold, sealed as one text. It can be read and replaced, never searched, ordered or indexed."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any
    descriptor_class = _Opening

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        # Not by the attribute: what nobody has opened goes back as it came.
        return model_instance.__dict__[self.attname]

    def get_prep_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Sealed) else seal_json(value)

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


def only_sealed(table: str, column: str) -> RunSQL:
    """Operation that has the database refuse whatever is not sealed in this column."""
    name = f"{table}_{column}_sealed"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} ~ '^[0-9a-f]{{{MARK}}}:[A-Za-z0-9_=-]{{100,}}$')",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
