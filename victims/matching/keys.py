"""Blocking keys: only people who share one are compared. Pure."""

from collections.abc import Iterator

from victims.matching.identity import Address, Identity
from victims.matching.names import sound

LONGEST = 200
MOST_OF_ONE_KEY = 50
"""A key that more people share than this says nothing about any of them (a hostel's telephone)."""


def match_keys(one: Identity) -> tuple[str, ...]:
    """Keys of a person, each rare by itself, and none dependent on which name or part of a date stands first.

    Each joins two things, so that no common one stands alone: the date of birth with each initial, and with the
    postcode; both names with the year, with the area, and, letter by letter, with each other; the postcode with
    each initial and with the house; house and street with each initial; and each telephone number and e-mail address.
    """
    return tuple(dict.fromkeys(key[:LONGEST] for key in _keys(one)))


def _keys(one: Identity) -> Iterator[str]:
    names = sorted(name for name in ("".join(one.given_parts[:1]), "".join(one.surname_parts)) if name)
    sounds = sorted(sound(name) for name in names)
    initials = sorted({each[0] for each in sounds})
    if one.born:
        year, rest = one.born[:4], "".join(sorted((one.born[4:6], one.born[6:])))
        yield from (f"b {year}{rest} {initial}" for initial in initials)
        yield from (f"b {year}{rest} {home.postcode}" for home in _in_order(one) if home.postcode)
        if len(names) == 2:
            yield f"y {year} {'+'.join(sounds)}"
    if len(names) == 2:
        yield f"f {'+'.join(names)}"
    for contact in sorted(one.phones | one.emails):
        yield f"c {contact}"
    for home in _in_order(one):
        yield from _home_keys(home, sounds, initials)


def _home_keys(home: Address, sounds: list[str], initials: list[str]) -> Iterator[str]:
    if home.postcode:
        yield from (f"p {home.postcode} {initial}" for initial in initials)
        if len(sounds) == 2:
            yield f"n {home.postcode.partition(' ')[0]} {'+'.join(sounds)}"
    street = next((word for word in home.words if len(word) > 2 and word.isalpha() and word != "flat"), "")
    if home.house and street:
        yield from (f"h {home.house} {sound(street)} {initial}" for initial in initials)
    if home.house and home.postcode:
        yield f"g {home.house} {home.postcode}"


def _in_order(one: Identity) -> list[Address]:
    return sorted(one.addresses, key=lambda home: (home.postcode, home.lines))
