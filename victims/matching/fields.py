"""Field by field, how two records agree: the levels that the weights are trained for. Pure."""

from collections.abc import Callable, Set
from functools import lru_cache
from typing import NamedTuple

from victims.matching.identity import Address, Identity
from victims.matching.letters import one_slip, slips
from victims.matching.names import name_level

MISSING = ""
AGREES = frozenset({"same", "slip", "variant", "cut"})
SAME_STREET, ALIKE = 0.6, 0.45
"""Shares of equal pieces from which two addresses' words, without numbers, are the same street's, or alike."""
NEARBY = frozenset({"same", "same street", "same postcode", "alike", "near postcode"})
"""Where a number of a house says something."""
CONTAINED, ENOUGH_PIECES = 0.85, 6
"""The share of the shorter address's pieces from which it is a part of the longer, and how many it must have."""

NAMES = ("given_name", "surname")
LEVELS = {
    "given_name": ("same", "slip", "variant", "cut", "near", "far", "different"),
    "surname": ("same", "slip", "variant", "cut", "near", "far", "different"),
    "name_order": ("straight", "swapped"),
    "date_of_birth": ("same", "swapped", "slip", "near", "different"),
    "sex": ("same", "different"),
    "home": ("same", "same street", "same postcode", "alike", "near postcode", "same area", "different"),
    "house": ("same", "near", "different"),
    "telephone": ("same", "slip", "different"),
    "e-mail": ("same", "near", "different"),
}
"""Every field that is compared, and its levels, the closest first. A missing field has none."""


def compared(one: Identity, other: Identity) -> tuple[dict[str, str], dict[str, str]]:
    """The level of each field of LEVELS but home and house, which take longest; and the names that are the same.

    A level is MISSING where one of the two does not tell the field.
    """
    read = _names(one, other)
    found = {
        "given_name": read.given,
        "surname": read.surname,
        "name_order": read.order,
        "date_of_birth": born_level(one.born, other.born),
        "sex": sex_level(one.sex, other.sex),
        "telephone": phone_level(one.phones, other.phones),
        "e-mail": email_level(one.emails, other.emails),
    }
    names = {"given_name": (read.given, read.given_name), "surname": (read.surname, read.surname_name)}
    return found, {field: name for field, (level, name) in names.items() if level == "same"}


def name_levels(one: Identity, other: Identity) -> dict[str, str]:
    """The levels of given name and surname, and whether one record has them in each other's place."""
    read = _names(one, other)
    return {"given_name": read.given, "surname": read.surname, "name_order": read.order}


_STEPS = {"same": 0, "slip": 1, "variant": 1, "cut": 1, "near": 2, "far": 3, MISSING: 3, "different": 4}


class _Names(NamedTuple):
    """Both names of two records as they are best compared: levels, and the name of the one where they agree."""

    given: str
    surname: str
    order: str
    given_name: str
    surname_name: str

    @property
    def distance(self) -> int:
        """How far the names are apart so read; in each other's place they are a step further."""
        return _STEPS[self.given] + _STEPS[self.surname] + (self.order == "swapped")


def _names(one: Identity, other: Identity) -> _Names:
    """As they stand, unless they are closer in each other's place, or where one column holds both."""
    best = _straight(one.names, other.names)
    if best.given in AGREES and best.surname in AGREES:
        return best
    ways = [
        way(ours, theirs)
        for ours in _readings(one.names)
        for theirs in _readings(other.names)
        for way in (_straight, _crossed)
        if way is _crossed or ours is not one.names or theirs is not other.names
    ]
    return min([best, *ways], key=lambda each: (each.distance, each is not best, *each))


_Both = tuple[tuple[str, ...], tuple[str, ...]]


def _readings(names: _Both) -> list[_Both]:
    """Given names and surname as told; and parted, where both stand in the column of one."""
    given, surname = names
    whole = given or surname
    if (given and surname) or len(whole) < 2:
        return [names]
    return [names, (whole[:-1], whole[-1:]), (whole[:1], whole[1:])]


def _straight(ours: _Both, theirs: _Both) -> _Names:
    given, surname = name_level(ours[0], theirs[0], "given"), name_level(ours[1], theirs[1], "surname")
    order = "straight" if given and surname else MISSING
    return _Names(given, surname, order, "".join(ours[0][:1]), "".join(ours[1]))


def _crossed(ours: _Both, theirs: _Both) -> _Names:
    """Each name compared with the other's other name, the closer as the given name.

    Which of the two counts as the given name must not depend on who is compared with whom. Where only one can be
    compared, or agrees, it counts as the surname: families share that, and it proves less.
    """
    pairs = ((ours[0], theirs[1]), (ours[1], theirs[0]))
    rank = (*LEVELS["given_name"], MISSING)
    closer, other = sorted(
        ((name_level(*pair, "given"), min((*pair[0][:1], *pair[1][:1]), default="")) for pair in pairs),
        key=lambda each: (rank.index(each[0]), each[1]),
    )
    if other[0] in (MISSING, "different"):
        return _Names(other[0], closer[0], "swapped", other[1], closer[1])
    return _Names(closer[0], other[0], "swapped", closer[1], other[1])


