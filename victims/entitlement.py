"""Which victims have enhanced rights, proposed with the reason; a practitioner decides. Pure.

The Code of Practice for Victims of Crime in England and Wales (2020, updated 2021), "Enhanced rights":
victims of the most serious crime, persistently targeted victims, and vulnerable or intimidated victims.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

ENHANCED, STANDARD = "enhanced", "standard"
ADULT = 18
PERSISTENT = 3

# Property of an offence: why its victims have enhanced rights.
_SERIOUS = {
    "most_serious": "victim of the most serious crime",
    "sexual": "victim of a sexual offence: most serious crime",
    "domestic_abuse": "domestic abuse: most serious crime",
    "terrorism": "terrorism: most serious crime",
    "modern_slavery": "modern slavery: most serious crime",
    "hate": "hate crime: most serious crime",
    "stalking": "stalking: persistently targeted",
    "harassment": "harassment: persistently targeted",
}
_FLAGS = {
    "domestic_abuse": "domestic abuse: most serious crime",
    "hate_crime": "hate crime: most serious crime",
    "child_exploitation": "child exploitation: vulnerable victim",
    "honour_based_abuse": "honour-based abuse: vulnerable victim",
    "modern_slavery": "modern slavery: most serious crime",
    "child": "child: vulnerable victim",
}


@dataclass(frozen=True)
class Entitlement:
    """A proposal: enhanced or standard, and the rule that it follows from."""

    level: str
    reason: str


def propose(
    *, properties: Collection[str], flags: Collection[str], age: int | None, incidents_12m: int = 1
) -> Entitlement:
    """The entitlement by the Code for a report of this offence.

    properties: of the offence. flags: of the report, in our words. age: whole years when it happened,
    as the Code asks, None where not known. incidents_12m: reports of this person in twelve months,
    this one included.
    """
    for code, reason in _SERIOUS.items():
        if code in properties:
            return Entitlement(ENHANCED, reason)
    for code, reason in _FLAGS.items():
        if code in flags:
            return Entitlement(ENHANCED, reason)
    if age is not None and age < ADULT:
        return Entitlement(ENHANCED, "under 18: vulnerable victim")
    if incidents_12m >= PERSISTENT:
        return Entitlement(ENHANCED, f"{incidents_12m} incidents in 12 months: persistently targeted")
    return Entitlement(STANDARD, "no rule for enhanced rights matched")


def age_on(born: date | None, day: date) -> int | None:
    """Whole years on that day; None where the birth is not known or lies after it."""
    if born is None or born > day:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
