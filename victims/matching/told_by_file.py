"""What a whole file tells of itself: how its records err, who is in it, and from which score on two are the same. Pure.

A hub weighs one person against millions of whom little is known. A file is there as a whole, so its own errors and its
own families can be estimated from it by expectation and maximisation (Winkler 1988; Jaro 1989), over all that
two people may be to each other. The frozen weights are the prior; what the file tells corrects them against every rival
alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from math import inf, log2

from victims.matching.estimate import Corrections, corrected, correction
from victims.matching.fields import LEVELS, MISSING
from victims.matching.model import RIVALS, Model, frozen_model
from victims.matching.scoring import SAME, Comparison, is_borne_out, weighed, weights_against

ENOUGH = 100
"""Pairs of one person from which a file tells anything; a smaller one is weighed as the hub is."""
PRIOR = 200
"""Of how many pairs of one person the frozen shares are thought to come: so many of a file outweigh them."""
DOUBT = 1.0
"""Bits by which a stranger is thought likelier than the file tells: a false "same" is worse than a missed one."""
ALWAYS = {"household": 1.0, "twin": 0.3, "namesake": 0.3}
"""How many pairs of relatives any file is thought to hold, beside those that it shows."""
TWINS = 0.1
"""Twins, and parents and children of one name, to two of one household at least: the fewest are told of."""
TOGETHER = 0.03
"""Two of one household to two records of one person, from which a file is one of families."""
OTHERWISE = {"given_name": ("far", "different"), "date_of_birth": ("different",)}
"""What an error looks like that is a twin, or a namesake, as well."""
MOST_OTHERWISE = 3.0
"""How many times oftener than between the frozen shares' pairs such is thought an error at most, where nobody lives
together; in a file of families it is not learned. What is more is twins and namesakes."""
WRONG = 0.005
"""How many of those that are the same may be expected to be of two people. What is expected is too dark: of invented
people about one in two thousand are."""
LEAST = 2.0
"""Bits that two of one person score at least, whatever the rest of the file leaves room for: four to one."""
ROUNDS = 15


@dataclass(frozen=True)
class _Pair:
    """levels: of each field that both tell; against: by rival, the frozen weights' sum without start, in bits."""

    levels: tuple[tuple[str, str], ...]
    against: dict[str, float]


def as_told_by(found: Sequence[Comparison], records: int, model: Model) -> Model:
    """The settings as a file tells them, of what its pairs have in common; the frozen ones where it tells too little.

    found: pairs that are not plainly strangers, of so many records. model: the frozen settings, with the file's names.
    """
    same = sum(weighed(each, model).verdict == SAME for each in found)
    if same < ENOUGH:
        return frozen_model()
    pairs = [
        _Pair(
            tuple((field, level) for field, level in each.levels.items() if level != MISSING),
            weights_against(each, model),
        )
        for each in found
    ]
    # At first relatives are thought as common as repeats: what is little borne out falls, and an error is not learned
    # from them meanwhile.
    common = {**dict.fromkeys(("same", *ALWAYS), float(same)), "stranger": records * (records - 1) / 2}
    errors: Corrections = {}
    for _ in range(ROUNDS):
        chances = [_chances(pair, common, errors) for pair in pairs]
        common |= _how_common(chances)
        errors = _errors(pairs, [each["same"] for each in chances], model, families=_is_of_families(common))
    learned = replace(
        corrected(model, errors, version=model.version),
        start={rival: round(log2(common["same"] / common[rival]), 3) for rival in RIVALS},
        of_one_file=True,
    )
    learned.start["stranger"] -= DOUBT
    return replace(learned, same=_line(found, learned))


def _chances(pair: _Pair, common: dict[str, float], errors: Corrections) -> dict[str, float]:
    """How likely the two are one person, or each other's rivals."""
    more = correction(errors, pair.levels)
    odds = {rival: common[rival] * 2 ** -pair.against[rival] for rival in RIVALS}
    odds["same"] = common["same"] * 2**more
    total = sum(odds.values())
    return {each: odd / total for each, odd in odds.items()}


def _how_common(chances: Iterable[dict[str, float]]) -> dict[str, float]:
    """How many pairs of the file are of one person, and how many of relatives."""
    total = {"same": 0.0, **ALWAYS}
    for each in chances:
        for what in total:
            total[what] += each[what]
    for rival in ("twin", "namesake"):
        total[rival] = max(total[rival], TWINS * total["household"])
    return total


def _is_of_families(common: dict[str, float]) -> bool:
    return common["household"] >= TOGETHER * common["same"]


def _errors(
    pairs: Sequence[_Pair], chances: Sequence[float], model: Model, *, families: bool
) -> dict[str, dict[str, float]]:
    """By how much each level is oftener, or seldomer, found between two records of one person than the model has it."""
    seen = {field: dict.fromkeys(levels, 0.0) for field, levels in LEVELS.items()}
    for pair, chance in zip(pairs, chances, strict=True):
        for field, level in pair.levels:
            seen[field][level] += chance
    found: dict[str, dict[str, float]] = {}
    for field, levels in seen.items():
        many, prior = sum(levels.values()), sum(model.shares[field].values())
        share = {
            level: (often + PRIOR * model.shares[field][level] / prior) / (many + PRIOR)
            for level, often in levels.items()
        }
        if field in OTHERWISE:
            usual = sum(model.shares[field][level] for level in OTHERWISE[field])
            share = _held(share, OTHERWISE[field], usual, families=families)
        found[field] = {level: log2(share[level] / model.shares[field][level]) for level in levels}
    return found


def _held(share: dict[str, float], of: Sequence[str], usual: float, *, families: bool) -> dict[str, float]:
    """The shares with those of some levels no larger than may be learned, and the others so that all are one."""
    have = sum(share[level] for level in of)
    may = usual if families else min(have, usual * MOST_OTHERWISE)
    these, others = may / have, (1 - may) / (1 - have)
    return {level: each * (these if level in of else others) for level, each in share.items()}


def _line(found: Iterable[Comparison], model: Model) -> float:
    """The lowest score, from LEAST on, at and above which no more than WRONG are expected to be of two people."""
    borne_out = (each for each in found if is_borne_out(each.levels, of_one_file=True))
    scores = sorted((weighed(each, model).score for each in borne_out), reverse=True)
    wrong = accumulate(1 / (1 + 2**score) for score in scores)
    return min(
        (
            score
            for many, (score, sum_wrong) in enumerate(zip(scores, wrong, strict=True), start=1)
            if score >= LEAST and sum_wrong <= WRONG * many
        ),
        default=inf,
    )
