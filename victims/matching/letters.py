"""Typing errors: whether two words are one slip apart, and how alike their letters are. Pure."""

from functools import lru_cache


def one_slip(one: str, other: str) -> bool:
    """Whether one letter was typed wrongly, left out or in its neighbour's place; no for equal words."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(long) - len(short) > 1 or short == long:
        return False
    at = next((n for n, letter in enumerate(short) if letter != long[n]), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    if short[at + 1 :] == long[at + 1 :]:
        return True
    return short[at : at + 2] == long[at : at + 2][::-1] and short[at + 2 :] == long[at + 2 :]


def slips(one: str, other: str) -> int:
    """How many signs were typed wrongly, or with their neighbour in each other's place, in texts of one length."""
    found = at = 0
    while at < len(one):
        if one[at] != other[at]:
            found += 1
            at += one[at : at + 2] == other[at : at + 2][::-1]
        at += 1
    return found


@lru_cache(maxsize=200_000)
def jaro_winkler(one: str, other: str) -> float:
    """Winkler's (1990) likeness of two words: 1 for equal, 0 for nothing in common."""
    if one == other:
        return 1.0
    if not one or not other:
        return 0.0
    if (len(one), one) > (len(other), other):
        one, other = other, one
    reach = max(len(other) // 2 - 1, 0)
    free = [True] * len(other)
    ours = []
    for at, letter in enumerate(one):
        for place in range(max(0, at - reach), min(len(other), at + reach + 1)):
            if free[place] and other[place] == letter:
                free[place] = False
                ours.append(letter)
                break
    if not ours:
        return 0.0
    theirs = [letter for letter, is_free in zip(other, free, strict=True) if not is_free]
    turned = sum(a != b for a, b in zip(ours, theirs, strict=True)) / 2
    found = len(ours)
    jaro = (found / len(one) + found / len(other) + (found - turned) / found) / 3
    start = 0
    while start < min(4, len(one)) and one[start] == other[start]:
        start += 1
    return jaro + start * 0.1 * (1 - jaro)
