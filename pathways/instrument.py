"""An instrument edition as data: what is wrong with one, and the single changes that a draft can take.

The shape is described in pathways.scoring. Every change gives back a new definition; the old one stays.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pathways.conditions import problems_with
from pathways.items import PLAIN_TYPES, Item, is_scored, scale
from pathways.rules import validate
from pathways.scoring import Instrument, condition_of

STAGES = {"start": "At the start", "review": "At a review", "exit": "At the end of support"}
PROMPTS = {
    "same_day_risk": "Same-day risk prompt",
    "children_social_care": "Children’s social care",
}
"""What an answer can prompt to be done, each with a clock of the same code (referrals/data/clock_rules.yaml)."""
CATEGORIES = {"assessment": "Needs, risk and the like", "health": "Health"}
"""What an instrument is about, as its data category: who may see what was answered."""
LONGEST_CODE = 40
ALWAYS: Mapping[str, Any] = {"all": []}


class NoSuchItem(Exception):
    """The edition has no item of that code, or no section of that title."""


def problems_of(instrument: Instrument) -> list[str]:
    """What is wrong with an edition, in words; an empty list means that it can be published."""
    items = list(instrument.get("items") or ())
    if not items:
        return ["Ask at least one item."]
    problems: list[str] = []
    before: list[str] = []
    for item in items:
        problems += _item_problems(item, before)
        before.append(item["code"])
    if len(set(before)) != len(before):
        problems.append("Two items have the same code.")
    if unknown := set(instrument.get("stages", ())) - set(STAGES):
        problems.append(f"There is no stage {', '.join(sorted(unknown))}.")
    placed = [code for section in instrument.get("sections", ()) for code in section["items"]]
    if placed and placed != before:
        problems.append("The sections must hold every item once, in the order of the items.")
    problems += _grading_problems(instrument)
    for trigger in instrument.get("triggers", ()):
        problems += _trigger_problems(instrument, trigger, before)
    if "wanted_when" in instrument:
        problems += validate(instrument["wanted_when"])
    return problems


def problem_with_code(code: str) -> str:
    """What is wrong with the code of a new instrument, in words; "" for nothing.

    Those that begin with form- are of other forms that are saved as they are typed.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", code) or len(code) > LONGEST_CODE:
        return (
            f"Use small letters and digits with hyphens between them, such as child-12: {LONGEST_CODE} at most,"
            " beginning with a letter."
        )
    return (
        "Codes that begin with form- are the hub's own: choose another." if code.startswith("form-") else ""
    )


def new_instrument(
    *, code: str, title: str, category: str, stages: Sequence[str], words: str = ""
) -> dict[str, Any]:
    """The first edition of an instrument that asks nothing yet. words: those above the questions."""
    begun: dict[str, Any] = {"code": code, "edition": 1, "title": title, "stages": list(stages), "items": []}
    if words:
        begun["help"] = words
    return begun | ({"category": category} if category != "assessment" else {})


def put_item(instrument: Instrument, item: Item, *, section: str = "") -> dict[str, Any]:
    """The edition with this item: in place of the one with its code where that stands in the section already (or
    none is named), else at the end of the section.

    A section that there is not yet comes last. The first one of an edition without sections holds every item.
    """
    items = list(instrument["items"])
    held = next((place for place, one in enumerate(items) if one["code"] == item["code"]), None)
    if held is None:
        items.append(dict(item))
    else:
        items[held] = dict(item)
        if section in ("", section_of(instrument, item["code"])):
            return {**instrument, "items": items}
    sections = list(instrument.get("sections", ()))
    if section and section not in [one["title"] for one in sections]:
        whole = [] if sections else [one["code"] for one in items]
        sections.append({"title": section, "items": whole})
    arranged = {**instrument, "items": items}
    return _arranged({**arranged, "sections": sections} if sections else arranged, {item["code"]: section})


def remove_item(instrument: Instrument, code: str) -> dict[str, Any]:
    """The edition without the item. Conditions and triggers that read it stay, and are named before publishing.

    Raises NoSuchItem.
    """
    _place(instrument, code)
    left = [item for item in instrument["items"] if item["code"] != code]
    return _arranged({**instrument, "items": left})


def move_item(instrument: Instrument, code: str, *, by: int) -> dict[str, Any]:
    """The edition with the item that many places on (or back, below 0). At the edge of a section it crosses over.

    Raises NoSuchItem.
    """
    place = _place(instrument, code)
    items = list(instrument["items"])
    target = min(max(place + by, 0), len(items) - 1)
    homes = _homes(instrument)
    neighbour = items[target]["code"]
    if homes.get(neighbour) != homes.get(code):
        return _arranged(dict(instrument), {code: homes[neighbour]}, first=by > 0)
    items.insert(target, items.pop(place))
    return _arranged({**instrument, "items": items})


