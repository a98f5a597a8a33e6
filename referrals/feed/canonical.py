"""The canonical shape of a record: our own field names, dates by ISO 8601, codes as the hub keeps them.

Its victim fields are those of the police minimum data standard: given names, surname, date of birth, age, gender, and
at least one of home address, phone and e-mail. A sender that has no columns of its own may send this; it is turned
into the sender's columns, so that there is one path behind.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from referrals.feed.faults import FeedError, shown_column
from referrals.feed.source import FIELDS, SourceDefinition

ALIASES = {"gender": "sex", "home_address": "address"}
SHAPE = frozenset(FIELDS) | frozenset(ALIASES)
DATES = ("date_of_birth",)
TIMES = ("reported_at", "occurred_from", "occurred_to")
GENDERS = {"MALE": "1", "M": "1", "FEMALE": "2", "F": "2", "NOT KNOWN": "0", "NOT SPECIFIED": "9"}


def in_senders_columns(
    record: Mapping[str, Any], source: SourceDefinition, *, row: int, place: str
) -> dict[str, Any]:
    """A canonical record in the columns and formats of this sender. Raises FeedError, which names the field."""
    told: dict[str, Any] = {}
    for name, value in record.items():
        field = ALIASES.get(name, name)
        if field not in FIELDS or (field not in source.columns and value not in (None, "", [])):
            raise FeedError(
                f"{place} has the field {shown_column(name)}, which this hub does not take from this sender. Leave it"
                " out, or ask the hub to add it.",
                row=row,
                column=name,
            )
        if field not in source.columns:
            continue
        if field in DATES or field in TIMES:
            value = _moment(value, source, is_time=field in TIMES, row=row, place=place, name=name)
        elif field == "flags":
            value = _flags(value, source)
        elif field == "sex" and isinstance(value, str):
            value = GENDERS.get(value.strip().upper(), value)
        told[source.columns[field]] = value
    if "role" in source.columns and not told.get(source.columns["role"]):
        told[source.columns["role"]] = min(source.victim_roles)  # the shape is of victims
    return told


def _moment(value: Any, source: SourceDefinition, *, is_time: bool, row: int, place: str, name: str) -> str:
    if value in (None, ""):
        return ""
    try:
        found = datetime.fromisoformat(value.strip())
    except (ValueError, AttributeError):
        raise FeedError(
            f"{place}, field {name} is no {'time' if is_time else 'date'} by ISO 8601, such as"
            f" {'2026-11-16T10:05' if is_time else '1986-05-07'}.",
            row=row,
            column=name,
        ) from None
    if found.tzinfo:
        found = found.astimezone(source.zone)
    return found.strftime(source.times[0] if is_time else source.dates[0])


def _flags(value: Any, source: SourceDefinition) -> Any:
    """Our flags by the sender's own codes; what is none of ours stays, to be told as not known."""
    theirs: dict[str, str] = {}
    for code, ours in source.flags.items():
        theirs.setdefault(ours.upper(), code)
    listed = value if isinstance(value, list) else str(value or "").split()
    return [theirs.get(str(one).upper(), str(one)) for one in listed]
