"""All pairs of a file's records that may be of one person. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from victims.matching.identity import Identity
from victims.matching.keys import MOST_OF_ONE_KEY, match_keys
from victims.matching.scoring import Resemblance, compare


def linked(people: Sequence[Identity]) -> Iterator[tuple[int, int, Resemblance]]:
    """Places of two and how they resemble each other, the lower place first, in the order of places."""
    for one, other in candidates(people):
        found = compare(people[one], people[other])
        if found:
            yield one, other, found


def candidates(people: Sequence[Identity]) -> list[tuple[int, int]]:
    """Places of those who share a key that is not too common, each pair once, in order."""
    holders: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(people):
        for key in match_keys(one):
            holders[key].append(place)
    return sorted(
        {
            pair
            for places in holders.values()
            if len(places) <= MOST_OF_ONE_KEY
            for pair in combinations(places, 2)
        }
    )