def move_section(instrument: Instrument, title: str, *, by: int) -> dict[str, Any]:
    """The edition with the section, and its items, that many places on (or back, below 0). Conditions that would then
    read a later item stay, and are named before publishing.

    Raises NoSuchItem.
    """
    sections = list(instrument.get("sections", ()))
    place = _section(instrument, title)
    sections.insert(max(place + by, 0), sections.pop(place))
    codes = [code for section in sections for code in section["items"]]
    by_code = {item["code"]: item for item in instrument["items"]}
    return {**instrument, "sections": sections, "items": [by_code[code] for code in codes]}


def change_section(instrument: Instrument, title: str, *, called: str, words: str) -> dict[str, Any]:
    """The edition with the section under another title, and these words above its items; "" for none.

    Raises NoSuchItem.
    """
    sections = list(instrument.get("sections", ()))
    place = _section(instrument, title)
    sections[place] = {
        "title": called,
        **({"help": words} if words else {}),
        "items": sections[place]["items"],
    }
    return {**instrument, "sections": sections}


def section_of(instrument: Instrument, code: str) -> str:
    """The title of the section in which the item stands; "" for none."""
    return _homes(instrument).get(code, "")


def _place(instrument: Instrument, code: str) -> int:
    for place, item in enumerate(instrument["items"]):
        if item["code"] == code:
            return place
    raise NoSuchItem(f"There is no item {code} in this edition: look at the list again.")


def _section(instrument: Instrument, title: str) -> int:
    for place, section in enumerate(instrument.get("sections", ())):
        if section["title"] == title:
            return place
    raise NoSuchItem(f"There is no section “{title}” in this edition now: look at the draft again.")


def _homes(instrument: Instrument) -> dict[str, str]:
    return {code: section["title"] for section in instrument.get("sections", ()) for code in section["items"]}


def _arranged(
    instrument: dict[str, Any], moved: Mapping[str, str] | None = None, *, first: bool = False
) -> dict[str, Any]:
    """The items and their sections in one order. moved: new homes by item; `first`: at the section's beginning."""
    moved = moved or {}
    if not instrument.get("sections"):
        return instrument
    homes = {**_homes(instrument), **moved}
    titles = [section["title"] for section in instrument["sections"]]
    codes = [item["code"] for item in instrument["items"]]
    sections = []
    for section in instrument["sections"]:
        held = [code for code in codes if homes.get(code, titles[-1]) == section["title"]]
        if first:
            held.sort(key=lambda code: code not in moved)
        sections.append({**section, "items": held})
    strays = [code for code in codes if homes.get(code, titles[-1]) not in titles]
    sections[-1]["items"] += strays
    sections = [section for section in sections if section["items"]]
    order = [code for section in sections for code in section["items"]]
    by_code = {item["code"]: item for item in instrument["items"]}
    return {**instrument, "sections": sections, "items": [by_code[code] for code in order]}


def _item_problems(item: Item, before: list[str]) -> list[str]:
    code = item["code"]
    problems = []
    if not item.get("label"):
        problems.append(f"{code} has no label.")
    if item["type"] not in PLAIN_TYPES and scale(item) is None:
        problems.append(f"{code} is of no type that is known.")
    if item["type"] == "choice" and len(item.get("choices", ())) < 2:
        problems.append(f"{code} needs two choices or more.")
    if item["type"] == "need" and not item.get("need"):
        problems.append(f"{code} needs the code of its need.")
    for name in ("shown_when", "required_when"):
        if name in item:
            problems += [f"{code}: {problem}" for problem in problems_with(item[name], before)]
    if (item.get("optional") or "required_when" in item) and is_scored(item):
        problems.append(f"{code} is scored, so it cannot be left blank.")
    return problems


def _grading_problems(instrument: Instrument) -> list[str]:
    grades, grading = list(instrument.get("grades", ())), instrument.get("grading")
    if not grading:
        return []
    edges = [band["from"] for band in grading.get("bands", ())]
    named = [band["grade"] for band in grading.get("bands", ())]
    problems = []
    if grading.get("by") not in ("count", "total"):
        problems.append("Grade by count or by total.")
    if not edges or edges[0] != 0 or edges != sorted(set(edges)):
        problems.append("The bands begin at 0 and rise.")
    if set(named) - set(grades):
        problems.append("Every band needs one of the grades.")
    elif named != sorted(named, key=grades.index):
        problems.append("A higher band cannot have a lesser grade.")
    return problems


def _trigger_problems(instrument: Instrument, trigger: Mapping[str, Any], codes: list[str]) -> list[str]:
    problems = problems_with(condition_of(trigger), codes)
    if not trigger.get("words"):
        problems.append("Every trigger says in words what it asks for.")
    if trigger.get("suggests") and trigger["suggests"] not in instrument.get("grades", ()):
        problems.append(f"A trigger suggests {trigger['suggests']}, which is not one of the grades.")
    if trigger.get("prompt") and trigger["prompt"] not in PROMPTS:
        problems.append(f"A trigger prompts {trigger['prompt']}, which is not known.")
    return problems
