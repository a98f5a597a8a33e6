"""Records of a file as identities: dates in the ways people write them, contacts in one form. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from victims.matching.identity import Address, Identity
from victims.normalise import email, postcode, telephones, written

COLUMNS = ("id", "given_name", "surname", "date_of_birth", "sex", "address", "postcode", "phone", "email")
_SEXES = {"1": "1", "m": "1", "male": "1", "man": "1", "2": "2", "f": "2", "female": "2", "woman": "2"}
_DATES = (
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[T ].*)?"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)(?:\.0)?"),
    re.compile(r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})(?: .*)?"),
)


class CannotRead(ValueError):
    """A file or a record that cannot be understood. The message names row and column, never what stands there."""


@dataclass(frozen=True)
class Told:
    """One record of a file."""

    id: str
    identity: Identity


def read_record(cells: Mapping[str, str], *, number: int) -> Told:
    """A record of COLUMNS, any of which may be absent or empty; without an id its number stands for it.

    Raises CannotRead.
    """
    told = {column: written(cells.get(column) or "") for column in COLUMNS}
    home = Address(told["address"], _postcode(told["postcode"]))
    numbers = telephones(told["phone"])
    phones = {one.number for one in numbers} or {re.sub(r"\D", "", told["phone"])}
    return Told(
        told["id"] or str(number),
        Identity(
            given_names=told["given_name"],
            surname=told["surname"],
            born=_born(told["date_of_birth"], number),
            sex=_SEXES.get(told["sex"].casefold(), "0"),
            phones=frozenset(phones - {""}),
            emails=frozenset({email(told["email"]) or told["email"].casefold()} - {""}),
            addresses=frozenset({home} - {Address()}),
        ),
    )


def _born(text: str, number: int) -> str:
    """YYYY-MM-DD, YYYYMMDD or DD/MM/YYYY as YYYYMMDD; digits that are no date are kept as they are typed."""
    if not text:
        return ""
    found = next((match for shape in _DATES if (match := shape.fullmatch(text))), None)
    if found is None:
        raise CannotRead(
            f"row {number}, column date_of_birth: write the date as YYYY-MM-DD, YYYYMMDD or DD/MM/YYYY."
        )
    year, month, day = (int(found[part]) for part in ("year", "month", "day"))
    return f"{year:04d}{month:02d}{day:02d}"


def _postcode(text: str) -> str:
    """In British form; of another country's its letters and digits."""
    return postcode(text) or re.sub(r"[^0-9A-Z]", "", text.removesuffix(".0").upper())
