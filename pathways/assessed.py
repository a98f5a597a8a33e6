"""What an instrument adds to the facts: those that rules may ask of it, and what one assessment says to them.

Answers about health are sealed (see pathways.scoring.health_items): no rule asks about them one by one, and they
are in no kept fact. The instrument's score and grade are; where the whole instrument is about health, so are they.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from access.categories import Category
from pathways.facts import FACTS, FAMILIES, Fact, find
from pathways.items import counts, plain, scale
from pathways.scoring import health_items

_SAID = {"yes": True, "no": False}
_ANSWERED = {"answer", "number", "choice", "grade", "score", "need_severity"}


def vocabulary_of(instruments: Iterable[Mapping[str, Any]]) -> dict[str, Fact]:
    """Every fact that rules may ask about, by name, with these instruments' own labels as words.

    instruments: the definitions of the editions in effect, as pathways.scoring reads them.
    """
    found = dict(FACTS)
    for family in FAMILIES.values():
        for about in family.of or ():
            fact = family.fact(about)
            if fact is not None:
                found[fact.name] = fact
    for definition in instruments:
        found |= {fact.name: fact for fact in _of_instrument(definition)}
        for sealed in sealed_needs(definition):
            found.pop(f"need_severity:{sealed}", None)
    return found


def is_answered(name: str) -> bool:
    """Whether an instrument answers the fact, so that its editions say whether it is about health."""
    return name.partition(":")[0] in _ANSWERED


def category_of(name: str, instruments: Iterable[Mapping[str, Any]]) -> Category | None:
    """What an agency must be told before it may know what a rule read there. None: the hub alone may know.

    instruments: the definitions of all editions. It is about health where any of them says so.
    """
    if (fact := find(name)) is None:
        return None
    prefix, _, about = name.partition(":")
    instrument, _, item = about.partition(".")
    for definition in instruments if is_answered(name) else ():
        if prefix == "need_severity":
            sealed = about in sealed_needs(definition)
        else:
            whole = definition.get("category") == Category.HEALTH
            sealed = definition["code"] == instrument and (whole or item in health_items(definition))
        if sealed:
            return Category.HEALTH
    return fact.category


def facts_of_assessment(
    definition: Mapping[str, Any], answers: Mapping[str, Any], score: Mapping[str, Any], grade: str
) -> dict[str, object]:
    """What a completed assessment says to rules, by the name of the fact; what it leaves open is not in it.

    grade: the one that counts, the practitioner's judgement where there is one.
    """
    code, sealed = definition["code"], health_items(definition)
    found: dict[str, object] = {f"score:{code}": _score(definition, score), f"grade:{code}": grade or None}
    for item in definition["items"]:
        answer = answers.get(item["code"])
        said = plain(answer)
        if item["code"] in sealed:
            continue
        if counts(item) and said in _SAID:
            found[f"answer:{code}.{item['code']}"] = _SAID[said]
        elif _is_number(item):
            found[f"number:{code}.{item['code']}"] = said
        elif item["type"] == "choice":
            found[f"choice:{code}.{item['code']}"] = said
        if item["type"] == "need" and said in _SAID:
            found[f"need_severity:{item['need']}"] = (answer or {}).get("severity") or 0
    return {name: value for name, value in found.items() if value is not None}


def _is_number(item: Mapping[str, Any]) -> bool:
    """Whether the item is answered by a number, of a scale or any."""
    return item["type"] == "number" or scale(item) is not None


def _score(definition: Mapping[str, Any], score: Mapping[str, Any]) -> object:
    """What the instrument counts by: the number of yes, or the sum of points."""
    return score.get("count" if definition.get("grading", {}).get("by") == "count" else "total")


def _of_instrument(definition: Mapping[str, Any]) -> Iterable[Fact]:
    code, title = definition["code"], definition["title"]
    if score := find(f"score:{code}"):
        yield replace(score, words=f"the score on {title}")
    if definition.get("grades") and (grade := find(f"grade:{code}")):
        yield replace(grade, words=f"the grade by {title}", values={one: one for one in definition["grades"]})
    sealed = health_items(definition)
    for item in definition["items"]:
        label = f"{item['label']} ({item['code']} of {code})"
        if item["code"] in sealed:
            continue
        if counts(item) and (answer := find(f"answer:{code}.{item['code']}")):
            yield replace(answer, words=f"{label} is answered yes", denied=f"{label} is answered no")
        if _is_number(item) and (number := find(f"number:{code}.{item['code']}")):
            yield replace(number, words=f"the answer to {label}")
        if item["type"] == "choice" and (choice := find(f"choice:{code}.{item['code']}")):
            choices = {one["code"]: one["label"] for one in item["choices"]}
            yield replace(choice, words=f"the answer to {label}", values=choices)


def sealed_needs(definition: Mapping[str, Any]) -> list[str]:
    """The needs whose answers are sealed, since they are about health."""
    sealed = health_items(definition)
    return [item["need"] for item in definition["items"] if "need" in item and item["code"] in sealed]
