"""What a pathway's rules may ask about a case: each fact declared once, with its type, its words and its values.

A fact that nobody has established is None. That is not "no": rules answer "not known" to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

FactValue = str | int | bool | list[str] | None


class Kind(StrEnum):
    CODE = "one of a list"
    TEXT = "a text"
    NUMBER = "a whole number"
    YES_NO = "yes or no"
    SET = "a list"


class UnknownFact(Exception):
    """A fact was given that no rule can ask about: declare it in pathways.facts, or correct its name."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that rules may ask about. `values` (code to words) is None where any text may stand.

    `ordered`: the values are listed from least to most, so that "at least medium" has a meaning.
    """

    name: str
    kind: Kind
    words: str
    values: Mapping[str, str] | None = None
    ordered: bool = False

    def value_words(self, value: object) -> str:
        """A value as a reader would say it."""
        if value is None:
            return "not known"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, (list, tuple, set, frozenset)):
            return ", ".join(sorted(self.value_words(one) for one in value)) or "nothing"
        return (self.values or {}).get(str(value), str(value))


_OFFENCE_GROUPS = {
    "violence": "violence",
    "sexual": "sexual offences",
    "robbery": "robbery",
    "theft": "theft and burglary",
    "criminal_damage": "criminal damage",
    "drugs": "drugs",
    "weapons": "weapons",
    "public_order": "public order",
    "miscellaneous": "miscellaneous",
    "fraud": "fraud",
}
_FLAGS = {
    "domestic_abuse": "domestic abuse",
    "hate_crime": "hate crime",
    "child": "child",
    "child_exploitation": "child exploitation",
    "honour_based_abuse": "honour-based abuse",
    "modern_slavery": "modern slavery",
}
_NEEDS = {
    "mental_physical_health": "mental and physical health",
    "accommodation": "shelter and accommodation",
    "family": "family, friends and children",
    "education_employment": "education, skills and employment",
    "drugs_alcohol": "drugs and alcohol",
    "finance": "finance and benefits",
    "outlook": "outlook and attitudes",
    "social": "social interactions",
}

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("offence_group", Kind.CODE, "the offence group", _OFFENCE_GROUPS),
        Fact("offence_code", Kind.TEXT, "the offence code"),
        Fact("offence_properties", Kind.SET, "what marks the offence"),
        Fact("flags", Kind.SET, "the flags", _FLAGS),
        Fact(
            "entitlement",
            Kind.CODE,
            "the entitlement",
            {"standard": "standard", "enhanced": "enhanced"},
            ordered=True,
        ),
        Fact("age", Kind.NUMBER, "the age"),
        Fact(
            "risk_grade",
            Kind.CODE,
            "the risk grade",
            {"standard": "standard", "medium": "medium", "high": "high"},
            ordered=True,
        ),
        Fact("risk_score", Kind.NUMBER, "the count of yes on the risk checklist"),
        Fact("needs", Kind.SET, "the needs", _NEEDS),
        Fact("needs_severity", Kind.NUMBER, "the severity of the greatest need"),
        Fact("area", Kind.TEXT, "the postcode district"),
        Fact("language", Kind.TEXT, "the language"),
        Fact("interpreter", Kind.YES_NO, "an interpreter is needed"),
        Fact("repeat_incidents_12m", Kind.NUMBER, "the number of incidents in the last 12 months"),
        Fact(
            "repeat_same_perpetrator_12m",
            Kind.NUMBER,
            "the number of incidents in the last 12 months that name the same perpetrator",
        ),
        Fact(
            "safe_channels",
            Kind.SET,
            "the safe ways of contact",
            {"mobile": "mobile phone", "phone": "phone", "email": "e-mail", "letter": "letter"},
        ),
        Fact("consents", Kind.SET, "the agencies consented to"),
        Fact("children_at_home", Kind.YES_NO, "children live at home"),
        Fact("reported_to_police", Kind.YES_NO, "it was reported to the police"),
    )
}


def known(fact: Fact, value: object) -> FactValue:
    """The value as rules read it: of the fact's type and among its values, sets sorted; anything else is None."""
    if value is None:
        return None
    match fact.kind:
        case Kind.NUMBER:
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        case Kind.YES_NO:
            return value if isinstance(value, bool) else None
        case Kind.SET:
            return _members(value)
        case Kind.CODE:
            return value if isinstance(value, str) and value in (fact.values or {}) else None
    return value if isinstance(value, str) and value else None


def clean(values: Mapping[str, object]) -> dict[str, FactValue]:
    """All declared facts, ready for JSON: what a routing decision keeps of the case as it stood.

    Facts left out, empty text and values outside the fact's own list (such as a risk "not_assessed") are None.
    Raises UnknownFact for a name that is not declared.
    """
    strange = sorted(set(values) - set(FACTS))
    if strange:
        raise UnknownFact(f"No rule can ask about {', '.join(strange)}: declare it in pathways/facts.py.")
    return {name: known(fact, values.get(name)) for name, fact in FACTS.items()}


def _members(value: object) -> list[str] | None:
    if not isinstance(value, Iterable) or isinstance(value, (str, bytes, Mapping)):
        return None
    members = list(value)
    return sorted(set(members)) if all(isinstance(one, str) for one in members) else None
