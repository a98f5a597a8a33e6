"""What is known of a sender: the columns of its file, its codes and formats, what the hub does not take from it.

A definition is data (referrals/sources/*.yaml), so that a new sender needs no code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# What a row may tell, in our words. The ones marked True must be mapped to a column.
FIELDS: dict[str, bool] = {
    "crime_ref": True,
    "occurrence_ref": False,
    "update_no": False,
    "reported_at": True,
    "occurred_from": False,
    "occurred_to": False,
    "offence_code": True,
    "offence_label": False,
    "flags": False,
    "role": False,
    "nominal": True,
    "surname": True,
    "given_names": True,
    "date_of_birth": True,
    "sex": False,
    "ethnicity": False,
    "address": False,
    "postcode": False,
    "phone": False,
    "mobile": False,
    "email": False,
    "safe_to_contact": False,
    "safe_contact_notes": False,
    "consent": False,
    "language": False,
    "interpreter": False,
    "officer": False,
    "suspect_nominal": False,
    "suspect_name": False,
    "relationship": False,
    "summary": False,
}
DETECT = "detect"


class SourceError(Exception):
    """The definition of a sender cannot be used. The message lists everything that is wrong with it."""


@dataclass(frozen=True)
class SourceDefinition:
    """One sender, ready to read its files.

    columns: our field to its column. record: the fields that name one record of its system. flags,
    sexes, ethnicities: its codes to ours, what is not listed is left out (flags), not known (sexes)
    or kept (ethnicities). encoding: a codec's name, or "detect".
    """

    code: str
    columns: Mapping[str, str]
    encoding: str = DETECT
    ends_with_line_break: bool = False
    record: tuple[str, ...] = ("crime_ref", "nominal")
    dates: tuple[str, ...] = ("%d/%m/%Y",)
    times: tuple[str, ...] = ("%d/%m/%Y %H:%M",)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/London"))
    victim_roles: frozenset[str] = frozenset({"VICTIM"})
    yes: frozenset[str] = frozenset({"Y"})
    no: frozenset[str] = frozenset({"N"})
    sexes: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=dict)
    ethnicities: Mapping[str, str] = field(default_factory=dict)
    excluded_offences: frozenset[str] = frozenset()


def read_source(definition: Mapping[str, Any]) -> SourceDefinition:
    """The definition, checked. Raises SourceError with everything that is wrong with it."""
    wrong = []
    columns = definition.get("columns") or {}
    if not definition.get("code"):
        wrong.append("`code` is missing: name the sender.")
    wrong += [f"`columns` has {name!r}, which is no field." for name in columns if name not in FIELDS]
    wrong += [f"`columns` lacks {name}." for name, needed in FIELDS.items() if needed and name not in columns]
    twice = sorted({theirs for theirs in columns.values() if list(columns.values()).count(theirs) > 1})
    wrong += [f"`columns` uses {theirs} twice." for theirs in twice]
    record = tuple(definition.get("record", ("crime_ref", "nominal")))
    wrong += [f"`record` names {name}, which `columns` lacks." for name in record if name not in columns]
    encoding = definition.get("encoding", DETECT)
    if encoding != DETECT:
        try:
            b"".decode(encoding)
        except LookupError:
            wrong.append(f"`encoding` {encoding!r} is not known: give a codec such as cp1252, or detect.")
    try:
        zone = ZoneInfo(definition.get("timezone", "Europe/London"))
    except (ZoneInfoNotFoundError, ValueError):
        wrong.append("`timezone` is not known: give one such as Europe/London.")
    if wrong:
        raise SourceError(" ".join(wrong))
    return SourceDefinition(
        code=definition["code"],
        columns=dict(columns),
        encoding=encoding,
        ends_with_line_break=bool(definition.get("ends_with_line_break", False)),
        record=record,
        dates=tuple(definition.get("dates", ("%d/%m/%Y",))),
        times=tuple(definition.get("times", ("%d/%m/%Y %H:%M",))),
        zone=zone,
        victim_roles=_words(definition.get("victim_roles", ("VICTIM",))),
        yes=_words(definition.get("yes", ("Y",))),
        no=_words(definition.get("no", ("N",))),
        sexes=dict(definition.get("sexes") or {}),
        flags=dict(definition.get("flags") or {}),
        ethnicities=dict(definition.get("ethnicities") or {}),
        excluded_offences=frozenset(definition.get("excluded_offences") or ()),
    )


def _words(listed: Any) -> frozenset[str]:
    return frozenset(str(word).strip().upper() for word in listed)
