"""Files of invented people who are told of twice, of whom it is known who is who."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import combinations

from bench.population import Human, Names, Record, people, report

Damage = Callable[[Record, random.Random], Record]


def told_twice(seed: int, many: int, damage: Damage, *, is_alone: bool, twins: float = 0) -> list[Record]:
    """Two records of each of so many people, the second damaged, told without contacts or sex, as FEBRL's are.

    is_alone: one person a household. twins: the share of people who are told of once, and whose twin is as well.
    """
    chance = random.Random(seed)
    names = Names(chance)
    households: set[int] = set()
    told: list[Record] = []
    for human in people(seed):
        if is_alone and human.household in households:
            continue
        households.add(human.household)
        if len(told) >= 2 * many:
            break
        other = human
        if chance.random() < twins:
            other = replace(human, id=-human.id - 1, given=another_name(human, names))
        first, second = (report(one, chance, len(told) + n) for n, one in enumerate((human, other)))
        told += [first, damage(second, chance)]
    return [replace(one, phone="", email="", sex="") for one in told]


def another_name(human: Human, names: Names) -> str:
    """A given name that parents would give to a twin of this human being."""
    while (given := names.given(human.tradition, human.sex)) == human.given:
        pass
    return given


def of_one_person(records: Iterable[Record]) -> set[tuple[str, str]]:
    """The ids of every two records that are of one person, in the order of the records."""
    whose = defaultdict(list)
    for record in records:
        whose[record.person].append(record.id)
    return {pair for ids in whose.values() for pair in combinations(ids, 2)}
