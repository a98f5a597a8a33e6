"""How two names agree, how common a name is, and how it sounds. Pure."""

from collections import defaultdict
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import yaml

from victims.matching.letters import jaro_winkler, one_slip
from victims.normalise import name_parts

SHORTEST_CUT = 3
"""Letters that a name which was cut short still has."""
NEAR, FAR = 0.85, 0.72
"""Likeness (Winkler's) from which two names may be one with several typing errors, or barely so."""
RAREST = 1 / 5000
"""A name in no list is taken to be this frequent: what is rare in the country may be common in one town."""
_FLATTENED = 6
"""How slowly frequencies fall with the rank: the first name of a list is about as common as in life."""
_CODES = {letter: code for letters, code in (("bpfv", "P"), ("ckqg", "K"), ("sxzj", "S"), ("dt", "T"), ("l", "L"),
          ("mn", "N"), ("r", "R")) for letter in letters}  # fmt: skip


@lru_cache(maxsize=1)
def naming() -> dict[str, Any]:
    """The lists of victims/data/names.yaml."""
    loaded: dict[str, Any] = yaml.safe_load(files("victims").joinpath("data/names.yaml").read_text("utf-8"))
    return loaded


def weights(names: list[str]) -> list[float]:
    """How the names of a list, the most frequent first, share out one whole."""
    falling = [1 / (rank + _FLATTENED) for rank in range(len(names))]
    return [weight / sum(falling) for weight in falling]


@cache
def _by_tradition(kind: str) -> tuple[tuple[float, dict[str, float]], ...]:
    """Of each tradition: how many are named so, and how many of them have each name; names are folded."""
    found = []
    for tradition in naming()["traditions"].values():
        lists = ("surnames",) if kind == "surname" else ("women", "men")
        borne: dict[str, float] = defaultdict(float)
        for each in lists:
            names = tradition[each].split()
            for name, weight in zip(names, weights(names), strict=True):
                borne["".join(name_parts(name))] += weight / len(lists)
        found.append((tradition["share"], dict(borne)))
    return tuple(found)


@cache
def frequencies(kind: str) -> dict[str, float]:
    """How many of all people have this name, for kind "given_name" or "surname"; names are folded."""
    found: dict[str, float] = defaultdict(float)
    for share, borne in _by_tradition(kind):
        for name, weight in borne.items():
            found[name] += share * weight
    return dict(found)


@lru_cache(maxsize=100_000)
def together(given: str, surname: str) -> float:
    """How likely somebody bears both: more than the product, where both are of one tradition."""
    traditions = zip(_by_tradition("given_name"), _by_tradition("surname"), strict=True)
    return sum(
        share * givens.get(given, 0.0) * surnames.get(surname, 0.0)
        for (share, givens), (_, surnames) in traditions
    )


def frequency(name: str, kind: str) -> float:
    """How likely somebody else bears this (folded) name by chance; never less than RAREST."""
    return max(frequencies(kind).get(name, 0.0), RAREST)


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for number, line in enumerate(naming()["variants"]):
        for name in line.split():
            found["".join(name_parts(name))].add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


_NONE: frozenset[int] = frozenset()


def are_variants(one: str, other: str) -> bool:
    """Whether both are forms of one name, such as Bill and William."""
    groups = _groups()
    return not groups.get(one, _NONE).isdisjoint(groups.get(other, _NONE))


def _is_borne(name: str, kind: str) -> bool:
    is_given = kind == "given"
    return name in frequencies("given_name" if is_given else kind) or (is_given and name in _groups())


@lru_cache(maxsize=200_000)
def name_level(one: tuple[str, ...], other: tuple[str, ...], kind: str) -> str:
    """How two names agree: same, slip, cut, variant, near, far, different; "" where one is not known.

    slip: one letter typed wrongly, left out, or in its neighbour's place. cut: one is the beginning of the
    other. variant: two forms of one name, a second given name used as the first, or half of a double surname.
    Two names that people do bear (Mia and Tia, Jane and Jan) are no slip of each other.
    """
    if not one or not other:
        return ""
    if one > other:
        one, other = other, one
    whole, whole2 = "".join(one), "".join(other)
    if whole == whole2 or (kind == "given" and one[0] == other[0]):
        return "same"
    first, first2 = (one[0], other[0]) if kind == "given" else (whole, whole2)
    if kind == "given" and are_variants(first, first2):
        return "variant"
    both_borne = _is_borne(first, kind) and _is_borne(first2, kind)
    if not both_borne and min(len(first), len(first2)) > SHORTEST_CUT and one_slip(first, first2):
        return "slip"
    if not set(one).isdisjoint(other) and max(map(len, set(one) & set(other))) >= SHORTEST_CUT:
        return "variant"
    short, long = sorted((first, first2), key=len)
    if len(short) >= SHORTEST_CUT and long.startswith(short):
        return "cut"
    if len(short) == 1 and long.startswith(short):
        return "near"  # an initial
    if both_borne and kind == "given":
        return "near" if one_slip(first, first2) and len(short) > SHORTEST_CUT else "different"
    alike = jaro_winkler(first, first2)
    if alike >= NEAR or sound(first) == sound(first2):
        return "near"
    return "far" if alike >= FAR else "different"


@lru_cache(maxsize=200_000)
def sound(name: str) -> str:
    """What a name sounds like, roughly, in whatever order its consonants were typed: Catherine and Kathryn are one."""
    if not name:
        return ""
    text = name.replace("ph", "f").replace("wr", "r").replace("kn", "n").replace("gh", "").replace("ck", "k")
    if not text:
        return name
    first = _CODES.get(text[0], "A")
    rest = {code for letter in text[1:] if (code := _CODES.get(letter))}
    return first + "".join(sorted(rest - {first}))
