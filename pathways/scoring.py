"""Scoring by an instrument's own rule: count, total and grade, each apart from the practitioner's judgement.

An instrument edition is data (pathways/data/*.yaml):
    code, edition, title, effective_from
    stages: [start, review, exit]                     when it is asked
    items: [{code: R01, label: ..., type: yes_no_unknown}]
           types: yes_no_unknown; "0-3" (also "0-4"); need, which has a severity and the code of a `need`
           category: health                           where the answer is data about health; optional
    sections: [{title: ..., items: [R01, R02]}]       for the page; optional
    severities: {"0": ..., "1": ...}                  words for the severities of needs; optional
    grades: [standard, medium, high]                  from least to most; optional
    grading: {by: count, bands: [{from: 0, grade: standard}, {from: 14, grade: high}]}
    triggers: [{item: R15, when: yes, suggests: high, words: ...}]

Answers are JSON by item code: "yes", "no" or "not_known"; a number for 0-3; {"need": "yes", "severity": 2} for
a need. A blank (absent, None or "") is no answer: "not known" and "no" are answers, and all three differ.
Labels are the hub's own short words; the published wordings belong to their authors.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

YES_NO_UNKNOWN = ("yes", "no", "not_known")
SEVERITIES = (0, 1, 2, 3)

Instrument = Mapping[str, Any]
Answers = Mapping[str, Any]


def health_items(instrument: Instrument) -> frozenset[str]:
    """Codes of the items whose answers are data about health: they are sealed, and a data category of their own."""
    return frozenset(item["code"] for item in instrument["items"] if item.get("category") == "health")


class AnswersNotValid(Exception):
    """Some answers are not among those that their items allow; `problems` has the words by item."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("Correct the answers to " + ", ".join(problems) + ".")
        self.problems = problems


class UnknownGrade(Exception):
    """A judgement was given that the instrument does not have."""


class JudgementLowers(Exception):
    """A practitioner's judgement may raise what the answers make, never lower it: a supervisor may."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """An answer that asks for judgement, whatever the count: what it suggests, and why."""

    item: str
    suggests: str
    words: str


@dataclass(frozen=True, slots=True)
class Score:
    """What the instrument's own rule makes of the answers.

    count: items answered yes. total: sum of points and severities. highest: the greatest severity or points.
    grade: "" for an instrument without grades, and while blanks could still change it.
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


def is_blank(answer: object) -> bool:
    """Nothing was answered: not even "not known"."""
    return answer is None or answer == "" or (isinstance(answer, Mapping) and is_blank(answer.get("need")))


def check_answers(instrument: Instrument, answers: Answers) -> dict[str, str]:
    """What is wrong with the answers, by item code; an empty dict means that they can be scored."""
    items = {item["code"]: item for item in instrument["items"]}
    problems = {code: "The instrument has no such item." for code in answers if code not in items}
    for code, item in items.items():
        answer = answers.get(code)
        if not is_blank(answer) and (problem := _problem(item["type"], answer)):
            problems[code] = problem
    return problems


def score(instrument: Instrument, answers: Answers) -> Score:
    """Score answers by the instrument's own rule. Raises AnswersNotValid."""
    problems = check_answers(instrument, answers)
    if problems:
        raise AnswersNotValid(problems)
    items = instrument["items"]
    blank = [item for item in items if is_blank(answers.get(item["code"]))]
    given = [(item, answers[item["code"]]) for item in items if not is_blank(answers.get(item["code"]))]
    count = sum(_answer(answer) == "yes" for _, answer in given)
    points = [_points(answer) for _, answer in given]
    return Score(
        count=count,
        total=sum(points),
        highest=max(points, default=0),
        grade=_grade(instrument, count, sum(points), blank),
        complete=not blank,
        blanks=tuple(item["code"] for item in blank),
        not_known=tuple(item["code"] for item, answer in given if _answer(answer) == "not_known"),
        triggers=tuple(
            Trigger(trigger["item"], trigger["suggests"], trigger["words"])
            for trigger in instrument.get("triggers", ())
            if _triggered(trigger["when"], answers.get(trigger["item"]))
        ),
        needs=tuple(
            item["need"] for item, answer in given if item["type"] == "need" and _answer(answer) == "yes"
        ),
    )


def apply_judgement(instrument: Instrument, made: Score, judgement: str, *, role_is_supervisor: bool) -> str:
    """The grade that counts: the judgement where there is one, else what the answers made.

    Raises UnknownGrade; raises JudgementLowers where it is less than the answers made and not a supervisor's.
    """
    if not judgement:
        return made.grade
    grades = list(instrument.get("grades", ()))
    if judgement not in grades:
        raise UnknownGrade(f"Choose one of {', '.join(grades) or 'no grades: this instrument has none'}.")
    if made.grade and grades.index(judgement) < grades.index(made.grade) and not role_is_supervisor:
        raise JudgementLowers(
            f"The answers make this {made.grade}. Judgement can raise that, not lower it: ask a supervisor."
        )
    return judgement


def _problem(kind: str, answer: object) -> str:
    if kind == "yes_no_unknown":
        return "" if isinstance(answer, str) and answer in YES_NO_UNKNOWN else "Answer yes, no or not known."
    if kind == "need":
        return _need_problem(answer)
    low, _, high = kind.partition("-")
    right = type(answer) is int and int(low) <= answer <= int(high)
    return "" if right else f"Answer with a number from {low} to {high}."


def _need_problem(answer: object) -> str:
    if not isinstance(answer, Mapping) or not set(answer) <= {"need", "severity"}:
        return "Answer whether there is a need, and how severe it is."
    if answer["need"] not in YES_NO_UNKNOWN:
        return "Answer yes, no or not known."
    severity = answer.get("severity")
    if answer["need"] != "yes":
        return (
            "" if severity in (None, "", 0) else "A severity belongs to a need: answer yes, or leave it out."
        )
    if type(severity) is not int or severity not in SEVERITIES:
        return "Say how severe the need is, from 0 to 3."
    return ""


def _answer(answer: Any) -> Any:
    return answer["need"] if isinstance(answer, Mapping) else answer


def _points(answer: Any) -> int:
    if isinstance(answer, Mapping):
        return answer.get("severity") or 0
    return answer if isinstance(answer, int) else 0


def _triggered(when: Any, answer: Any) -> bool:
    """A text must be the answer; a number is the least that triggers."""
    if is_blank(answer):
        return False
    return _points(answer) >= when if isinstance(when, int) else _answer(answer) == when


def _grade(instrument: Instrument, count: int, total: int, blank: list[Any]) -> str:
    """The band, once the blanks can no longer change it: were they all "no", and were they all the most."""
    grading = instrument.get("grading")
    if not grading:
        return ""
    by_count = grading["by"] == "count"
    least = count if by_count else total
    most = least + (len(blank) if by_count else sum(_most(item["type"]) for item in blank))
    low, high = _band(grading["bands"], least), _band(grading["bands"], most)
    return low if low == high else ""


def _most(kind: str) -> int:
    if kind == "need":
        return max(SEVERITIES)
    return int(kind.partition("-")[2]) if "-" in kind else 0


def _band(bands: list[Mapping[str, Any]], value: int) -> str:
    return max((band for band in bands if value >= band["from"]), key=lambda band: band["from"])["grade"]
