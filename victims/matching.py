"""Who may be one human being: keys that bring candidates together, and the comparison of two. Pure.

Two people are only ever suggested as one, with what agreed; a practitioner decides. A false "same" is worse than
a missed one: twins, a household with one telephone, a parent and child of one name stay apart.
"""

from dataclasses import dataclass
from datetime import date

from victims.normalise import name_parts

SHORTEST_NICKNAME = 3
# How much an agreement weighs in the score, which orders suggestions; 1 is everything.
_NAME = {"same": 0.35, "swapped": 0.33, "similar": 0.25, "surname differs": 0.15, "different": 0.05}
_BORN = {"same": 0.35, "day and month swapped": 0.2, "one digit differs": 0.1, "not known of both": 0.05}
_SHARED = {"telephone": 0.15, "e-mail": 0.2, "postcode": 0.1}
_FULL_NAME = frozenset({"same", "swapped"})
_CONTACT = frozenset({"telephone", "e-mail"})


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

    The date of birth (day and month in either order) with each contact and postcode, and with each of the two
    names, whichever stands first; and both names with each contact, where the date may be wrong or missing.
    """
    contacts = sorted(one.phones | one.emails)
    names = sorted(_short(one))
    keys = []
    if one.date_of_birth:
        born = _born_key(one.date_of_birth)
        keys += [f"{born} {known}" for known in [*contacts, *sorted(one.postcodes), *dict.fromkeys(names)]]
    if len(names) == 2:
        keys += [f"{'+'.join(names)} {contact}" for contact in contacts]
    return tuple(key[:200] for key in keys)


def compare(one: Identity, other: Identity) -> Resemblance | None:
    """How the two resemble each other, or None where they are not to be suggested as one."""
    names = _names(one, other) or "different"
    born = _born(one.date_of_birth, other.date_of_birth)
    if one.date_of_birth is None or other.date_of_birth is None:
        born = "not known of both"
    told = {
        "telephone": (one.phones, other.phones),
        "e-mail": (one.emails, other.emails),
        "postcode": (one.postcodes, other.postcodes),
    }
    shared = {kind for kind, (ours, theirs) in told.items() if ours & theirs}
    if not _may_be_one(one, other, names, born, shared):
        return None
    evidence = {"Name": f"{names[0].upper()}{names[1:]}", "Date of birth": f"{born[0].upper()}{born[1:]}"}
    for kind, (ours, theirs) in told.items():
        if ours and theirs:
            evidence[kind.capitalize()] = "Same" if kind in shared else "Different"
        else:
            evidence[kind.capitalize()] = "Not known of both"
    score = _NAME[names] + _BORN[born] + sum(_SHARED[kind] for kind in shared)
    return Resemblance(round(min(score, 1.0), 3), evidence)


def _may_be_one(one: Identity, other: Identity, names: str, born: str, shared: set[str]) -> bool:
    """Whether what agrees is enough for a practitioner's time: the less of names and birth, the more contact."""
    match born:
        case "same":
            if names in _FULL_NAME:
                return True  # two of one full name, born on one day, are one far more often than not
            if names == "similar":
                return bool(shared) or bool(set(_short(one)) & set(_short(other)))
            if names == "surname differs":
                return bool(shared)  # married, or known by another name
            # Neither name agrees: an alias, if they share more than a telephone. Of one surname they are twins.
            is_close = "e-mail" in shared or {"telephone", "postcode"} <= shared
            return is_close and not _one_surname(one, other)
        case "day and month swapped":
            return names in (*_FULL_NAME, "similar") and bool(shared)
        case "one digit differs" | "not known of both":
            return names in _FULL_NAME and bool(shared & _CONTACT)
    return False


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
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return "day and month swapped"
    slips = sum(digit != typed for digit, typed in zip(one.isoformat(), other.isoformat(), strict=True))
    return "one digit differs" if slips == 1 else ""


def _short(one: Identity) -> tuple[str, ...]:
    """The first given name and the surname as one word, those that are there."""
    given = name_parts(one.given_names)[:1]
    surname = "".join(name_parts(one.surname))
    return (*given, *((surname,) if surname else ()))


def _names(one: Identity, other: Identity) -> str:
    """How the names agree: same, swapped, similar, surname differs; empty where they do not."""
    given, surnames = name_parts(one.given_names), name_parts(one.surname)
    given2, surnames2 = name_parts(other.given_names), name_parts(other.surname)
    if not (given and surnames and given2 and surnames2):
        return ""
    surname, surname2 = "".join(surnames), "".join(surnames2)
    if given[0] == given2[0] and surname == surname2:
        return "same"
    if given[0] == surname2 and surname == given2[0]:
        return "swapped"
    # Some go by a second given name, or by one half of a double surname.
    by_given = _alike(given[0], given2[0]) or bool(set(given) & set(given2))
    by_surname = _alike(surname, surname2) or bool(set(surnames) & set(surnames2))
    turned = _alike(given[0], surname2) and _alike(surname, given2[0])
    if (by_given and by_surname) or turned:
        return "similar"
    return "surname differs" if given[0] == given2[0] and len(given[0]) >= SHORTEST_NICKNAME else ""


def _one_surname(one: Identity, other: Identity) -> bool:
    surname, surname2 = "".join(name_parts(one.surname)), "".join(name_parts(other.surname))
    return bool(surname and surname2) and _alike(surname, surname2)


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
