"""What was typed under one edition of an instrument, taken up under another: what it can take, and what is left.

An item takes an answer over where the other edition asks one of the same code and type, and where the answer can
still be given. Words, numbers and days go over as they were typed, right or not: the form shows them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pathways.instrument import STAGES
from pathways.items import Item, answer_words, is_blank, problem_with, typed_answer
from pathways.scoring import Instrument

AS_TYPED = ("text", "number", "date")
BESIDE = {
    "need": ("severity",),
    "yes_no": ("source",),
    "yes_no_unknown": ("source",),
    "date": ("day", "month", "year"),
}


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What one edition asked and the other cannot take. words: what had been typed, for a reader."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Carried:
    """typed: by the form's field. left_over: in the order in which it was asked."""

    typed: dict[str, str]
    left_over: tuple[LeftOver, ...]


def carry_over(before: Instrument, after: Instrument, typed: Mapping[str, str]) -> Carried:
    """Take what was typed by the form of `before` up into the form of `after`."""
    there = {item["code"]: item for item in after["items"]}
    taken: dict[str, str] = {}
    left: list[LeftOver] = []
    for item in before["items"]:
        given = {name: typed[name] for name in _fields(item) if typed.get(name)}
        if not given:
            continue
        other = there.get(item["code"])
        if other is not None and other["type"] == item["type"] and _can_take(after, other, given):
            taken |= given
        else:
            left.append(LeftOver(item["label"], _words(before, item, given)))
    for name, label, offered, words in (
        ("stage", "When is this asked?", _stages(after), STAGES),
        ("judgement", "Your judgement", after.get("grades", ()), {}),
    ):
        chosen = typed.get(name, "")
        if chosen in offered:
            taken[name] = chosen
        elif chosen:
            left.append(LeftOver(label, words.get(chosen, chosen.replace("_", " ").capitalize())))
    if typed.get("rationale"):
        taken["rationale"] = typed["rationale"]
    return Carried(taken, tuple(left))


def _fields(item: Item) -> list[str]:
    code = item["code"]
    return [code, *(f"{code}_{part}" for part in BESIDE.get(item["type"], ()))]


def _can_take(after: Instrument, item: Item, given: Mapping[str, str]) -> bool:
    if item["type"] in AS_TYPED:
        return True
    answer = typed_answer(item, given)
    return not is_blank(answer) and not problem_with(item, answer, after.get("sources", {}))


def _words(before: Instrument, item: Item, given: Mapping[str, str]) -> str:
    if item["type"] in AS_TYPED:
        return " ".join(given.values())
    return answer_words(before, item, typed_answer(item, given)) or ", ".join(given.values())


def _stages(instrument: Instrument) -> tuple[str, ...]:
    """A form that does not ask for the stage completes at the start."""
    return tuple(instrument.get("stages") or ("start",))
