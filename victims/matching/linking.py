"""All pairs of a file's records that may be of one person. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from math import log2

from victims.matching.identity import Identity
from victims.matching.keys import MOST_OF_ONE_KEY, match_keys, wide_keys
from victims.matching.model import frozen_model
from victims.matching.scoring import REVIEW, SAME, Resemblance, alike, weigh, weighed
from victims.matching.told_by_file import as_told_by

FEW = 3
"""How many records of a file bear a name that is not common in it, at most."""
PLAINLY_STRANGERS = 14.0
"""Bits by which two must be likelier strangers than any two records of the file, not to be looked at further."""


def linked(people: Sequence[Identity]) -> Iterator[tuple[int, int, Resemblance]]:
    """Places of two and how they resemble each other, the lower place first, in the order of places."""
    model = replace(frozen_model(), common=common_names(people))
    least = log2(max(len(people), 2)) - PLAINLY_STRANGERS
    alikes = {
        (one, other): each
        for one, other in candidates(people)
        if (each := alike(people[one], people[other], model, least=least))
    }
    model = as_told_by(list(alikes.values()), len(people), model)
    found = {pair: likeness for pair, each in alikes.items() if (likeness := weighed(each, model)).verdict}
    for one, other in through_a_third(found):
        likeness = found.get((one, other)) or weigh(people[one], people[other], model)
        verdict = SAME if likeness.score >= model.suggest else REVIEW
        found[one, other] = replace(likeness, verdict=verdict)
    yield from ((*pair, found[pair]) for pair in sorted(found))


def through_a_third(found: Mapping[tuple[int, int], Resemblance]) -> set[tuple[int, int]]:
    """Pairs that are each the same as one third record, and were not found to be the same as each other."""
    others_of: dict[int, list[int]] = defaultdict(list)
    for (one, other), likeness in found.items():
        if likeness.verdict == SAME:
            others_of[one].append(other)
            others_of[other].append(one)
    both = {pair for others in others_of.values() for pair in combinations(sorted(others), 2)}
    return {pair for pair in both if pair not in found or found[pair].verdict != SAME}


def candidates(people: Sequence[Identity]) -> list[tuple[int, int]]:
    """Places of those who share a key that is not too common, each pair once, in order."""
    holders: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(people):
        for key in {*match_keys(one), *wide_keys(one)}:
            holders[key].append(place)
    few = (places for places in holders.values() if len(places) <= MOST_OF_ONE_KEY)
    return sorted({pair for places in few for pair in combinations(places, 2)})


def common_names(people: Sequence[Identity]) -> dict[str, dict[str, float]]:
    """How many of a file's records have each name that more than a few have."""
    given = Counter("".join(one.given_parts[:1]) for one in people)
    surnames = Counter("".join(one.surname_parts) for one in people)
    return {
        field: {name: many / len(people) for name, many in counted.items() if many > FEW}
        for field, counted in (("given_name", given), ("surname", surnames))
    }
