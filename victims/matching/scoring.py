"""Whether two records are of one human being: the score, the verdict, and what each field weighs. Pure.

After Fellegi and Sunter (1969): each field's agreement or disagreement adds its weight in bits, log2 of how much
more likely it is between two records of one person than between two people. Who the other is otherwise makes a
difference: a stranger shares nothing but by chance, while somebody of the household shares surname, home and
telephone as a matter of course, a twin the date of birth too, and a namesake of another generation the given
name. The sum is made against each of these rivals, and the score is the lowest.
"""

from dataclasses import dataclass
from math import log2

from victims.matching.fields import MISSING, agreed_names, levels
from victims.matching.identity import Identity
from victims.matching.model import RIVALS, Model, frozen_model
from victims.matching.names import frequency

SAME, REVIEW = "same", "review"


@dataclass(frozen=True)
class Line:
    """What one field says: its level ("" where one of the two does not tell it), and its weight in bits."""

    field: str
    level: str
    weight: float


@dataclass(frozen=True)
class Resemblance:
    """How two records resemble each other. score: in bits; rival: who the other would be otherwise.

    start: the weight before anything is compared; it and the weights of the lines add up to the score.
    verdict: same, review, or "" for two people. is_suggested: whether a practitioner is asked.
    """

    score: float
    verdict: str
    is_suggested: bool
    rival: str
    start: float
    lines: tuple[Line, ...]


def weigh(one: Identity, other: Identity, model: Model | None = None) -> Resemblance:
    """Score two records against each other; the same whichever comes first."""
    model = model or frozen_model()
    found = levels(one, other)
    common = {
        field: _frequency(field, name, model) for field, name in agreed_names(one, other, found).items()
    }
    sums = {rival: _lines(found, common, model, rival) for rival in RIVALS}
    totals = {rival: model.start[rival] + sum(line.weight for line in sums[rival]) for rival in RIVALS}
    rival = min(RIVALS, key=lambda each: totals[each])
    score = round(totals[rival], 3)
    verdict = SAME if score >= model.same else REVIEW if score >= model.review else ""
    return Resemblance(score, verdict, score >= model.suggest, rival, model.start[rival], sums[rival])


def _frequency(field: str, name: str, model: Model) -> float:
    """How likely a stranger bears this name: in the country, or in the file at hand."""
    return max(model.common.get(field, {}).get(name, 0.0), frequency(name, field))


def _lines(found: dict[str, str], common: dict[str, float], model: Model, rival: str) -> tuple[Line, ...]:
    return tuple(
        Line(field, level, _weight(field, level, common, model, rival)) for field, level in found.items()
    )


def _weight(field: str, level: str, common: dict[str, float], model: Model, rival: str) -> float:
    if level == MISSING:
        return 0.0
    if rival == "stranger" and field in common:  # a rare name says more than one that thousands bear
        return round(log2(model.shares[field][level] / common[field]), 3)
    return model.weights[rival][field][level]


def compare(one: Identity, other: Identity) -> Resemblance | None:
    """How the two resemble each other, or None where nobody is to be asked whether they are one."""
    found = weigh(one, other)
    return found if found.is_suggested else None


def contradicts(one: Identity, other: Identity) -> bool:
    """Whether two records under one number of a sender flatly differ: neither names nor dates of birth agree."""
    found = levels(one, other)
    names = {found["given_name"], found["surname"]}
    return MISSING not in names and names <= {"different", "near"} and found["date_of_birth"] == "different"
