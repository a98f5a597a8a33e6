"""The types of items that an instrument can ask, what is a valid answer to each, and how it is said.

    type                 answer                                    beside it in the definition
    yes_no_unknown       "yes", "no" or "not_known"
    yes_no               "yes" or "no"
    "0-3", "0-4" ...     a whole number of that scale              reversed: true, where the least is worth the most
    choice               the code of one choice                    choices: [{code, label, points}]; points optional
    number               a whole number                            least, most; optional
    date                 "2026-11-25"
    text                 words
    need                 {"need": "yes", "severity": 2}            need: the code of the category

A yes or no may carry who said it: {"answer": "yes", "source": "police"}, with a code of the instrument's `sources`;
without one it is the person's own. A blank (absent, None or "") is no answer: "not known" and "no" are answers, and
all three differ.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

YES_NO_UNKNOWN = ("yes", "no", "not_known")
YES_NO = ("yes", "no")
SEVERITIES = (0, 1, 2, 3)
ANSWER_WORDS = {"yes": "Yes", "no": "No", "not_known": "Not known"}
LONGEST_TEXT = 2000
PLAIN_TYPES = ("yes_no_unknown", "yes_no", "choice", "number", "date", "text", "need")

Item = Mapping[str, Any]


def is_blank(answer: object) -> bool:
    """Nothing was answered: not even "not known"."""
    if isinstance(answer, Mapping):
        return is_blank(answer.get("need")) and is_blank(answer.get("answer"))
    return answer is None or answer == ""


def plain(answer: Any) -> Any:
    """The answer itself, without its severity or who said it."""
    if isinstance(answer, Mapping):
        return answer["need"] if "need" in answer else answer.get("answer")
    return answer


def source_of(answer: object) -> str:
    """Who said it, where it was not the person: a code of the instrument's sources, or ""."""
    return str(answer.get("source") or "") if isinstance(answer, Mapping) else ""


def scale(item: Item) -> tuple[int, int] | None:
    """The least and the most of an item that is answered by a number of a scale."""
    low, dash, high = item["type"].partition("-")
    return (int(low), int(high)) if dash and low.isdecimal() and high.isdecimal() else None


def points(item: Item, answer: Any) -> int:
    """What the answer adds to the total: points of a scale or choice, the severity of a need."""
    if is_blank(answer):
        return 0
    if item["type"] == "need":
        return answer.get("severity") or 0
    if item["type"] == "choice":
        return next((choice.get("points", 0) for choice in item["choices"] if choice["code"] == answer), 0)
    if ends := scale(item):
        return sum(ends) - answer if item.get("reversed") else answer
    return 0


def most(item: Item) -> int:
    """The most that an answer to the item can add to the total."""
    if item["type"] == "need":
        return max(SEVERITIES)
    if item["type"] == "choice":
        return max((choice.get("points", 0) for choice in item["choices"]), default=0)
    ends = scale(item)
    return ends[1] if ends else 0


def counts(item: Item) -> bool:
    """Whether an answer of yes is counted."""
    return item["type"] in ("yes_no_unknown", "yes_no", "need")


def is_scored(item: Item) -> bool:
    """Whether the answer can change the count or the total."""
    return counts(item) or most(item) > 0


def problem_with(item: Item, answer: Any, sources: Mapping[str, str]) -> str:
    """What is wrong with an answer that is not blank; "" for nothing. sources: who may have said it, by code."""
    kind = item["type"]
    if kind in ("yes_no_unknown", "yes_no"):
        return _yes_no_problem(YES_NO_UNKNOWN if kind == "yes_no_unknown" else YES_NO, answer, sources)
    if kind == "need":
        return _need_problem(answer)
    if kind == "choice":
        return (
            "" if answer in [choice["code"] for choice in item["choices"]] else "Choose one of the answers."
        )
    if kind == "number":
        return _number_problem(item, answer)
    if kind == "date":
        return "" if _is_date(answer) else "Give a day, month and year."
    if kind == "text":
        right = isinstance(answer, str) and len(answer) <= LONGEST_TEXT
        return "" if right else f"Use at most {LONGEST_TEXT} characters."
    low, high = scale(item) or (0, 0)
    right = type(answer) is int and low <= answer <= high
    return "" if right else f"Answer with a number from {low} to {high}."


