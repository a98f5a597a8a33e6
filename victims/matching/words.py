"""Why two records may be of one person, in words: how it is kept with a suggestion, and how it is shown. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from victims.matching.scoring import Resemblance

FIELDS = {
    "senders_number": "Sender’s number",
    "given_name": "Given name",
    "surname": "Surname",
    "name_order": "Order of names",
    "date_of_birth": "Date of birth",
    "sex": "Sex",
    "home": "Street and postcode",
    "house": "Number of house or flat",
    "telephone": "Telephone",
    "e-mail": "E-mail",
}
_NAMES = {
    "slip": "One letter differs",
    "variant": "Two forms of one name",
    "cut": "One is cut short",
    "near": "Look or sound alike",
    "far": "Barely alike",
}
_LEVELS = {
    "given_name": _NAMES,
    "surname": {**_NAMES, "variant": "One of two surnames is the same"},
    "name_order": {"straight": "As usual", "swapped": "In each other’s place"},
    "date_of_birth": {
        "swapped": "Day and month in each other’s place",
        "slip": "One digit differs",
        "near": "Two digits, or one part, differ",
    },
    "home": {
        "same": "Same",
        "same street": "Same street, another or no postcode",
        "same postcode": "Same postcode, another or no street",
        "alike": "Much alike",
        "near postcode": "One sign of the postcode differs",
        "same area": "In one area",
    },
    "house": {"near": "One digit differs, or one of two", "": "Not compared"},
    "telephone": {"slip": "One digit differs"},
    "e-mail": {"near": "Much alike"},
}
RIVALS = {
    "stranger": "two people who have nothing to do with each other",
    "household": "two people of one household",
    "twin": "twins",
    "namesake": "a parent and child of one name",
}
KIN = ("household", "twin", "namesake")
"""Who agrees in much without being one person."""
STRONG, SLIGHT, NOTHING = 6.0, 1.5, 0.3
FULL_BAR = 14.0
"""The weight, in bits, at which a bar is full; hardly any field weighs more."""


@dataclass(frozen=True)
class Reason:
    """One field as it is shown. speaks: for, against, or "" for neither; bar: from 0 to 100."""

    field: str
    found: str
    speaks: str
    strength: str
    weight: float
    bar: int


@dataclass(frozen=True)
class Why:
    """What a suggestion rests on. rival: what else it could be, in words."""

    reasons: tuple[Reason, ...]
    rival: str


def as_evidence(likeness: Resemblance) -> dict[str, Any]:
    """A resemblance as it is kept: codes and weights, never what was compared; with the version of the weights."""
    return {
        "settings": likeness.settings,
        "rival": likeness.rival,
        "start": likeness.start,
        "lines": [vars(line) for line in likeness.lines],
    }


def why(evidence: Mapping[str, Any]) -> Why:
    """What is kept, in words: each field that both tell, and those that one does not, which weigh nothing."""
    rival, lines = evidence.get("rival", ""), evidence.get("lines", ())
    swapped = any((line["field"], line["level"]) == ("name_order", "swapped") for line in lines)
    reasons = (
        reason(
            line["field"],
            line["level"],
            line["weight"],
            rival=rival,
            crosswise=swapped and line["field"] in ("given_name", "surname"),
        )
        for line in lines
    )
    return Why(tuple(reasons), RIVALS.get(rival, ""))


def reason(field: str, level: str, weight: float, *, rival: str = "", crosswise: bool = False) -> Reason:
    """One field at one level with its weight, in words and as a bar.

    Args:
        field: A code of FIELDS.
        level: How the two agree there; "" where they could not be compared.
        weight: In bits, for one person.
        rival: What else the two could be (a code of RIVALS): what that explains as well speaks for neither.
        crosswise: Whether each name was compared with the other one, for they stand in each other's place.
    """
    found = _LEVELS.get(field, {}).get(level, level.capitalize() or "Not known of both")
    if crosswise and level:
        found = f"{found}, in each other’s place"
    size = abs(weight)
    speaks = "" if size < NOTHING else "for" if weight > 0 else "against"
    if not speaks:
        shared = level and rival in KIN
        strength = f"says nothing: as it would be with {RIVALS[rival]}" if shared else "says nothing"
    else:
        strength = f"{'strongly ' if size >= STRONG else 'slightly ' if size < SLIGHT else ''}{speaks}"
    return Reason(
        FIELDS.get(field, field), found, speaks, strength, weight, min(100, round(size / FULL_BAR * 100))
    )
