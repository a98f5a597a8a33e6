"""Who may be one human being: keys that bring candidates together, and the comparison of two. Pure.

A first, careful rule: names that agree (as typed on different days), a date of birth that agrees, and one
contact or postcode shared. Two people are only ever suggested as one, with what agreed; a practitioner decides.
A false "same" is worse than a missed one: twins, a household with one telephone, a parent and child of one name
stay apart.
"""

from dataclasses import dataclass
from datetime import date

from victims.normalise import name_parts

SHORTEST_NICKNAME = 3
# How much an agreement weighs in the score, which orders suggestions; 1 is everything.
_NAME = {"same": 0.35, "swapped": 0.33, "similar": 0.25, "surname differs": 0.15}
_BORN = {"same": 0.35, "day and month swapped": 0.2}
_SHARED = {"telephone": 0.15, "e-mail": 0.2, "postcode": 0.1}


@dataclass(frozen=True)
class Identity:
    """What is known of one person for recognising them: names as given, everything else normalised."""

    given_names: str = ""
    surname: str = ""
    date_of_birth: date | None = None
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    postcodes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Resemblance:
    """That two people may be one: how much speaks for it (0 to 1), and field by field in words."""

    score: float
    evidence: dict[str, str]


def match_keys(one: Identity) -> tuple[str, ...]:
    """Keys of a person: only people who share one are compared. Each is rare by itself, so candidates stay few.

    The date of birth (day and month in either order) with each contact and postcode, and with the names in
    either order; and the names with each contact, where the date may be wrong or missing.
    """
    contacts = sorted(one.phones | one.emails)
    names = "+".join(sorted(_short(one)))
    keys = []
    if one.date_of_birth:
        born = _born_key(one.date_of_birth)
        keys += [f"{born} {place}" for place in [*contacts, *sorted(one.postcodes)]]
        if names:
            keys.append(f"{born} {names}")
    if names and "+" in names:
        keys += [f"{names} {contact}" for contact in contacts]
    return tuple(key[:200] for key in keys)


def compare(one: Identity, other: Identity) -> Resemblance | None:
    """How the two resemble each other, or None where they are not to be suggested as one."""
    names = _names(one, other)
    born = _born(one.date_of_birth, other.date_of_birth)
    shared = [
        kind
        for kind, ours, theirs in (
            ("telephone", one.phones, other.phones),
            ("e-mail", one.emails, other.emails),
            ("postcode", one.postcodes, other.postcodes),
        )
        if ours & theirs
    ]
    if not names or not born or not shared:
        return None
    if born != "same" and names not in ("same", "swapped"):
        return None
    if names == "surname differs" and shared == ["postcode"]:
        return None  # twins of a blended household, or neighbours: too little
    evidence = {"Name": f"{names[0].upper()}{names[1:]}", "Date of birth": f"{born[0].upper()}{born[1:]}"}
    for kind, ours, theirs in (
        ("telephone", one.phones, other.phones),
        ("e-mail", one.emails, other.emails),
        ("postcode", one.postcodes, other.postcodes),
    ):
        if ours and theirs:
            evidence[kind.capitalize()] = "Same" if kind in shared else "Different"
        else:
            evidence[kind.capitalize()] = "Not known of both"
    score = _NAME[names] + _BORN[born] + sum(_SHARED[kind] for kind in shared)
    return Resemblance(round(min(score, 1.0), 3), evidence)


def contradicts(one: Identity, other: Identity) -> bool:
    """Whether two records under one number of a sender flatly differ: neither names nor dates of birth agree."""
    has_names = bool(_short(one) and _short(other))
    has_dates = one.date_of_birth is not None and other.date_of_birth is not None
    return (
        has_names
        and has_dates
        and not _names(one, other)
        and not _born(one.date_of_birth, other.date_of_birth)
    )


def _born_key(born: date) -> str:
    low, high = sorted((born.day, born.month))
    return f"{born.year}-{low:02d}-{high:02d}"


def _born(one: date | None, other: date | None) -> str:
    if one is None or other is None:
        return ""
    if one == other:
        return "same"
    swapped = (one.year, one.month, one.day) == (other.year, other.day, other.month)
    return "day and month swapped" if swapped else ""


def _short(one: Identity) -> tuple[str, ...]:
    """The first given name and the surname as one word, those that are there."""
    given = name_parts(one.given_names)[:1]
    surname = "".join(name_parts(one.surname))
    return (*given, *((surname,) if surname else ()))


def _names(one: Identity, other: Identity) -> str:
    """How the names agree: same, swapped, similar, surname differs; empty where they do not."""
    given, surname = name_parts(one.given_names), "".join(name_parts(one.surname))
    given2, surname2 = name_parts(other.given_names), "".join(name_parts(other.surname))
    if not (given and surname and given2 and surname2):
        return ""
    if given[0] == given2[0] and surname == surname2:
        return "same"
    straight = _alike(given[0], given2[0]) and _alike(surname, surname2)
    turned = _alike(given[0], surname2) and _alike(surname, given2[0])
    if given[0] == surname2 and surname == given2[0]:
        return "swapped"
    if straight or turned:
        return "similar"
    return "surname differs" if given[0] == given2[0] and len(given[0]) >= SHORTEST_NICKNAME else ""


def _alike(one: str, other: str) -> bool:
    """Equal, one cut short, or one letter typed wrongly, left out, or in its neighbour's place."""
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) >= SHORTEST_NICKNAME and long.startswith(short):
        return True
    return len(long) >= 4 and _one_slip(short, long)


def _one_slip(short: str, long: str) -> bool:
    if len(long) - len(short) > 1:
        return False
    at = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    if short[at + 1 :] == long[at + 1 :]:
        return True
    return short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]
