"""The same answers scored by another edition or instrument, beside what was made of them: what differs, and why.

Checklists are contested: so a hub can see on one case what another would have made of it. Nothing is recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pathways.items import counts, is_blank, plain, points, source_of
from pathways.scoring import Answers, Instrument, Score, answers_asked_for, check_answers, score


@dataclass(frozen=True, slots=True)
class Difference:
    """One item that the two do not treat alike. before, after: what it adds; None where it is not answered."""

    code: str
    label: str
    before: int | None
    after: int | None
    why: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The score as it was made and as the other makes it. carried: how many answers the other could take."""

    before: Score
    after: Score
    carried: int
    differences: tuple[Difference, ...]


def compare(before: Instrument, after: Instrument, answers: Answers) -> Comparison:
    """Score the answers to `before` by `after` as well.

    Answers go to the items of the same code, or to those that are `like` them in either direction; what `after` does
    not ask, or cannot take, is left out, and what it asks besides stays blank. Raises scoring.AnswersNotValid for
    answers that are none of `before`.
    """
    kept = answers_asked_for(before, answers)
    pairs = _pairs(before, after)
    carried = {there: _told(after, kept[here]) for here, there in pairs.items() if here in kept}
    problems = check_answers(after, carried)
    taken = answers_asked_for(after, {code: one for code, one in carried.items() if code not in problems})
    return Comparison(
        before=score(before, kept),
        after=score(after, taken),
        carried=len(taken),
        differences=tuple(_differences(before, after, kept, taken, pairs)),
    )


def are_comparable(before: Instrument, after: Instrument) -> bool:
    """Whether any item of one asks the same as one of the other; an edition is not compared with itself."""
    itself = (before["code"], before["edition"]) == (after["code"], after["edition"])
    return not itself and bool(_pairs(before, after))


def _told(after: Instrument, answer: Any) -> Any:
    """The answer, without who said it where the other does not ask that."""
    return answer if not source_of(answer) or source_of(answer) in after.get("sources", {}) else plain(answer)


def _pairs(before: Instrument, after: Instrument) -> dict[str, str]:
    """The item of `after` that asks the same as each of `before`, by code."""
    same = before["code"] == after["code"]
    there = {item["code"] for item in after["items"]}
    likes = {item["like"]: item["code"] for item in after["items"] if item.get("like")}
    found: dict[str, str] = {}
    for item in before["items"]:
        code = item["code"]
        match = code if same and code in there else likes.get(code) or item.get("like", "")
        if match in there:
            found[code] = match
    return found


def _differences(
    before: Instrument, after: Instrument, kept: Answers, taken: Answers, pairs: Mapping[str, str]
) -> list[Difference]:
    old = {item["code"]: item for item in before["items"]}
    new = {item["code"]: item for item in after["items"]}
    found = []
    for code, item in old.items():
        there = pairs.get(code, "")
        worth = _worth(before, item, kept.get(code))
        other = _worth(after, new[there], taken.get(there)) if there else None
        if code in kept and other is None:
            why = "its answer cannot be taken over" if there else "it is not asked there"
            found.append(Difference(code, item["label"], worth, None, why))
        elif code in kept and worth != other:
            found.append(Difference(code, item["label"], worth, other, "it is worth something else there"))
    met = set(pairs.values())
    for code, item in new.items():
        if code not in met:
            found.append(Difference(code, item["label"], None, None, "it is asked there alone"))
    return found


def _worth(instrument: Instrument, item: Mapping[str, Any], answer: Any) -> int | None:
    """What the answer adds to what the instrument grades by."""
    if is_blank(answer):
        return None
    if instrument.get("grading", {}).get("by") == "total":
        return points(item, answer)
    return int(counts(item) and plain(answer) == "yes")
