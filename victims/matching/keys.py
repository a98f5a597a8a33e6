"""Blocking keys: only people who share one are compared. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import nsmallest
from typing import TypeVar
from uuid import UUID

from victims.matching.identity import Address, Identity
from victims.matching.names import sound

Holder = TypeVar("Holder", UUID, int)
LONGEST = 200
MOST_OF_ONE_KEY = 50
"""A key that more people share than this says nothing about any of them (a hostel's telephone)."""
MOST_COMPARED = 10
"""Nobody who is told of is compared at once with more people than this: with those with whom the most keys are shared,
and then the rarest. Overnight everybody is compared with all who share a key."""


def match_keys(one: Identity) -> tuple[str, ...]:
    """Keys of a person, each rare by itself, and none dependent on which name or part of a date stands first.

    Each joins two things, so that no common one stands alone: the date of birth with each initial, and with the area;
    day and month with each name; both names with the year, with the area, and, letter by letter, with each other; the
    postcode with each initial, and with the house; the street with each name, and with house and initial; each
    telephone number and e-mail address.
    """
    return tuple(dict.fromkeys(key[:LONGEST] for key in _keys(one)))


def nearest(holders: Iterable[Sequence[Holder]]) -> list[Holder]:
    """Of the people who hold each of somebody's keys those to compare, the nearest first; of equals the oldest."""
    shared: dict[Holder, float] = defaultdict(float)
    for people in holders:
        if len(people) <= MOST_OF_ONE_KEY:
            for one in people:
                shared[one] += 1 + 0.9 / len(people)
    return nsmallest(MOST_COMPARED, shared, key=lambda one: (-shared[one], one))


def wide_keys(one: Identity) -> tuple[str, ...]:
    """Further keys for going through one file, where a wide one costs little: by sound, for several errors at once.

    Among millions of people most of them would have too many holders to say anything.
    """
    return tuple(dict.fromkeys(key[:LONGEST] for key in _wide_keys(one)))


def _keys(one: Identity) -> Iterator[str]:
    names, sounds = _names(one)
    initials = sorted({each[0] for each in sounds})
    if one.born:
        year, rest = _born(one)
        yield from (f"b {year}{rest} {initial}" for initial in initials)
        yield from (f"d {rest} {name}" for name in names)
        if len(names) == 2:
            yield f"y {year} {'+'.join(sounds)}"
    if len(names) == 2:
        yield f"f {'+'.join(names)}"
    for contact in sorted(one.phones | one.emails):
        yield f"c {contact}"
    for home in _in_order(one):
        if home.code:
            area = home.code.partition(" ")[0]
            yield from (f"p {home.code} {initial}" for initial in initials)
            if home.house:
                yield f"p {home.code} {home.house}"
            if one.born:
                yield f"a {one.born} {area}"
            if len(sounds) == 2:
                yield f"n {area} {'+'.join(sounds)}"
        for street in _streets(home)[:1]:
            yield from (f"s {sound(street)} {name}" for name in names)
            if home.house:
                yield from (f"h {home.house} {sound(street)} {initial}" for initial in initials)


def _wide_keys(one: Identity) -> Iterator[str]:
    names, sounds = _names(one)
    if one.born:
        yield f"b {one.born}"
        yield from (f"e {_born(one)[1]} {each}" for each in sounds)
        yield from (f"y {one.born[:4]} {name}" for name in names)
    if len(names) == 2:
        yield f"g {'+'.join(sounds)}"
    for home in _in_order(one):
        streets = [sound(street) for street in _streets(home)[:3]]
        for street in streets:
            yield from (f"t {street} {each}" for each in sounds)
            yield from (f"i {number} {street}" for number in sorted(home.numbers))
            if one.born:
                yield f"r {_born(one)[1]} {street}"
        if home.code:
            yield from (f"q {home.code} {number}" for number in sorted(home.numbers))
            yield from (f"q {home.code} {street}" for street in streets)
            yield from (f"o {home.code[:-1]} {each}" for each in sounds)


def _names(one: Identity) -> tuple[list[str], list[str]]:
    """Given name and surname in the order of the alphabet, and how they sound; parted where one column holds both."""
    given, surname = one.names
    if not (given and surname):
        whole = given or surname
        given, surname = whole[:1], whole[1:]
    names = sorted(name for name in ("".join(given[:1]), "".join(surname)) if name)
    return names, sorted(sound(name) for name in names)


def _born(one: Identity) -> tuple[str, str]:
    """The year; and month and day, the smaller first."""
    return one.born[:4], "".join(sorted((one.born[4:6], one.born[6:])))


def _streets(home: Address) -> list[str]:
    """The words of an address that are neither number nor flat, the street's mostly first."""
    return [word for word in home.words if len(word) > 2 and word.isalpha() and word != "flat"]


def _in_order(one: Identity) -> list[Address]:
    return sorted(one.addresses, key=lambda home: (home.postcode, home.lines))
