"""Scoring by an instrument's own rule: count, total and grade, each apart from the practitioner's judgement.

An instrument edition is data (pathways/data/*.yaml; pathways.instrument says what is wrong with one):
    code, edition, title, effective_from
    help: words above the questions; optional
    category: health                                  where the whole of it is data about health; optional
    ages: {from: 13, to: 17}                          whom it is for; optional
    stages: [start, review, exit]                     when it is asked
    items: [{code: R01, label: ..., type: yes_no_unknown}]
           types: see pathways.items
           help; category: health where the answer is data about health: it is sealed; optional
           shown_when: CONDITION                      asked only when it holds of earlier answers; optional
           optional: true                             may be left blank; only what is not scored
           required_when: CONDITION                   may be left blank unless it holds; only what is not scored
           like: R01                                  the item of another instrument that asks the same; optional
    sections: [{title: ..., help: ..., items: [R01]}] for the page; optional, as is the help of each
    severities: {"0": ..., "1": ...}                  words for the severities of needs; optional
    sources: {police: Police}                         who else may have said so; optional
    grades: [standard, medium, high]                  from least to most; optional
    grading: {by: count, bands: [{from: 0, grade: standard}, {from: 14, grade: high}]}
           by: count (of yes) or total (of points); grades without grading are given by judgement alone
    triggers: [{item: R15, when: yes, suggests: high, words: ...}]
           when: an answer, or the least number; or, without item and when, `if: CONDITION`
           suggests: a grade to weigh; wants: the code of another instrument; prompt: what is to be done, and by when
    wanted_when: RULE                                 facts of a case that ask for it (pathways.rules); optional
    again_on_incident: true                           a new incident asks for it again; optional
CONDITION: see pathways.conditions. Answers are JSON by item code. Answers to items that are not asked do not count.
Labels are the hub's own short words; the published wordings belong to their authors.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pathways.conditions import holds
from pathways.items import Item, counts, is_blank, is_scored, most, plain, points, problem_with

Instrument = Mapping[str, Any]
Answers = Mapping[str, Any]


def health_items(instrument: Instrument) -> frozenset[str]:
    """Codes of the items whose answers are data about health: they are sealed, and a data category of their own."""
    whole = instrument.get("category") == "health"
    return frozenset(
        item["code"] for item in instrument["items"] if whole or item.get("category") == "health"
    )


def fits_age(instrument: Instrument, age: int | None) -> bool:
    """Whether it is for somebody of that age; an age that is not known rules nothing out."""
    ages = instrument.get("ages")
    return age is None or not ages or ages["from"] <= age <= ages["to"]


class AnswersNotValid(Exception):
    """Some answers are not among those that their items allow; `problems` has the words by item."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("Correct the answers to " + ", ".join(problems) + ".")
        self.problems = problems


class UnknownGrade(Exception):
    """A judgement was given that the instrument does not have."""


class JudgementMissing(Exception):
    """The instrument has no count of its own: without a judgement there is no grade."""


class JudgementLowers(Exception):
    """A practitioner's judgement may raise what the answers make, never lower it: a supervisor may."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """An answer that asks for more, whatever the count: what it suggests, wants or prompts, and why."""

    item: str
    suggests: str
    words: str
    wants: str = ""
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """What the instrument's own rule makes of the answers.

    count: items answered yes. total: sum of points and severities. highest: the greatest severity or points.
    grade: "" for an instrument without grades or bands, and while blanks could still change it.
    blanks: what must still be answered.
    """

    count: int
    total: int
    highest: int
    grade: str
    complete: bool
    blanks: tuple[str, ...]
    not_known: tuple[str, ...]
    triggers: tuple[Trigger, ...]
    needs: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "blanks": list(self.blanks),
            "not_known": list(self.not_known),
            "triggers": [asdict(trigger) for trigger in self.triggers],
            "needs": list(self.needs),
        }


def asked(instrument: Instrument, answers: Answers) -> dict[str, bool | None]:
    """By item, in order: whether it is asked, given the earlier answers. None: that turns on one not yet given."""
    found: dict[str, bool | None] = {}
    given: dict[str, Any] = {}
    for item in instrument["items"]:
        code, condition = item["code"], item.get("shown_when")
        found[code] = True if condition is None else holds(condition, given)
        if found[code]:
            given[code] = answers.get(code)
    return found


def answers_asked_for(instrument: Instrument, answers: Answers) -> dict[str, Any]:
    """The answers to the items that are asked: what a completed assessment keeps."""
    found = asked(instrument, answers)
    return {code: answer for code, answer in answers.items() if found.get(code) and not is_blank(answer)}


def check_answers(instrument: Instrument, answers: Answers) -> dict[str, str]:
    """What is wrong with the answers, by item code; an empty dict means that they can be scored."""
    items = {item["code"]: item for item in instrument["items"]}
    sources = instrument.get("sources", {})
    problems = {code: "The instrument has no such item." for code in answers if code not in items}
    for code, item in items.items():
        answer = answers.get(code)
        if not is_blank(answer) and (problem := problem_with(item, answer, sources)):
            problems[code] = problem
    return problems


def score(instrument: Instrument, answers: Answers) -> Score:
    """Score answers by the instrument's own rule. Raises AnswersNotValid."""
    problems = check_answers(instrument, answers)
    if problems:
        raise AnswersNotValid(problems)
    found, kept = asked(instrument, answers), answers_asked_for(instrument, answers)
    items = {item["code"]: item for item in instrument["items"]}
    given = [(items[code], kept[code]) for code in items if code in kept]
    blank = [item for code, item in items.items() if code not in kept and found[code] is not False]
    missing = tuple(item["code"] for item in blank if found[item["code"]] and is_required(item, kept))
    count = sum(counts(item) and plain(answer) == "yes" for item, answer in given)
    made = [points(item, answer) for item, answer in given]
    open_still = [item for item in blank if is_scored(item)] if missing else []
    return Score(
        count=count,
        total=sum(made),
        highest=max(made, default=0),
        grade=_grade(instrument, count, sum(made), open_still),
        complete=not missing,
        blanks=missing,
        not_known=tuple(item["code"] for item, answer in given if plain(answer) == "not_known"),
        triggers=tuple(_triggers(instrument, kept)),
        needs=tuple(
            item["need"] for item, answer in given if item["type"] == "need" and plain(answer) == "yes"
        ),
    )


