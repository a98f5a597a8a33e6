"""What a sender's notes say about reaching somebody safely, as rules; and whether a way is safe now. Pure.

What a note says and we cannot read is never dropped: the way is then not safe until a person has read it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

Rules = dict[str, object]

_NUMBER = r"(?P<number>\+?[0-9][0-9 ]{8,}[0-9])"
_CALL_ANOTHER = re.compile(
    r"(?:CALL|RING|PHONE|CONTACT|SPEAK TO) (?:HER |HIS |THEIR )?(?P<who>[A-Z' -]{2,40}?) (?:ON|AT) " + _NUMBER
)
_HOURS = re.compile(
    r"(?:ONLY )?(?:BETWEEN )?(?P<from>[0-2]?[0-9][:.]?[0-5][0-9]) ?(?:-|TO|AND) ?(?P<to>[0-2]?[0-9][:.]?[0-5][0-9])"
)
_WEEKDAYS = re.compile(r"\b(?:WEEKDAYS?|MON(?:DAY)? ?(?:-|TO) ?FRI(?:DAY)?)\b")
_NO_VOICEMAIL = re.compile(
    r"\b(?:NO|DO NOT LEAVE|DON'T LEAVE|NEVER LEAVE) (?:A )?(?:VOICEMAIL|VOICE MAIL|MESSAGES?)\b"
)
_TEXT_FIRST = re.compile(r"\bTEXT (?:FIRST|BEFORE CALLING)\b")
_TEXT_ONLY = re.compile(r"\b(?:TEXTS? ONLY|ONLY TEXT|DO NOT CALL)\b")
_NO_TEXTS = re.compile(r"\b(?:NEVER|DO NOT|DON'T|NO) TEXTS?\b")
_EMAIL_ONLY = re.compile(r"\b(?:E-?MAIL ONLY|ONLY E-?MAIL)\b")
_IDLE = re.compile(r"\bONLY\b|\bPLEASE\b|[\s.,;&/-]+|\bAND\b")


@dataclass(frozen=True)
class Answer:
    """Whether a way may be used now, and in words why or how."""

    safe: bool
    words: str


def read_notes(notes: str) -> Rules:
    """The notes as rules; empty for empty notes.

    no_voicemail, text_first, text_only, no_texts, email_only: true where they say so. hours: [from, to] as "09:00".
    weekdays: true where only Monday to Friday. through: {who, number} where another person is to be
    called instead. unread: what is left that no rule reads.
    """
    rest = " ".join(notes.upper().split())
    rules: Rules = {}
    if found := _CALL_ANOTHER.search(rest):
        rules["through"] = {"who": found["who"].strip().lower(), "number": found["number"].replace(" ", "")}
        rest = rest.replace(found[0], " ")
    if (found := _HOURS.search(rest)) and (hours := _hours(found)):
        rules["hours"] = hours
        rest = rest.replace(found[0], " ")
    for name, pattern in (
        ("weekdays", _WEEKDAYS),
        ("no_voicemail", _NO_VOICEMAIL),
        ("text_first", _TEXT_FIRST),
        ("text_only", _TEXT_ONLY),
        ("no_texts", _NO_TEXTS),
        ("email_only", _EMAIL_ONLY),
    ):
        if found := pattern.search(rest):
            rules[name] = True
            rest = rest.replace(found[0], " ")
    if left := _IDLE.sub(" ", rest).strip():
        rules["unread"] = left.lower()
    return rules


def may_contact(rules: Mapping[str, object], *, channel: str, at: datetime) -> Answer:
    """Whether the rules of a way let it be used by this channel (phone, text, email) at this local time."""
    if "unread" in rules:
        return Answer(False, "Read the sender’s note and record what is safe before using this.")
    through = rules.get("through")
    if isinstance(through, Mapping) and channel in ("phone", "text"):
        return Answer(False, f"Call {through['who']} on {through['number']} instead.")
    if rules.get("email_only") and channel != "email":
        return Answer(False, "By e-mail only.")
    if rules.get("text_only") and channel == "phone":
        return Answer(False, "By text only.")
    if rules.get("no_texts") and channel == "text":
        return Answer(False, "Call, and never text.")
    if channel not in ("phone", "text"):
        return Answer(True, "")
    if rules.get("weekdays") and at.weekday() >= 5:
        return Answer(False, f"Only on weekdays{_between(rules)}.")
    hours = rules.get("hours")
    if isinstance(hours, list) and not time.fromisoformat(hours[0]) <= at.time() < time.fromisoformat(
        hours[1]
    ):
        return Answer(False, f"Only{' on weekdays' if rules.get('weekdays') else ''}{_between(rules)}.")
    ways = []
    if rules.get("text_first") and channel == "phone":
        ways.append("text first")
    if rules.get("no_voicemail") and channel == "phone":
        ways.append("leave no voicemail")
    return Answer(True, f"{', '.join(ways).capitalize()}." if ways else "")


def _between(rules: Mapping[str, object]) -> str:
    hours = rules.get("hours")
    return f" between {hours[0]} and {hours[1]}" if isinstance(hours, list) else ""


def _hours(found: re.Match[str]) -> list[str] | None:
    try:
        begins, ends = (time(*_clock(found[name])) for name in ("from", "to"))
    except ValueError:
        return None
    return [begins.strftime("%H:%M"), ends.strftime("%H:%M")] if begins < ends else None


def _clock(text: str) -> tuple[int, int]:
    digits = re.sub(r"\D", "", text).zfill(4)
    return int(digits[:2]), int(digits[2:])
