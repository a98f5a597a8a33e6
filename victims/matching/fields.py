"""Field by field, how two records agree: the levels that the weights are trained for. Pure."""

from collections.abc import Callable, Set
from functools import lru_cache
from typing import NamedTuple

from victims.matching.identity import Address, Identity
from victims.matching.letters import one_slip, slips
from victims.matching.names import name_level

MISSING = ""
AGREES = frozenset({"same", "slip", "variant", "cut"})
SAME_LINES, ALIKE_LINES = 0.6, 0.45
"""Shares of equal pieces from which two addresses' lines are the same (with one number), or alike."""
NO_NUMBER = 0.8
CONTAINED, ENOUGH_PIECES = 0.85, 8
"""The share of the shorter address's pieces from which it is a part of the longer, and how many it must have."""

NAMES = ("given_name", "surname")
LEVELS = {
    "given_name": ("same", "slip", "variant", "cut", "near", "far", "different"),
    "surname": ("same", "slip", "variant", "cut", "near", "far", "different"),
    "name_order": ("straight", "swapped"),
    "date_of_birth": ("same", "swapped", "slip", "near", "different"),
    "sex": ("same", "different"),
    "home": ("same house", "same postcode", "alike", "near postcode", "same area", "different"),
    "telephone": ("same", "slip", "different"),
    "e-mail": ("same", "near", "different"),
}
"""Every field that is compared, and its levels, the closest first. A missing field has none."""


def compared(one: Identity, other: Identity) -> tuple[dict[str, str], dict[str, str]]:
    """The level of each field of LEVELS but the address, which takes longest; and the names that are the same in both.

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


class _Names(NamedTuple):
    """Both names of two records as they are best compared: levels, and the name of the one where they agree."""

    given: str
    surname: str
    order: str
    given_name: str
    surname_name: str

    @property
    def agreeing(self) -> int:
        return (self.given in AGREES) + (self.surname in AGREES)


def _names(one: Identity, other: Identity) -> _Names:
    """As they stand, unless more agrees in each other's place, or with a name that was written into one column."""
    best = _straight(one.names, other.names)
    if best.agreeing == 2:
        return best
    found = [
        way(ours, theirs)
        for ours in _readings(one.names)
        for theirs in _readings(other.names)
        for way in (_straight, _crossed)
        if way is _crossed or ours is not one.names or theirs is not other.names
    ]
    better = [
        each
        for each in found
        if each.agreeing > best.agreeing and "different" not in (each.given, each.surname)
    ]
    return min(better, key=lambda each: (-each.agreeing, each.order, *each[:2], *each[3:]), default=best)


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
    compared it counts as the surname: families share that, and it proves less.
    """
    pairs = ((ours[0], theirs[1]), (ours[1], theirs[0]))
    rank = (*LEVELS["given_name"], MISSING)
    closer, other = sorted(
        ((name_level(*pair, "given"), min((*pair[0][:1], *pair[1][:1]), default="")) for pair in pairs),
        key=lambda each: (rank.index(each[0]), each[1]),
    )
    if not other[0]:
        return _Names(MISSING, closer[0], "swapped", "", closer[1])
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


def home_level(ours: Set[Address], theirs: Set[Address]) -> str:
    """The closest that any address of the one comes to any of the other."""
    order = LEVELS["home"]
    found = {level for one in ours for other in theirs if (level := _home(one, other))}
    return min(found, key=order.index) if found else MISSING


def _home(one: Address, other: Address) -> str:
    alike = _alike(one, other)
    one_number = not one.numbers.isdisjoint(other.numbers)
    if alike >= SAME_LINES and one_number:
        return "same house"
    if alike >= NO_NUMBER and not (one.numbers and other.numbers):
        return "same house"
    if one.code and other.code:
        if one.code == other.code:
            return "same house" if alike >= ALIKE_LINES and one_number else "same postcode"
        if alike >= ALIKE_LINES:
            return "alike"
        if one_slip(one.code, other.code):
            return "near postcode"
        return "same area" if _area(one.code) == _area(other.code) else "different"
    if one.pieces and other.pieces:
        return "alike" if alike >= ALIKE_LINES else "different"
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
    "home": lambda one, other: home_level(one.addresses, other.addresses),
    "telephone": lambda one, other: phone_level(one.phones, other.phones),
    "e-mail": lambda one, other: email_level(one.emails, other.emails),
}
