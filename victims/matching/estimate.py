"""What practitioners' answers say of the weights: by how much each agreement should weigh more, or less. Pure.

The labelled pairs are those that were suggested, so they tell neither how often two records of one person agree nor how
often strangers do: they were chosen for being alike. What a choice by the fields alone leaves as it is, is how likely
two records are of one person *given* what agrees (Zadrozny, "Learning and evaluating classifiers under sample selection
bias", ICML 2004). In the sum of Fellegi and Sunter that is a logistic regression whose coefficients are the weights. So
they are estimated as such, each level by a correction to the weight in force, drawn towards none by a normal prior (le
Cessie and van Houwelingen, "Ridge estimators in logistic regression", Applied Statistics 41, 1992): few labels move a
weight little, and a level with fewer than LEAST_OF_LEVEL is left as it is.

A correction counts against every rival alike, so it changes a score by itself and never who the other would be.
Starts and thresholds stay: how many of those who are alike are one is estimated along, and thrown away, because how
careful the hub is must not be learned from the pairs that it chose to ask about.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from math import exp, log, log1p

from victims.matching.fields import LEVELS, MISSING
from victims.matching.model import RIVALS, Model
from victims.matching.scoring import SAME, Comparison, is_borne_out, weighed

Corrections = Mapping[str, Mapping[str, float]]
"""By field and level, in bits; what is absent is none."""

LEAST_OF_EACH = 30
"""Confirmed pairs, and rejected ones, below which nothing is estimated at all."""
LEAST_OF_LEVEL = 20
"""Labels in which a level was found, below which its weight is left alone."""
PRIOR = 1.0
"""How far, in bits, a weight is thought to be from right (one standard deviation), before anything was answered."""
FARTHEST = 3.0
"""No weight is moved by more than this at once, however many labels speak for it."""
MOST_LOST = 0.05
"""Of the confirmed pairs, how many may stop being asked about: who is a victim again must not fall out of sight."""
FOLDS = 5
_LOOSE = 20.0
_STEPS, _ENOUGH = 60, 1e-9
_LN2 = log(2)


@dataclass(frozen=True)
class Label:
    """One answered pair. levels: of each field that both tell; score: by the weights in force; same: the answer.

    group: the same for all pairs that share people, so that none of them is foretold from another of them.
    """

    levels: tuple[tuple[str, str], ...]
    score: float
    same: bool
    group: int = 0


@dataclass(frozen=True)
class Fit:
    """base: what is thrown away, how many of those who are alike are one; corrections: what is kept."""

    base: float
    corrections: dict[str, dict[str, float]]


@dataclass(frozen=True)
class Tally:
    """What weights make of labelled pairs.

    surprise: by how many bits the answers were not foretold, added up. same_confirmed, same_rejected: how many that
    were confirmed, or rejected, are "same"; missed: how many confirmed would not have been suggested.
    """

    labels: int = 0
    surprise: float = 0.0
    same_confirmed: int = 0
    same_rejected: int = 0
    missed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(one + another for one, another in zip(astuple(self), astuple(other), strict=True)))


def support(labels: Iterable[Label]) -> dict[str, dict[str, tuple[int, int]]]:
    """By field and level: in how many confirmed and in how many rejected pairs it was found."""
    found: Counter[tuple[str, str, bool]] = Counter()
    for label in labels:
        found.update((field, level, label.same) for field, level in label.levels)
    return {
        field: {level: (found[field, level, True], found[field, level, False]) for level in levels}
        for field, levels in LEVELS.items()
    }


def is_enough(labels: Sequence[Label]) -> bool:
    """Whether anything can be said from these labels: enough of either answer, and a level with enough of them."""
    confirmed = sum(label.same for label in labels)
    return min(confirmed, len(labels) - confirmed) >= LEAST_OF_EACH and bool(_estimated(labels))


def fit(labels: Sequence[Label], *, weights: bool = True) -> Fit:
    """The corrections that the labels speak for, and the base that goes with them; weights=False: the base alone."""
    columns = _estimated(labels) if weights else []
    found = _maximum(_counted(labels, columns), len(columns))
    corrections: dict[str, dict[str, float]] = {}
    for (field, level), bits in zip(columns, found[1:], strict=True):
        corrections.setdefault(field, {})[level] = round(max(-FARTHEST, min(FARTHEST, bits)), 3)
    return Fit(found[0], corrections)


def split(labels: Sequence[Label], fold: int) -> tuple[list[Label], list[Label]]:
    """Those to learn from, and those of one of FOLDS parts that are then foretold; groups stay whole."""
    learned = [label for label in labels if label.group % FOLDS != fold]
    return learned, [label for label in labels if label.group % FOLDS == fold]


def tallied(labels: Iterable[Label], fitted: Fit, model: Model) -> Tally:
    """What the weights, so corrected, make of the labels. model: the weights in force."""
    total = Tally()
    for label in labels:
        score = label.score + correction(fitted.corrections, label.levels)
        odds = _LN2 * (score + fitted.base)
        surprise = _softplus(-odds if label.same else odds) / _LN2
        is_same = score >= model.same and is_borne_out(dict(label.levels))
        total += Tally(
            1,
            surprise,
            int(is_same and label.same),
            int(is_same and not label.same),
            int(label.same and score < model.suggest),
        )
    return total


def loses_too_many(old: Tally, new: Tally, confirmed: int) -> bool:
    """Whether more than MOST_LOST of the confirmed pairs are missed by the new weights and were not by the old."""
    return new.missed - old.missed > MOST_LOST * confirmed


def knows_whom_it_is_told_twice(model: Model) -> bool:
    """Whether records that agree in all that they tell are "same", whoever else it might be, told by telephone or not.

    What every answered pair has says nothing by itself, and still may be corrected far down; together that could make
    a pair the less likely the more agrees.
    """
    agree = {field: levels[0] for field, levels in LEVELS.items()}
    untold = ((), ("telephone",), ("e-mail",), ("telephone", "e-mail"))
    found = (Comparison(agree | dict.fromkeys(fields, MISSING), {}) for fields in untold)
    return all(weighed(each, model).verdict == SAME for each in found)


def correction(corrections: Corrections, levels: Iterable[tuple[str, str]]) -> float:
    """By how much the corrections change the score of a pair that agrees in these levels."""
    return sum(corrections.get(field, {}).get(level, 0.0) for field, level in levels)


def added(one: Corrections, other: Corrections) -> dict[str, dict[str, float]]:
    """Two corrections, one upon the other."""
    return {
        field: {
            level: round(one.get(field, {}).get(level, 0.0) + other.get(field, {}).get(level, 0.0), 3)
            for level in {**one.get(field, {}), **other.get(field, {})}
        }
        for field in {**one, **other}
    }


def corrected(model: Model, corrections: Corrections, *, version: str) -> Model:
    """The model with its weights corrected against every rival alike, under a version of its own.

    The share of pairs of one person goes with them, so that what a rare name weighs is corrected too.
    """

    def by(field: str, level: str) -> float:
        return corrections.get(field, {}).get(level, 0.0)

    return replace(
        model,
        version=version,
        weights={
            rival: {
                field: {level: round(weight + by(field, level), 3) for level, weight in levels.items()}
                for field, levels in model.weights[rival].items()
            }
            for rival in RIVALS
        },
        shares={
            field: {level: share * 2 ** by(field, level) for level, share in levels.items()}
            for field, levels in model.shares.items()
        },
    )


def groups(pairs: Sequence[tuple[int, int]]) -> list[int]:
    """For each pair of people the lowest number of everybody who is joined with them by pairs."""
    leads: dict[int, int] = {}

    def lead(one: int) -> int:
        while leads.setdefault(one, one) != one:
            leads[one] = leads[leads[one]]
            one = leads[one]
        return one

    for one, other in pairs:
        low, high = sorted((lead(one), lead(other)))
        leads[high] = low
    return [lead(one) for one, _ in pairs]


def _estimated(labels: Iterable[Label]) -> list[tuple[str, str]]:
    return [
        (field, level)
        for field, levels in support(labels).items()
        for level, counts in levels.items()
        if sum(counts) >= LEAST_OF_LEVEL
    ]


_Rows = list[tuple[tuple[int, ...], float, int, int]]
"""Columns that are 1 (0: the base), the score, and how many such pairs were confirmed and rejected."""


def _counted(labels: Iterable[Label], columns: Sequence[tuple[str, str]]) -> _Rows:
    place = {column: number for number, column in enumerate(columns, start=1)}
    found: Counter[tuple[tuple[int, ...], float, bool]] = Counter()
    for label in labels:
        ones = (0, *(place[each] for each in label.levels if each in place))
        found[ones, round(label.score, 3), label.same] += 1
    kinds = sorted({(ones, score) for ones, score, _ in found})
    return [(ones, score, found[ones, score, True], found[ones, score, False]) for ones, score in kinds]


def _maximum(rows: _Rows, many: int) -> list[float]:
    """Where the labels and the prior together are likeliest, by Newton's steps, halved where one is too long."""
    at = [0.0] * (many + 1)
    cost = _cost(rows, at)
    for _ in range(_STEPS):
        step = _newton(rows, at)
        size = 1.0
        while size > _ENOUGH:
            tried = [one - size * by for one, by in zip(at, step, strict=True)]
            costs = _cost(rows, tried)
            if costs <= cost:
                break
            size /= 2
        else:
            break
        moved, at, cost = cost - costs, tried, costs
        if moved < _ENOUGH:
            break
    return at


