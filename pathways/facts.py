"""What a pathway's rules may ask about a case: each fact declared once, with its type, its words and its source.

Most facts stand in FACTS by their name. Those that come one for each instrument, item, need or event are of a
family, and are named by it: `answer:risk-24.R15`, `grade:risk-24`, `score:phq-9`, `need_severity:accommodation`,
`days_since:report`. `find` knows both.

A fact that nobody has established is None. That is not "no": rules answer "not known" to it. So is an item that
was answered "not known".
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from access.categories import Category
from agencies.offering import ACCESS, NEEDS

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
    `source`: where it comes from, for whoever asks. `denied`: the words for "no" of a yes or no.
    `category`: what an agency must be told before it may know what a rule read here; None: the hub alone may.
    """

    name: str
    kind: Kind
    words: str
    values: Mapping[str, str] | None = None
    ordered: bool = False
    source: str = ""
    denied: str = ""
    category: Category | None = Category.ASSESSMENT

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
_GRADES = {"standard": "standard", "medium": "medium", "high": "high"}

_REPORT = "the report, as the sender gave it and triage corrected it"
_PERSON = "the person's record"
_RISK = "the latest risk checklist; the practitioner's judgement where there is one"
_NEEDS_ASKED = "the latest assessment of needs"
_INCIDENTS = "the person's incidents, counted when the rule is asked"
_CONTACT = "the person's ways of contact, as far as they are known to be safe"
_CONSENTS = "consents that stand when the rule is asked"
_REFERRALS = "the case's referrals"

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact(
            "offence_group",
            Kind.CODE,
            "the offence group",
            _OFFENCE_GROUPS,
            source=_REPORT,
            category=Category.INCIDENT,
        ),
        Fact("offence_code", Kind.TEXT, "the offence code", source=_REPORT, category=Category.INCIDENT),
        Fact(
            "offence_properties",
            Kind.SET,
            "what marks the offence",
            source="the offence's entry in the table",
            category=Category.INCIDENT,
        ),
        Fact("flags", Kind.SET, "the flags", _FLAGS, source=_REPORT, category=Category.INCIDENT),
        Fact(
            "entitlement",
            Kind.CODE,
            "the entitlement",
            {"standard": "standard", "enhanced": "enhanced"},
            ordered=True,
            source="the rule of the Victims' Code, or a practitioner's decision",
            category=Category.IDENTITY,
        ),
        Fact(
            "age",
            Kind.NUMBER,
            "the age",
            source="the date of birth, on the day of the report",
            category=Category.IDENTITY,
        ),
        Fact("risk_grade", Kind.CODE, "the risk grade", _GRADES, ordered=True, source=_RISK),
        Fact("risk_score", Kind.NUMBER, "the count of yes on the risk checklist", source=_RISK),
        Fact("needs", Kind.SET, "the needs", NEEDS, source=_NEEDS_ASKED),
        Fact("needs_severity", Kind.NUMBER, "the severity of the greatest need", source=_NEEDS_ASKED),
        Fact(
            "area",
            Kind.TEXT,
            "the postcode district",
            source="the person's address",
            category=Category.CONTACT,
        ),
        Fact("language", Kind.TEXT, "the language", source=_PERSON, category=Category.IDENTITY),
        Fact(
            "interpreter",
            Kind.YES_NO,
            "an interpreter is needed",
            source=_PERSON,
            denied="no interpreter is needed",
            category=Category.IDENTITY,
        ),
        Fact(
            "access_needs",
            Kind.SET,
            "what the person needs to be spoken to and met",
            ACCESS,
            source="the person, as they were last asked",
            category=Category.CONTACT,
        ),
        Fact(
            "repeat_incidents_12m",
            Kind.NUMBER,
            "the number of incidents in the last 12 months",
            source=_INCIDENTS,
            category=Category.INCIDENT,
        ),
        Fact(
            "repeat_same_perpetrator_12m",
            Kind.NUMBER,
            "the number of incidents in the last 12 months that name the same perpetrator",
            source=_INCIDENTS,
            category=Category.INCIDENT,
        ),
        Fact(
            "marac_repeat",
            Kind.YES_NO,
            "it is a repeat for MARAC",
            source="the last MARAC that heard the person, and the incidents since: see referrals/data/conferences.yaml",
            denied="it is not a repeat for MARAC",
            category=Category.INCIDENT,
        ),
        Fact(
            "safe_channels",
            Kind.SET,
            "the safe ways of contact",
            {"mobile": "mobile phone", "phone": "phone", "email": "e-mail", "letter": "letter"},
            source=_CONTACT,
            category=Category.CONTACT,
        ),
        Fact("consents", Kind.SET, "the agencies consented to", source=_CONSENTS, category=None),
        Fact(
            "services_involved",
            Kind.SET,
            "the services that have the case now",
            source=_REFERRALS,
            category=None,
        ),
        Fact(
            "children_at_home",
            Kind.YES_NO,
            "children live at home",
            source="not recorded by this hub yet: no case is known to have it",
            denied="no children live at home",
        ),
        Fact(
            "reported_to_police",
            Kind.YES_NO,
            "it was reported to the police",
            source="the incidents' senders",
            denied="it was not reported to the police",
            category=Category.INCIDENT,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Family:
    """Facts of one type that come one for each of something. `of`: each code of what they are about, with its
    words, where those are few and fixed; None where instruments name them.
    """

    prefix: str
    kind: Kind
    shape: str
    words: str
    source: str
    of: Mapping[str, str] | None = None
    denied: str = ""

    def fact(self, about: str) -> Fact | None:
        """The family's fact about that; None where it has none."""
        if not re.fullmatch(_SHAPES[self.shape], about) or (self.of is not None and about not in self.of):
            return None
        instrument, _, item = about.partition(".")
        said = {"about": (self.of or {}).get(about, about), "instrument": instrument, "item": item}
        return Fact(
            f"{self.prefix}:{about}",
            self.kind,
            self.words.format(**said),
            source=self.source.format(**said),
            denied=self.denied.format(**said),
            category=_EVENT_CATEGORIES[about] if self.of is EVENTS else Category.ASSESSMENT,
        )


_SHAPES = {
    "INSTRUMENT": r"[a-z0-9]+(-[a-z0-9]+)*",
    "INSTRUMENT.ITEM": r"[a-z0-9]+(-[a-z0-9]+)*\.[A-Za-z0-9_]+",
    "NEED": r"[a-z_]+",
    "EVENT": r"[a-z_]+",
}
EVENTS = {
    "report": "the report",
    "opened": "the case was opened",
    "stage": "the case came to its present stage",
    "last_incident": "the latest incident",
    "last_contact": "somebody last spoke to the person",
    "last_assessment": "the latest assessment",
    "last_referral": "the latest referral was sent",
}
_EVENT_CATEGORIES = {
    "report": Category.INCIDENT,
    "opened": Category.IDENTITY,
    "stage": Category.IDENTITY,
    "last_incident": Category.INCIDENT,
    "last_contact": Category.NOTES,
    "last_assessment": Category.ASSESSMENT,
    "last_referral": None,
}
_LATEST = "the latest assessment with {instrument}"
_TIMES = "the case's history, counted when the rule is asked"
FAMILIES: dict[str, Family] = {
    family.prefix: family
    for family in (
        Family(
            "answer",
            Kind.YES_NO,
            "INSTRUMENT.ITEM",
            "{item} of {instrument} is answered yes",
            _LATEST,
            denied="{item} of {instrument} is answered no",
        ),
        Family("number", Kind.NUMBER, "INSTRUMENT.ITEM", "the answer to {item} of {instrument}", _LATEST),
        Family("choice", Kind.TEXT, "INSTRUMENT.ITEM", "the answer to {item} of {instrument}", _LATEST),
        Family("grade", Kind.TEXT, "INSTRUMENT", "the grade by {instrument}", _LATEST),
        Family("score", Kind.NUMBER, "INSTRUMENT", "the score on {instrument}", _LATEST),
        Family("need_severity", Kind.NUMBER, "NEED", "the severity of the need {about}", _NEEDS_ASKED, NEEDS),
        Family("days_since", Kind.NUMBER, "EVENT", "the number of days since {about}", _TIMES, EVENTS),
        Family("hours_since", Kind.NUMBER, "EVENT", "the number of hours since {about}", _TIMES, EVENTS),
    )
}


def find(name: object) -> Fact | None:
    """The declared fact of that name, alone or of a family; None where there is none."""
    if not isinstance(name, str):
        return None
    return FACTS.get(name) or _of_a_family(name)


@lru_cache(maxsize=4096)  # asked for each condition of each rule of each case
def _of_a_family(name: str) -> Fact | None:
    prefix, _, about = name.partition(":")
    return FAMILIES[prefix].fact(about) if prefix in FAMILIES else None


def names_to_choose() -> str:
    """What a fact may be called, for whoever named one that there is not."""
    families = [f"{family.prefix}:{family.shape}" for family in FAMILIES.values()]
    return ", ".join([*FACTS, *families])


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
    """What a routing decision keeps of the case as it stood, ready for JSON: every fact of FACTS, and those of
    families that are known.

    Facts left out, empty text and values outside the fact's own list (such as a risk "not_assessed") are None.
    Raises UnknownFact for a name that is not declared.
    """
    declared = {name: fact for name in values if (fact := find(name))}
    strange = sorted(set(values) - set(declared))
    if strange:
        raise UnknownFact(f"No rule can ask about {', '.join(strange)}: declare it in pathways/facts.py.")
    kept = {name: known(fact, values.get(name)) for name, fact in FACTS.items()}
    of_families = {name: known(fact, values[name]) for name, fact in declared.items() if name not in FACTS}
    return kept | {name: value for name, value in sorted(of_families.items()) if value is not None}


def _members(value: object) -> list[str] | None:
    if not isinstance(value, Iterable) or isinstance(value, (str, bytes, Mapping)):
        return None
    members = list(value)
    return sorted(set(members)) if all(isinstance(one, str) for one in members) else None
