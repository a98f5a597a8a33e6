"""Whether two records are of one human being: the score, the verdict, and what each field weighs. Pure.

After Fellegi and Sunter (1969): each field's agreement or disagreement adds its weight in bits, log2 of how much
more likely it is between two records of one person than between two people. Who the other is otherwise makes a
difference: a stranger shares nothing but by chance, while somebody of the household shares surname, home and
telephone as a matter of course, a twin the date of birth too, and a namesake of another generation the given
name. The sum is made against each of these rivals, and the score is the lowest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log2

from victims.matching.fields import AGREES, LEVELS, MISSING, NAMES, compared, home_levels
from victims.matching.identity import Identity
from victims.matching.model import RIVALS, Model, frozen_model
from victims.matching.names import frequency, together

SAME, REVIEW = "same", "review"
ALIKE = AGREES | {"near"}
REACHED = frozenset({"same", "slip", "near", "same street", "same postcode", "alike"})


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
    verdict: same, review, or "" for two people. is_suggested: whether a practitioner is asked. settings: the version
    of the weights.
    """

    score: float
    verdict: str
    is_suggested: bool
    rival: str
    start: float
    lines: tuple[Line, ...]
    settings: str = ""


def weigh(one: Identity, other: Identity, model: Model | None = None) -> Resemblance:
    """Score two records against each other; the same whichever comes first."""
    model = model or frozen_model()
    found, names = compared(one, other)
    found |= home_levels(one.addresses, other.addresses)
    return _weighed(found, _rarer(names, model, swapped=found["name_order"] == "swapped"), model)


def weigh_from(one: Identity, other: Identity, model: Model, *, least: float) -> Resemblance | None:
    """As `weigh`; None where the score is less than that, and sooner where even one address would not help."""
    found, names = compared(one, other)
    rare = _rarer(names, model, swapped=found["name_order"] == "swapped")
    at_best = sum(max(model.weights["stranger"][field].values()) for field in ("home", "house"))
    if _total("stranger", found, rare, model) + at_best < least:
        return None
    found |= home_levels(one.addresses, other.addresses)
    likeness = _weighed(found, rare, model)
    return likeness if likeness.score >= least else None


def _weighed(found: dict[str, str], rare: dict[str, float], model: Model) -> Resemblance:
    totals = {rival: _total(rival, found, rare, model) for rival in RIVALS}
    rival = min(RIVALS, key=lambda each: totals[each])
    score = round(totals[rival], 3)
    is_same = score >= model.same and is_borne_out(found)
    verdict = SAME if is_same else REVIEW if score >= model.review else ""
    lines = tuple(
        Line(field, found[field], _weight(field, found[field], rival, rare, model)) for field in LEVELS
    )
    return Resemblance(
        score, verdict, score >= model.suggest, rival, model.start[rival], lines, model.version
    )


def _total(rival: str, found: dict[str, str], rare: dict[str, float], model: Model) -> float:
    weights = model.weights[rival]
    total = model.start[rival] + sum(weights[field][level] for field, level in found.items() if level)
    if rival == "stranger":
        total += sum(weight - weights[field]["same"] for field, weight in rare.items())
    return total


def _weight(field: str, level: str, rival: str, rare: dict[str, float], model: Model) -> float:
    if level == MISSING:
        return 0.0
    if rival == "stranger" and level == "same" and field in rare:
        return rare[field]
    return model.weights[rival][field][level]


def is_borne_out(found: Mapping[str, str]) -> bool:
    """Whether both names agree, or something by which both are reached: one name and a birthday are found twice."""
    return (found.get("given_name") in ALIKE and found.get("surname") in ALIKE) or any(
        found.get(field) in REACHED for field in ("home", "telephone", "e-mail")
    )


def _rarer(names: dict[str, str], model: Model, *, swapped: bool) -> dict[str, float]:
    """What a name that is the same in both weighs against a stranger: a rare one says more than a common one.

    A surname says less beside a given name of its own tradition, which most who bear it have.
    """
    common = {field: _frequency(name, NAMES if swapped else (field,), model) for field, name in names.items()}
    if len(names) == 2:
        given, surname = names.values()
        both = together(given, surname)
        if swapped:
            both = max(both, together(surname, given))
        common["surname"] = max(common["surname"], both / common["given_name"])
    return {field: round(log2(model.shares[field]["same"] / often), 3) for field, often in common.items()}


def _frequency(name: str, fields: Iterable[str], model: Model) -> float:
    """How likely a stranger bears this name: in the country, or in the file at hand."""
    return max(max(model.common.get(each, {}).get(name, 0.0), frequency(name, each)) for each in fields)


def compare(one: Identity, other: Identity, model: Model) -> Resemblance | None:
    """How the two resemble each other by the weights in force, or None where nobody is to be asked about them."""
    return weigh_from(one, other, model, least=model.suggest)


def contradicts(one: Identity, other: Identity) -> bool:
    """Whether two records under one number of a sender flatly differ: neither names nor dates of birth agree."""
    found, _ = compared(one, other)
    names = {found["given_name"], found["surname"]}
    return MISSING not in names and names <= {"different", "near"} and found["date_of_birth"] == "different"