def _cost(rows: _Rows, at: Sequence[float]) -> float:
    total = sum(bits**2 / (2 * _spread(place) ** 2) for place, bits in enumerate(at))
    for ones, score, confirmed, rejected in rows:
        odds = _LN2 * (score + sum(at[one] for one in ones))
        total += confirmed * _softplus(-odds) + rejected * _softplus(odds)
    return total


def _newton(rows: _Rows, at: Sequence[float]) -> list[float]:
    slope = [bits / _spread(place) ** 2 for place, bits in enumerate(at)]
    bend = [[0.0] * len(at) for _ in at]
    for place in range(len(at)):
        bend[place][place] = 1 / _spread(place) ** 2
    for ones, score, confirmed, rejected in rows:
        chance = _chance(_LN2 * (score + sum(at[one] for one in ones)))
        pull = _LN2 * ((confirmed + rejected) * chance - confirmed)
        curve = _LN2**2 * (confirmed + rejected) * chance * (1 - chance)
        for one in ones:
            slope[one] += pull
            row = bend[one]
            for other in ones:
                row[other] += curve
    return _solved(bend, slope)


def _spread(place: int) -> float:
    return PRIOR if place else _LOOSE


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Of a symmetric, positive system, by elimination."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for place, row in enumerate(rows):
        for below in rows[place + 1 :]:
            share = below[place] / row[place]
            if share:
                below[place:] = [one - share * by for one, by in zip(below[place:], row[place:], strict=True)]
    found = [0.0] * len(rows)
    for place in reversed(range(len(rows))):
        row = rows[place]
        known = sum(row[after] * found[after] for after in range(place + 1, len(rows)))
        found[place] = (row[-1] - known) / row[place]
    return found


def _chance(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds))


def _softplus(value: float) -> float:
    """log(1 + e**value), without overflow."""
    return max(value, 0.0) + log1p(exp(-abs(value)))
