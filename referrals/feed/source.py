"""How one sender's files are to be read: columns, words, dates, and what this hub does not take from it.

All of it is data (see referrals/sources/northshire-police.yaml): another sender is another definition, no code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

# What a row may tell, in our words. A sender that does not tell one of the optional ones leaves it out.
REQUIRED = ("crime_ref", "nominal_ref", "reported_at", "offence_code", "role", "surname", "given_names")
OPTIONAL = (
    "occurrence_ref",
    "update_no",
    "occurred_from",
    "occurred_to",
    "offence_desc",
    "flags",
    "date_of_birth",
    "sex",
    "ethnicity",
    "address",
    "postcode",
    "phone_home",
    "phone_mobile",
    "email",
    "safe_to_contact",
    "safe_notes",
    "consent",
    "language",
    "interpreter",
    "officer",
    "suspect_nominal",
    "suspect_name",
    "relationship",
    "summary",
)
ETHNICITIES = frozenset("W1 W2 W3 W9 M1 M2 M3 M9 A1 A2 A3 A4 A9 B1 B2 B9 O2 O9 NS".split())
FLAGS = frozenset(
    {
        "domestic_abuse",
        "hate_crime",
        "child",
        "child_exploitation",
        "honour_based_abuse",
        "modern_slavery",
    }
)
SEXES = frozenset("0129")
ENCODINGS = frozenset({"utf-8", "cp1252", "utf-16"})

_LISTS = ("date_formats", "datetime_formats", "victim_roles", "yes", "no", "blank", "excluded_offences")
_MAPS = ("columns", "flags", "ethnicity", "sex")
_KNOWN = {"code", "name", "encoding", "delimiter", "timezone", "ends_with_newline", "ignored_columns"}


class SourceError(Exception):
    """A definition cannot be used; `problems` and the message list everything that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("The definition of the sender cannot be used. " + " ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class SourceDefinition:
    """A sender's definition, checked. Words (roles, flags, yes, no, blank) are in capitals.

    columns: ours to theirs. ignored_columns: theirs that may come and are not read.
    encoding: declared by the sender, or None: found out from the file.
    ends_with_newline: the sender ends every row with a line break, so that a file without one was cut short.
    """

    code: str
    columns: Mapping[str, str]
    victim_roles: frozenset[str]
    date_formats: tuple[str, ...]
    datetime_formats: tuple[str, ...]
    name: str = ""
    encoding: str | None = None
    delimiter: str = ","
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/London"))
    ends_with_newline: bool = False
    ignored_columns: frozenset[str] = frozenset()
    excluded_offences: frozenset[str] = frozenset()
    flags: Mapping[str, str] = field(default_factory=dict)
    ethnicity: Mapping[str, str] = field(default_factory=dict)
    sex: Mapping[str, str] = field(default_factory=dict)
    yes: frozenset[str] = frozenset({"Y", "YES"})
    no: frozenset[str] = frozenset({"N", "NO"})
    blank: frozenset[str] = frozenset()


def read_source(definition: Mapping[str, Any]) -> SourceDefinition:
    """The definition as it was kept (JSON or YAML), checked. Raises SourceError with every problem."""
    problems = _problems(definition)
    if problems:
        raise SourceError(problems)
    given = {name: definition[name] for name in ("encoding", "delimiter") if definition.get(name)}
    if "timezone" in definition:
        given["timezone"] = ZoneInfo(definition["timezone"])
    for name in ("yes", "no", "blank"):
        if name in definition:
            given[name] = _words(definition[name])
    return SourceDefinition(
        code=definition["code"],
        name=definition.get("name", ""),
        columns={ours: theirs.strip().upper() for ours, theirs in definition["columns"].items()},
        victim_roles=_words(definition["victim_roles"]),
        date_formats=tuple(definition["date_formats"]),
        datetime_formats=tuple(definition["datetime_formats"]),
        ends_with_newline=bool(definition.get("ends_with_newline", False)),
        ignored_columns=_words(definition.get("ignored_columns", ())),
        excluded_offences=frozenset(definition.get("excluded_offences", ())),
        flags=_upper(definition.get("flags", {})),
        ethnicity=_upper(definition.get("ethnicity", {})),
        sex=_upper(definition.get("sex", {})),
        **given,
    )


def _words(words: Any) -> frozenset[str]:
    return frozenset(" ".join(word.split()).upper() for word in words)


def _upper(mapping: Mapping[str, str]) -> dict[str, str]:
    return {" ".join(theirs.split()).upper(): ours for theirs, ours in mapping.items()}


def _problems(definition: Mapping[str, Any]) -> list[str]:
    problems = _shape_problems(definition)
    if problems:
        return problems
    columns = definition["columns"]
    strange = sorted(set(columns) - set(REQUIRED) - set(OPTIONAL))
    if strange:
        problems.append(f"`columns` names what is not ours to read: {', '.join(strange)}.")
    missing = [name for name in REQUIRED if not columns.get(name)]
    if missing:
        problems.append(f"`columns` must say where to find {', '.join(missing)}.")
    theirs = [name.strip().upper() for name in columns.values()]
    twice = sorted({name for name in theirs if theirs.count(name) > 1})
    if twice:
        problems.append(f"`columns` reads {', '.join(twice)} twice.")
    for name in ("victim_roles", "date_formats", "datetime_formats"):
        if not definition.get(name):
            problems.append(f"`{name}` must list at least one.")
    for name, values, allowed in (
        ("flags", definition.get("flags", {}).values(), FLAGS),
        ("ethnicity", definition.get("ethnicity", {}).values(), ETHNICITIES),
        ("sex", definition.get("sex", {}).values(), SEXES),
    ):
        unknown = sorted(set(values) - allowed)
        if unknown:
            problems.append(
                f"`{name}` maps to {', '.join(unknown)}, which is none of {', '.join(sorted(allowed))}."
            )
    if definition.get("encoding") and definition["encoding"] not in ENCODINGS:
        problems.append(
            f"`encoding` must be one of {', '.join(sorted(ENCODINGS))}, or left out to be found out."
        )
    both = sorted(_words(definition.get("yes", ())) & _words(definition.get("no", ())))
    if both:
        problems.append(f"{', '.join(both)} cannot mean yes and no.")
    try:
        ZoneInfo(definition.get("timezone", "Europe/London"))
    except (KeyError, ValueError):
        problems.append(f"`timezone` {definition['timezone']!r} is not known: write one such as Europe/London.")
    return problems


def _shape_problems(definition: Mapping[str, Any]) -> list[str]:
    """What is missing or not of the kind it should be; nothing else is looked at before this is right."""
    problems = []
    if not isinstance(definition.get("code"), str) or not definition["code"]:
        problems.append("`code` must name the sender.")
    for name in _MAPS:
        mapping = definition.get(name, {})
        if not isinstance(mapping, Mapping) or not all(
            isinstance(key, str) and isinstance(value, str) for key, value in mapping.items()
        ):
            problems.append(f"`{name}` must map texts to texts (quote Y, N and numbers in YAML).")
    for name in (*_LISTS, "ignored_columns"):
        words = definition.get(name, [])
        if not isinstance(words, (list, tuple)) or not all(isinstance(word, str) for word in words):
            problems.append(f"`{name}` must be a list of texts (quote Y, N and numbers in YAML).")
    if not isinstance(definition.get("delimiter", ","), str) or len(definition.get("delimiter", ",")) != 1:
        problems.append("`delimiter` must be one sign.")
    if "columns" not in definition:
        problems.append("`columns` must say under which headings the sender puts what.")
    strange = sorted(set(definition) - _KNOWN - set(_LISTS) - set(_MAPS))
    if strange:
        problems.append(f"Nothing is known of {', '.join(strange)}: correct the spelling or leave it out.")
    return problems
