"""What a sender's notes say about reaching somebody safely, as rules. Pure.

What a note says and we cannot read is never dropped: the way is then not safe until a person has read it.
"""

import re
from datetime import time

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


def _hours(found: re.Match[str]) -> list[str] | None:
    try:
        begins, ends = (time(*_clock(found[name])) for name in ("from", "to"))
    except ValueError:
        return None
    return [begins.strftime("%H:%M"), ends.strftime("%H:%M")] if begins < ends else None


def _clock(text: str) -> tuple[int, int]:
    digits = re.sub(r"\D", "", text).zfill(4)
    return int(digits[:2]), int(digits[2:])