def typed_answer(item: Item, typed: Mapping[str, str]) -> Any:
    """The answer that a form's fields make, valid or not; None for none. Not of a day, which its three boxes make.

    typed: by field: the item's code, `<code>_severity` of a need, `<code>_source` of a yes or no.
    """
    code, kind = item["code"], item["type"]
    answer = typed.get(code, "").strip() if kind == "text" else typed.get(code, "")
    if not answer:
        return None
    if kind == "need":
        severity = typed.get(f"{code}_severity", "")
        severe = answer == "yes" and severity.isdecimal()
        return {"need": answer, **({"severity": int(severity)} if severe else {})}
    if kind in ("yes_no_unknown", "yes_no"):
        source = typed.get(f"{code}_source", "")
        return {"answer": answer, "source": source} if source else answer
    return answer if kind in ("choice", "text") else _number(answer)


def answer_words(instrument: Mapping[str, Any], item: Item, answer: Any) -> str:
    """One answer for a reader: "Yes", "Yes, moderate", "No (said by the police)", "2"; "" for none."""
    if is_blank(answer):
        return ""
    if item["type"] == "need":
        words = ANSWER_WORDS.get(str(answer.get("need")), "")
        severity = instrument.get("severities", {}).get(str(answer.get("severity", "")), "")
        return f"{words}, {severity.lower()}" if severity and answer.get("need") == "yes" else words
    if item["type"] == "choice":
        return next((one["label"] for one in item["choices"] if one["code"] == answer), str(answer))
    if item["type"] == "date":
        return f"{date.fromisoformat(answer):%-d %B %Y}"
    source = instrument.get("sources", {}).get(source_of(answer), "")
    said = str(plain(answer))
    words = said if item["type"] == "text" else ANSWER_WORDS.get(said, said)
    return f"{words} (said by: {source[:1].lower()}{source[1:]})" if source else words


def _yes_no_problem(allowed: tuple[str, ...], answer: Any, sources: Mapping[str, str]) -> str:
    if isinstance(answer, Mapping):
        if not set(answer) <= {"answer", "source"} or answer.get("source") not in sources:
            return "Choose who said so from the list."
        answer = answer.get("answer")
    if isinstance(answer, str) and answer in allowed:
        return ""
    return "Answer yes, no or not known." if "not_known" in allowed else "Answer yes or no."


def _need_problem(answer: object) -> str:
    if not isinstance(answer, Mapping) or not set(answer) <= {"need", "severity"}:
        return "Answer whether there is a need, and how severe it is."
    if answer.get("need") not in YES_NO_UNKNOWN:
        return "Answer yes, no or not known."
    severity = answer.get("severity")
    if answer["need"] != "yes":
        return (
            "" if severity in (None, "", 0) else "A severity belongs to a need: answer yes, or leave it out."
        )
    if type(severity) is not int or severity not in SEVERITIES:
        return "Say how severe the need is, from 0 to 3."
    return ""


def _number_problem(item: Item, answer: object) -> str:
    if type(answer) is not int:
        return "Answer with a whole number."
    if answer < item.get("least", answer):
        return f"It cannot be less than {item['least']}."
    return f"It cannot be more than {item['most']}." if answer > item.get("most", answer) else ""


def _is_date(answer: object) -> bool:
    try:
        return isinstance(answer, str) and date.fromisoformat(answer).isoformat() == answer
    except ValueError:
        return False


def _number(text: str) -> int | str:
    digits = text.strip().removeprefix("-")
    return int(text) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else text
