"""All pairs of a file's records that may be of one person. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from math import log2

from victims.matching.identity import Identity
from victims.matching.keys import MOST_OF_ONE_KEY, match_keys, wide_keys
from victims.matching.model import Model, frozen_model
from victims.matching.scoring import REVIEW, SAME, Resemblance, weigh, weigh_from

USUAL = 1.0
"""log2 of how many pairs of one person a hub has for each such pair of one house, at most."""
DOUBT = 2.0
"""Bits by which a stranger is thought likelier than the file tells: a false "same" is worse than a missed one."""
FEW = 3
LOOKED_AT = 20_000
"""Of how many pairs a file's families and repeats are counted, and taken for the whole."""
ENOUGH = 100
"""Pairs of one person from which a file tells how common they are in it; a smaller one is weighed as the hub is."""


def linked(people: Sequence[Identity]) -> Iterator[tuple[int, int, Resemblance]]:
    """Places of two and how they resemble each other, the lower place first, in the order of places."""
    pairs = candidates(people)
    model = as_common_as_in(people, pairs)
    found = {
        pair: likeness
        for pair in pairs
        if (likeness := weigh_from(people[pair[0]], people[pair[1]], model, least=model.review))
    }
    for one, other in through_a_third(found):
        likeness = found.get((one, other)) or weigh(people[one], people[other], model)
        verdict = SAME if likeness.score >= model.suggest else REVIEW
        found[one, other] = replace(likeness, verdict=verdict)
    yield from ((*pair, found[pair]) for pair in sorted(found))


def through_a_third(found: Mapping[tuple[int, int], Resemblance]) -> set[tuple[int, int]]:
    """Pairs that are each the same as one third record, and were not found to be the same as each other."""
    alike: dict[int, list[int]] = defaultdict(list)
    for (one, other), likeness in found.items():
        if likeness.verdict == SAME:
            alike[one].append(other)
            alike[other].append(one)
    both = {pair for others in alike.values() for pair in combinations(sorted(others), 2)}
    return {pair for pair in both if pair not in found or found[pair].verdict != SAME}


def candidates(people: Sequence[Identity]) -> list[tuple[int, int]]:
    """Places of those who share a key that is not too common, each pair once, in order."""
    holders: dict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(people):
        for key in {*match_keys(one), *wide_keys(one)}:
            holders[key].append(place)
    few = (places for places in holders.values() if len(places) <= MOST_OF_ONE_KEY)
    return sorted({pair for places in few for pair in combinations(places, 2)})


def as_common_as_in(people: Sequence[Identity], pairs: Sequence[tuple[int, int]]) -> Model:
    """The frozen settings, with the start of each rival as the file itself tells: its size, and who lives together.

    A hub meets families, so two of one house are taken for two people until more speaks for one. A file in which
    next to nobody lives with somebody of another name and date of birth has few twins and namesakes either. A
    start is only ever raised, by the odds of one person to such a pair, and the weights stay as they are.
    """
    model = frozen_model()
    one_person = one_house = 0
    each = max(1, len(pairs) // LOOKED_AT)
    for one, other in pairs[::each]:
        found = weigh(people[one], people[other], model)
        level = {line.field: line.level for line in found.lines}
        one_person += each * (found.verdict == SAME)
        one_house += each * (
            level["home"] == level["house"] == "same"
            and level["surname"] == "same"
            and level["given_name"] == level["date_of_birth"] == "different"
        )
    if one_person < ENOUGH:
        return model
    everybody = len(people) * (len(people) - 1) / 2
    raised = max(0.0, log2(one_person / (one_house + 1)) - USUAL)
    start = {rival: round(start + raised, 3) for rival, start in model.start.items()}
    start["stranger"] = round(max(model.start["stranger"], log2(one_person / everybody) - DOUBT), 3)
    return replace(model, start=start, common=common_names(people))


def common_names(people: Sequence[Identity]) -> dict[str, dict[str, float]]:
    """How many of a file's records have each name that more than a few have."""
    given = Counter("".join(one.given_parts[:1]) for one in people)
    surnames = Counter("".join(one.surname_parts) for one in people)
    return {
        field: {name: many / len(people) for name, many in counted.items() if many > FEW}
        for field, counted in (("given_name", given), ("surname", surnames))
    }
