"""Field by field, how two records agree: the levels that the weights are trained for. Pure."""

from collections.abc import Callable, Set
from functools import lru_cache

from victims.matching.identity import Address, Identity
from victims.matching.letters import one_slip
from victims.matching.names import name_level

MISSING = ""
AGREES = frozenset({"same", "slip", "variant", "cut"})
SAME_LINES, ALIKE_LINES = 0.6, 0.45
"""Shares of equal pieces from which two addresses' lines are the same (with one number), or alike."""
NO_NUMBER = 0.8

LEVELS = {
    "given_name": ("same", "slip", "variant", "cut", "near", "far", "different"),
    "surname": ("same", "slip", "variant", "cut", "near", "far", "different"),
    "name_order": ("straight", "swapped"),
    "date_of_birth": ("same", "swapped", "slip", "near", "different"),
    "sex": ("same", "different"),
    "home": ("same house", "same postcode", "alike", "same area", "different"),
    "telephone": ("same", "slip", "different"),
    "e-mail": ("same", "near", "different"),
}
"""Every field that is compared, and its levels, the closest first. A missing field has none."""
NAMES = ("given_name", "surname")


def levels(one: Identity, other: Identity) -> dict[str, str]:
    """The level of each field of LEVELS; MISSING where one of the two does not tell it."""
    return {**name_levels(one, other), **{field: level(one, other) for field, level in OTHER_FIELDS.items()}}


def name_levels(one: Identity, other: Identity) -> dict[str, str]:
    """The levels of given name and surname, and whether one record has them in each other's place."""
    given = name_level(one.given_parts, other.given_parts, "given")
    surname = name_level(one.surname_parts, other.surname_parts, "surname")
    order = "straight" if given and surname else MISSING
    agreeing = (given in AGREES) + (surname in AGREES)
    if agreeing < 2:
        crossed = _crossed(one, other)
        told = [level for level, _ in crossed]
        if "different" not in told and sum(level in AGREES for level in told) > agreeing:
            given, surname = told
            order = "swapped"
    return {"given_name": given, "surname": surname, "name_order": order}


def agreed_names(one: Identity, other: Identity, found: dict[str, str]) -> dict[str, str]:
    """The names that are the same in both, by field of `found`, which is their `levels`."""
    if found["name_order"] == "swapped":
        names = [name for _, name in _crossed(one, other)]
    else:
        names = ["".join(one.given_parts[:1]), "".join(one.surname_parts)]
    return {field: name for field, name in zip(NAMES, names, strict=True) if found[field] == "same"}


def _crossed(one: Identity, other: Identity) -> list[tuple[str, str]]:
    """Both names compared with the other's other name: level and name, the closer first.

    Which of the two counts as the given name must not depend on who is compared with whom.
    """
    pairs = ((one.given_parts, other.surname_parts), (one.surname_parts, other.given_parts))
    found = [
        (name_level(ours, theirs, "given"), min((*ours[:1], *theirs[:1]), default=""))
        for ours, theirs in pairs
    ]
    order = (*LEVELS["given_name"], MISSING)
    return sorted(found, key=lambda pair: (order.index(pair[0]), pair[1]))


@lru_cache(maxsize=100_000)
def born_level(one: str, other: str) -> str:
    """Dates of birth: same, swapped (day and month), slip (one digit or two neighbours), near, different.

    near: two digits differ, or two of day, month and year agree.
    """
    if not one or not other:
        return MISSING
    if one == other:
        return "same"
    if (one[:4], one[4:6], one[6:]) == (other[:4], other[6:], other[4:6]):
        return "swapped"
    if one_slip(one, other):
        return "slip"
    differ = sum(digit != typed for digit, typed in zip(one, other, strict=False)) + abs(
        len(one) - len(other)
    )
    agree = (one[:4] == other[:4]) + (one[4:6] == other[4:6]) + (one[6:] == other[6:])
    return "near" if differ <= 2 or agree == 2 else "different"


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
    alike = 0.0
    if one.pieces and other.pieces:
        alike = len(one.pieces & other.pieces) / len(one.pieces | other.pieces)
        if alike >= SAME_LINES and one.house == other.house and one.house:
            return "same house"
        if alike >= NO_NUMBER and not (one.house and other.house):
            return "same house"
    if one.postcode and other.postcode:
        if one.postcode == other.postcode:
            return "same house" if alike >= ALIKE_LINES and one.house == other.house else "same postcode"
        if alike >= ALIKE_LINES:
            return "alike"
        if _area(one.postcode) == _area(other.postcode) or one_slip(one.postcode, other.postcode):
            return "same area"
        return "different"
    if one.pieces and other.pieces:
        return "alike" if alike >= ALIKE_LINES else "different"
    return MISSING


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
