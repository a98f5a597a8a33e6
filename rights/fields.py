"""The table of fields: what of each table is in a person's copy, and what is left of it after erasure. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from access.categories import CATEGORY_OF, Category

FIELDS_FILE = Path(__file__).parent / "data" / "fields.yaml"
INTERNAL = ("id", "hub_id")
"""Columns of every table that say nothing about anybody."""
SHOWN = ("show", "text", "staff", "third_party", "answers", "own_or_other")


class FieldsNotValid(Exception):
    """The table of fields has an entry that is none."""


@dataclass(frozen=True)
class Table:
    """One table with personal data: how its rows lead to the person, and the fate of each column.

    keys: columns that lead to the person, each with what it points at: person, case, referral, document or
    row (of a sender's file).
    erase: "rows", "keep", or columns and their SQL.
    """

    name: str
    words: str
    category: Category
    keys: Mapping[str, str]
    columns: Mapping[str, str]
    erase: str | Mapping[str, str]

    @property
    def exported(self) -> dict[str, str]:
        """The columns that a copy shows, with how."""
        return {column: how for column, how in self.columns.items() if how in SHOWN}


@cache
def tables() -> Mapping[str, Table]:
    """Every table by name. Raises FieldsNotValid."""
    read = yaml.safe_load(FIELDS_FILE.read_text(encoding="utf-8"))
    return {name: _table(name, entry) for name, entry in read.items()}


def _table(name: str, entry: Mapping[str, Any]) -> Table:
    if name not in CATEGORY_OF or "category" in entry:
        raise FieldsNotValid(f"{name}: say in access/categories.py of which data category it is.")
    for column, how in entry["columns"].items():
        if how not in SHOWN and not str(how).startswith("withhold: "):
            raise FieldsNotValid(f"{name}.{column}: {how!r} is neither shown nor withheld with a reason.")
    erase = entry["erase"]
    if isinstance(erase, str) and erase != "rows":
        if not erase.startswith("keep: "):
            raise FieldsNotValid(f"{name}: say why its rows are kept.")
        erase = "keep"
    return Table(
        name=name,
        words=entry["words"],
        category=CATEGORY_OF[name],
        keys=entry["keys"],
        columns=entry["columns"],
        erase=erase,
    )
