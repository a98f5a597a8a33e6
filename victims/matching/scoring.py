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
BORN = frozenset({"same", "swapped", "slip"})
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


@dataclass(frozen=True)
class Comparison:
    """What two records have in common. levels: of every field; names: those that are the same, by field."""

    levels: dict[str, str]
    names: dict[str, str]


def weigh(one: Identity, other: Identity, model: Model | None = None) -> Resemblance:
    """Score two records against each other; the same whichever comes first."""
    levels, names = compared(one, other)
    return weighed(
        Comparison(levels | home_levels(one.addresses, other.addresses), names), model or frozen_model()
    )


def alike(one: Identity, other: Identity, model: Model, *, least: float) -> Comparison | None:
    """What two records have in common, unless it weighs less than that against a stranger, without the start.

    It is None sooner where even one address would not help, as addresses take longest to compare.
    """
    levels, names = compared(one, other)
    found = Comparison(levels, names)
    at_best = sum(max(model.weights["stranger"][field].values()) for field in ("home", "house"))
    rare = _rarer(found, model)
    if _against("stranger", found, rare, model) + at_best < least:
        return None
    found = Comparison(levels | home_levels(one.addresses, other.addresses), names)
    return found if _against("stranger", found, rare, model) >= least else None


def weights_against(found: Comparison, model: Model) -> dict[str, float]:
    """By rival, the sum of what each field weighs, without the start, in bits."""
    rare = _rarer(found, model)
    return {rival: _against(rival, found, rare, model) for rival in RIVALS}


def weighed(found: Comparison, model: Model) -> Resemblance:
    """How two records resemble each other who have that in common."""
    rare = _rarer(found, model)
    totals = {rival: model.start[rival] + _against(rival, found, rare, model) for rival in RIVALS}
    rival = min(RIVALS, key=lambda each: totals[each])
    score = round(totals[rival], 3)
    is_one = score >= model.same and is_borne_out(found.levels, of_one_file=model.of_one_file)
    verdict = SAME if is_one else REVIEW if score >= model.review else ""
    lines = tuple(
        Line(field, found.levels[field], _weight(field, found.levels[field], rival, rare, model))
        for field in LEVELS
    )
    return Resemblance(
        score, verdict, score >= model.suggest, rival, model.start[rival], lines, model.version
    )


def _against(rival: str, found: Comparison, rare: dict[str, float], model: Model) -> float:
    weights = model.weights[rival]
    total = sum(weights[field][level] for field, level in found.levels.items() if level)
    if rival == "stranger":
        total += sum(weight - weights[field]["same"] for field, weight in rare.items())
    return total


def _weight(field: str, level: str, rival: str, rare: dict[str, float], model: Model) -> float:
    if level == MISSING:
        return 0.0
    if rival == "stranger" and level == "same" and field in rare:
        return rare[field]
    return model.weights[rival][field][level]


def is_borne_out(found: Mapping[str, str], *, of_one_file: bool = False) -> bool:
    """Whether what agrees is of two kinds: names, the birthday, and something by which both are reached.

    Without the last both names must agree: one name and a birthday are found twice. In a file, of which it is known
    how many bear a name, the very day and one name are enough.
    """
    names = (found.get("given_name") in ALIKE) + (found.get("surname") in ALIKE)
    is_born = found.get("date_of_birth") in BORN
    if any(found.get(field) in REACHED for field in ("home", "telephone", "e-mail")):
        return bool(names) or is_born
    if of_one_file and found.get("date_of_birth") == "same":
        return bool(names)
    return names == 2 and is_born


def _rarer(found: Comparison, model: Model) -> dict[str, float]:
    """What a name that is the same in both weighs against a stranger: a rare one says more than a common one.

    A surname says less beside a given name of its own tradition, which most who bear it have.
    """
    swapped, names = found.levels["name_order"] == "swapped", found.names
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
    found = alike(one, other, model, least=model.suggest - model.start["stranger"])
    likeness = weighed(found, model) if found else None
    return likeness if likeness and likeness.is_suggested else None


def contradicts(one: Identity, other: Identity) -> bool:
    """Whether two records under one number of a sender flatly differ: neither names nor dates of birth agree."""
    found, _ = compared(one, other)
    names = {found["given_name"], found["surname"]}
    return MISSING not in names and names <= {"different", "near"} and found["date_of_birth"] == "different"