@lru_cache(maxsize=100_000)
def born_level(one: str, other: str) -> str:
    """Dates of birth: same, swapped (day and month), slip (one digit or two neighbours), near, different.

    near: two such slips, or two of day, month and year agree.
    """
    if not one or not other:
        return MISSING
    if one == other:
        return "same"
    if (one[:4], one[4:6], one[6:]) == (other[:4], other[6:], other[4:6]):
        return "swapped"
    if one_slip(one, other):
        return "slip"
    agree = (one[:4] == other[:4]) + (one[4:6] == other[4:6]) + (one[6:] == other[6:])
    is_near = agree == 2 or (len(one) == len(other) and slips(one, other) <= 2)
    return "near" if is_near else "different"


def sex_level(one: str, other: str) -> str:
    if one not in ("1", "2") or other not in ("1", "2"):
        return MISSING
    return "same" if one == other else "different"


def phone_level(ours: Set[str], theirs: Set[str]) -> str:
    if not ours or not theirs:
        return MISSING
    if not ours.isdisjoint(theirs):
        return "same"
    return "slip" if any(one_slip(one, other) for one in ours for other in theirs) else "different"


def email_level(ours: Set[str], theirs: Set[str]) -> str:
    """same; near: one slip, or one name at another provider; different."""
    if not ours or not theirs:
        return MISSING
    if not ours.isdisjoint(theirs):
        return "same"
    return "near" if any(_near_email(one, other) for one in ours for other in theirs) else "different"


def _near_email(one: str, other: str) -> bool:
    local, local2 = one.partition("@")[0], other.partition("@")[0]
    return (local == local2 and len(local) > 5) or one_slip(one, other)


def home_levels(ours: Set[Address], theirs: Set[Address]) -> dict[str, str]:
    """The closest that any address of the one comes to any of the other: by street and postcode, and by house."""
    found = [
        {"home": level, "house": _house(one, other) if level in NEARBY else MISSING}
        for one in ours
        for other in theirs
        if (level := _home(one, other))
    ]
    return min(
        found,
        key=lambda each: tuple((*LEVELS[field], MISSING).index(level) for field, level in each.items()),
        default={"home": MISSING, "house": MISSING},
    )


def _house(one: Address, other: Address) -> str:
    """Numbers of house and flat: same, where one tells all that the other does; near, where one slip or one of two."""
    if not one.numbers or not other.numbers:
        return MISSING
    if one.numbers <= other.numbers or other.numbers <= one.numbers:
        return "same"
    is_near = not one.numbers.isdisjoint(other.numbers) or any(
        one_slip(a, b) for a in one.numbers for b in other.numbers if len(a + b) > 2
    )
    return "near" if is_near else "different"


def _home(one: Address, other: Address) -> str:
    alike = _alike(one, other)
    if one.code and other.code:
        is_near = one_slip(one.code, other.code)
        if (one.code == other.code or is_near) and alike >= ALIKE:
            return "same"
        if alike >= SAME_STREET:
            return "same street"
        if one.code == other.code:
            return "same postcode"
        if alike >= ALIKE:
            return "alike"
        if is_near:
            return "near postcode"
        return "same area" if _area(one.code) == _area(other.code) else "different"
    if one.pieces and other.pieces:
        return "same street" if alike >= SAME_STREET else "alike" if alike >= ALIKE else "different"
    return MISSING


def _alike(one: Address, other: Address) -> float:
    """The share of equal pieces, of all pieces; or of the shorter's, where the longer only tells more."""
    both = len(one.pieces & other.pieces)
    if not both:
        return 0.0
    fewer = min(len(one.pieces), len(other.pieces))
    contained = both / fewer if fewer >= ENOUGH_PIECES else 0.0
    return max(both / len(one.pieces | other.pieces), contained if contained >= CONTAINED else 0.0)


def _area(postcode: str) -> str:
    """The district of a British postcode (NP20 of NP20 2PJ); of any other all but its last sign."""
    district, space, _ = postcode.partition(" ")
    return district if space else postcode[:-1]


OTHER_FIELDS: dict[str, Callable[[Identity, Identity], str]] = {
    "date_of_birth": lambda one, other: born_level(one.born, other.born),
    "sex": lambda one, other: sex_level(one.sex, other.sex),
    "home": lambda one, other: home_levels(one.addresses, other.addresses)["home"],
    "house": lambda one, other: home_levels(one.addresses, other.addresses)["house"],
    "telephone": lambda one, other: phone_level(one.phones, other.phones),
    "e-mail": lambda one, other: email_level(one.emails, other.emails),
}