def in_clear(instrument: Instrument, answers: Answers, made: Score) -> Score:
    """The score without what it tells of single answers about health; count, total, grade and needs stay."""
    sealed = health_items(instrument)
    kept = answers_asked_for(instrument, answers)
    return replace(
        made,
        not_known=tuple(code for code in made.not_known if code not in sealed),
        triggers=tuple(_triggers(instrument, {code: kept[code] for code in kept if code not in sealed})),
    )


def is_required(item: Item, answers: Answers) -> bool:
    """Whether an item that is asked may not be left blank."""
    if "required_when" in item:
        return holds(item["required_when"], answers) is True
    return not item.get("optional")


def grade_by_judgement_alone(instrument: Instrument) -> bool:
    """Whether it has grades and no rule for them: the practitioner's judgement is its grade."""
    return bool(instrument.get("grades")) and not instrument.get("grading")


def apply_judgement(instrument: Instrument, made: Score, judgement: str, *, role_is_supervisor: bool) -> str:
    """The grade that counts: the judgement where there is one, else what the answers made.

    Raises UnknownGrade; raises JudgementMissing where the instrument is graded by nothing else; raises
    JudgementLowers where it is less than the answers made and not a supervisor's.
    """
    grades = list(instrument.get("grades", ()))
    if not judgement:
        if grade_by_judgement_alone(instrument):
            raise JudgementMissing(
                f"This instrument is graded by judgement, not by a count: choose {', '.join(grades)}."
            )
        return made.grade
    if judgement not in grades:
        raise UnknownGrade(f"Choose one of {', '.join(grades) or 'no grades: this instrument has none'}.")
    if made.grade and grades.index(judgement) < grades.index(made.grade) and not role_is_supervisor:
        raise JudgementLowers(
            f"The answers make this {made.grade}. Judgement can raise that, not lower it: ask a supervisor."
        )
    return judgement


def _triggers(instrument: Instrument, answers: Answers) -> list[Trigger]:
    return [
        Trigger(
            item=trigger.get("item", ""),
            suggests=trigger.get("suggests", ""),
            words=trigger["words"],
            wants=trigger.get("wants", ""),
            prompt=trigger.get("prompt", ""),
        )
        for trigger in instrument.get("triggers", ())
        if holds(condition_of(trigger), answers)
    ]


def condition_of(trigger: Mapping[str, Any]) -> Mapping[str, Any]:
    """When a trigger goes off, as a condition: a text must be the answer; a number is the least that triggers."""
    if "if" in trigger:
        return trigger["if"]
    operator = "at_least" if isinstance(trigger["when"], int) else "is"
    return {"item": trigger["item"], operator: trigger["when"]}


def _grade(instrument: Instrument, count: int, total: int, blank: list[Item]) -> str:
    """The band, once the blanks can no longer change it: were they all "no", and were they all the most."""
    grading = instrument.get("grading")
    if not grading:
        return ""
    if grading["by"] == "count":
        least, more = count, sum(counts(item) for item in blank)
    else:
        least, more = total, sum(most(item) for item in blank)
    low, high = band(grading["bands"], least), band(grading["bands"], least + more)
    return low if low == high else ""


def band(bands: list[Mapping[str, Any]], value: int) -> str:
    """The grade of the band in which the value lies."""
    return max((one for one in bands if value >= one["from"]), key=lambda one: one["from"])["grade"]
