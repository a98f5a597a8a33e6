"""What is known of a sender: the columns of its file, its codes and formats, what the hub does not take from it.

A definition is data (referrals/sources/*.yaml), so that a new sender needs no code.
"""

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from referrals.feed.timetable import Timetable, read_timetable

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
    "age": False,
    "sex": False,
    "ethnicity": False,
    "address": False,
    "postcode": False,
    "phone": False,
    "mobile": False,
    "email": False,
    "safe_to_contact": False,
    "safe_to_email": False,
    "safe_to_write": False,
    "safe_contact_notes": False,
    "safe_address": False,
    "consent": False,
    "language": False,
    "interpreter": False,
    "officer": False,
    "suspect_nominal": False,
    "suspect_name": False,
    "relationship": False,
    "summary": False,
    "status": False,
}
FORMATS = ("csv", "xlsx", "jsonl")
DETECT = "detect"
FLAGS = frozenset(
    {"domestic_abuse", "hate_crime", "child", "child_exploitation", "honour_based_abuse", "modern_slavery"}
)
SEXES = frozenset("0129")  # ISO 5218
# Self-defined ethnicity, 18+1 codes.
ETHNICITIES = frozenset(
    f"{group}{number}"
    for group, numbers in {"W": "1239", "M": "1239", "A": "12349", "B": "129", "O": "29", "N": "S"}.items()
    for number in numbers
)

_MAPPINGS = (("flags", FLAGS), ("sexes", SEXES), ("ethnicities", ETHNICITIES))
_LISTS = (
    "record",
    "dates",
    "times",
    "victim_roles",
    "yes",
    "no",
    "blank",
    "ignored_columns",
    "safe_address_words",
    "excluded_offences",
    "formats",
    "optional",
    "withdrawn",
)


class SourceError(Exception):
    """The definition of a sender cannot be used. The message lists everything that is wrong with it."""


@dataclass(frozen=True)
class SourceDefinition:
    """One sender, ready to read its files.

    columns: our field to its column. ignored_columns: its columns that may come and are not read.
    record: the fields that name one record of its system. flags, sexes, ethnicities, offences: its codes to
    ours; 18+1 codes and Home Office codes need no entry. blank: words by which it says that nothing is known.
    safe_address_words: words in an address or a note on safe contact which say that it is a refuge or the like.
    ends_with_line_break: it ends every row with one, so that a file that does not was cut off.
    encoding: a codec's name, or "detect". formats: those of FORMATS in which its files may come.
    optional: columns that a file may leave out.
    withdrawn: words in its `status` column by which it takes a record back.
    timetable: when its files are expected; None where nobody waits for them.
    """

    code: str
    columns: Mapping[str, str]
    encoding: str = DETECT
    ends_with_line_break: bool = False
    ignored_columns: frozenset[str] = frozenset()
    record: tuple[str, ...] = ("crime_ref", "nominal")
    dates: tuple[str, ...] = ("%d/%m/%Y",)
    times: tuple[str, ...] = ("%d/%m/%Y %H:%M",)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/London"))
    victim_roles: frozenset[str] = frozenset({"VICTIM"})
    yes: frozenset[str] = frozenset({"Y"})
    no: frozenset[str] = frozenset({"N"})
    blank: frozenset[str] = frozenset()
    safe_address_words: frozenset[str] = frozenset()
    sexes: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, str] = field(default_factory=dict)
    ethnicities: Mapping[str, str] = field(default_factory=dict)
    offences: Mapping[str, str] = field(default_factory=dict)
    excluded_offences: frozenset[str] = frozenset()
    formats: tuple[str, ...] = ("csv",)
    optional: frozenset[str] = frozenset()
    withdrawn: frozenset[str] = frozenset({"WITHDRAWN"})
    timetable: Timetable | None = None


