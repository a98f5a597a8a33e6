"""What a person's copy may say: other people taken out, safe addresses taken out without a trace. Pure.

A row goes in as it is held and comes out as it may be given. What the table of fields does not show is not
there at all; what it shows is searched for the names and numbers of others, which other columns gave away.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rights.fields import Table

OTHER_PERSON = "[withheld: about another person]"
STAFF = "a member of staff"
GONE = "[withheld]"
"""Says nothing of why: a safe address leaves no hint that there is one."""
HIDDEN_CODES = ("safe_address",)
"""Codes in lists (what was shared or consented to) that would say that there is such a place."""
SHORTEST = 3

_PHONE = re.compile(r"(?<![\w/])\+?\d(?:[\s()\-]?\d){8,13}(?![\w/])")
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b", re.IGNORECASE)
_OFFICER = re.compile(
    r"\b(?:PC|DC|DS|DI|PS|SGT|PCSO|INSP|COLLAR|WARRANT|SHOULDER)(?:\s+(?:NO\.?|NUMBER))?\s*[A-Z]?\d{2,6}\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Known:
    """What is known of the person and of others, for telling them apart in free text.

    own: the person's own names, numbers, e-mail addresses and postcodes. others: names and numbers of
    other people. hidden: lines and postcodes of safe addresses.
    """

    own: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


def scrubbed(text: str, known: Known, *, free: bool) -> str:
    """The text without safe addresses and without other people; `free`: also without what looks like theirs."""
    own = {_bare(one) for one in known.own}
    for secret in _longest_first(_hidden_parts(known.hidden)):
        text = _without(text, secret, GONE)
    for other in _longest_first(_names(known.others, known.own)):
        text = _without(text, other, OTHER_PERSON)
    if not free:
        return text

    def unless_own(found: re.Match[str]) -> str:
        return found[0] if _bare(found[0]) in own else OTHER_PERSON

    for pattern in (_EMAIL, _PHONE):
        text = pattern.sub(unless_own, text)
    text = _POSTCODE.sub(lambda found: found[0] if _bare(found[0]) in own else GONE, text)
    return _OFFICER.sub(OTHER_PERSON, text)


def given(table: Table, row: Mapping[str, Any], known: Known) -> dict[str, Any]:
    """What of one row is in the copy: the listed columns alone, each as the table of fields says."""
    return {
        column: _value(how, row.get(column), row, known)
        for column, how in table.exported.items()
        if row.get(column) not in (None, "", [], {})
    }


def _value(how: str, value: Any, row: Mapping[str, Any], known: Known) -> Any:
    if how == "staff":
        return STAFF
    if how == "third_party":
        return OTHER_PERSON
    if how == "own_or_other":
        return OTHER_PERSON if "belongs_to" in (row.get("rules") or {}) else _deep(value, known, free=False)
    return _deep(value, known, free=how in ("text", "answers"))


def _deep(value: Any, known: Known, *, free: bool) -> Any:
    if isinstance(value, str):
        return scrubbed(value, known, free=free)
    if isinstance(value, Mapping):
        return {key: _deep(inner, known, free=free) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_deep(inner, known, free=free) for inner in value if inner not in HIDDEN_CODES]
    return value


def _bare(text: str) -> str:
    """A number, address or postcode as it is compared: letters and digits alone, +44 as 0."""
    bare = re.sub(r"[^\w@]", "", text).casefold()
    return f"0{bare[2:]}" if bare.startswith("44") and bare.isdigit() else bare


def _names(others: Iterable[str], own: Iterable[str]) -> set[str]:
    """Names of others, whole and word by word, less the words that are the person's own (a shared surname)."""
    ours = {word.casefold() for one in own for word in one.split()} | {one.casefold() for one in own}
    words = {word for one in others for word in (one, *re.split(r"[\s,]+", one))}
    return {word for word in words if len(word) >= SHORTEST and word.casefold() not in ours}


def _hidden_parts(hidden: Iterable[str]) -> set[str]:
    """A safe address, each of its lines, and of a postcode its first half: any of them says where."""
    parts: set[str] = set()
    for one in hidden:
        parts |= {one.strip(), *(part.strip() for part in re.split(r"[,\n]", one))}
        if _POSTCODE.fullmatch(one.strip()):
            bare = re.sub(r"\s", "", one)
            parts |= {bare, f"{bare[:-3]} {bare[-3:]}", bare[:-3]}
    return {part for part in parts if len(part) >= SHORTEST}


def _longest_first(parts: Iterable[str]) -> list[str]:
    return sorted(parts, key=lambda part: (-len(part), part))


def _without(text: str, part: str, instead: str) -> str:
    spaced = r"\s+".join(map(re.escape, part.split()))
    return re.sub(rf"(?<!\w){spaced}(?!\w)", instead, text, flags=re.IGNORECASE)