def read_source(definition: Mapping[str, Any]) -> SourceDefinition:
    """The definition, checked. Raises SourceError with everything that is wrong with it."""
    wrong = _misshapen(definition)
    if wrong:
        raise SourceError(" ".join(wrong))
    columns = definition.get("columns") or {}
    if not definition.get("code"):
        wrong.append("`code` is missing: name the sender.")
    wrong += [f"`columns` has {name!r}, which is no field." for name in columns if name not in FIELDS]
    wrong += [f"`columns` lacks {name}." for name, needed in FIELDS.items() if needed and name not in columns]
    twice = sorted({theirs for theirs in columns.values() if list(columns.values()).count(theirs) > 1})
    wrong += [f"`columns` uses {theirs} twice." for theirs in twice]
    record = tuple(definition.get("record", ("crime_ref", "nominal")))
    wrong += [f"`record` names {name}, which `columns` lacks." for name in record if name not in columns]
    for name, allowed in _MAPPINGS:
        strange = sorted(set((definition.get(name) or {}).values()) - allowed)
        wrong += [
            f"`{name}` leads to {code!r}, which is none of {', '.join(sorted(allowed))}." for code in strange
        ]
    both = sorted(_words(definition.get("yes", ("Y",))) & _words(definition.get("no", ("N",))))
    wrong += [f"{word} cannot be yes and no." for word in both]
    formats = tuple(definition.get("formats", ("csv",)))
    wrong += [
        f"`formats` has {name!r}, which is none of {', '.join(FORMATS)}."
        for name in formats
        if name not in FORMATS
    ]
    encoding = definition.get("encoding", DETECT)
    if encoding != DETECT:
        try:
            codecs.lookup(encoding)
        except LookupError:
            wrong.append(f"`encoding` {encoding!r} is not known: give a codec such as cp1252, or detect.")
    try:
        zone = ZoneInfo(definition.get("timezone", "Europe/London"))
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
        wrong.append("`timezone` is not known: give one such as Europe/London.")
    timetable, misplanned = read_timetable(definition, zone)
    wrong += misplanned
    if wrong:
        raise SourceError(" ".join(wrong))
    return SourceDefinition(
        code=definition["code"],
        columns={name: columns[name] for name in FIELDS if name in columns},
        encoding=encoding,
        ends_with_line_break=bool(definition.get("ends_with_line_break", False)),
        ignored_columns=frozenset(definition.get("ignored_columns") or ()),
        record=record,
        dates=tuple(definition.get("dates", ("%d/%m/%Y",))),
        times=tuple(definition.get("times", ("%d/%m/%Y %H:%M",))),
        zone=zone,
        victim_roles=_words(definition.get("victim_roles", ("VICTIM",))),
        yes=_words(definition.get("yes", ("Y",))),
        no=_words(definition.get("no", ("N",))),
        blank=_words(definition.get("blank") or ()),
        safe_address_words=_words(definition.get("safe_address_words") or ()),
        sexes=_upper(definition.get("sexes")),
        flags=_upper(definition.get("flags")),
        ethnicities=_upper(definition.get("ethnicities")),
        offences=_upper(definition.get("offences")),
        excluded_offences=frozenset(definition.get("excluded_offences") or ()),
        formats=formats,
        optional=frozenset(definition.get("optional") or ()),
        withdrawn=_words(definition.get("withdrawn", ("WITHDRAWN",))),
        timetable=timetable,
    )


def _misshapen(definition: Mapping[str, Any]) -> list[str]:
    """What is not of the kind that it must be: nothing else is looked at before that is right."""
    wrong = []
    for name in ("columns", "offences", *(name for name, _ in _MAPPINGS)):
        mapping = definition.get(name) or {}
        if not isinstance(mapping, Mapping) or not all(
            isinstance(text, str) for entry in mapping.items() for text in entry
        ):
            wrong.append(f"`{name}` must lead from texts to texts; in YAML put Y, N and numbers in quotes.")
    for name in _LISTS:
        listed = definition.get(name) or ()
        if not isinstance(listed, (list, tuple)) or not all(isinstance(text, str) for text in listed):
            wrong.append(f"`{name}` must be a list of texts; in YAML put Y, N and numbers in quotes.")
    for name in ("code", "encoding", "timezone"):
        if not isinstance(definition.get(name, ""), str):
            wrong.append(f"`{name}` must be a text.")
    return wrong


def _words(listed: Any) -> frozenset[str]:
    return frozenset(" ".join(word.split()).upper() for word in listed)


def _upper(mapping: Mapping[str, str] | None) -> dict[str, str]:
    return {theirs.strip().upper(): ours for theirs, ours in (mapping or {}).items()}
