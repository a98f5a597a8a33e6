"""How somebody is tried again, and what to say: what the editions of referrals/data/trying.yaml mean. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

LONDON = ZoneInfo("Europe/London")
FILE = Path(__file__).parent / "data" / "trying.yaml"

RESULTS: dict[str, tuple[str, ...]] = {
    "phone": ("spoke", "no_answer", "voicemail", "somebody_else", "not_safe", "wrong_number", "declined"),
    "text": ("sent", "spoke", "wrong_number", "declined"),
    "email": ("sent", "spoke", "declined"),
    "letter": ("sent", "spoke", "declined"),
}
"""What can come of a try, by channel."""
REACHED = ("spoke", "declined", "not_safe")
TRY_AGAIN = ("no_answer", "voicemail", "not_safe", "somebody_else")
"""After these the person is to be tried again, where the way is still safe."""


class NoPractice(Exception):
    """No edition of how people are tried is in effect on that day."""


@dataclass(frozen=True)
class Script:
    """What to say in one situation."""

    title: str
    say: str


@dataclass(frozen=True)
class Try:
    """One try as it counts here: when, and what came of it."""

    at: datetime
    result: str


def practice_on(day: date) -> Mapping[str, Any]:
    """The edition in effect on that day. Raises NoPractice."""
    found = [edition for edition in _editions() if edition["effective_from"] <= day]
    if not found:
        raise NoPractice(
            f"Nothing says how people are tried on {day:%d %B %Y}: add an edition to trying.yaml."
        )
    return max(found, key=lambda edition: edition["effective_from"])


def scripts_for(channel: str, *, on: date, cover_story: str = "") -> list[Script]:
    """What to say by this channel, with the agreed cover story in its place. Raises NoPractice."""
    practice = practice_on(on)
    story = f"use what was agreed: {cover_story.rstrip('.')}" if cover_story else practice["no_cover_story"]
    return [
        Script(one["title"], one["say"].replace("{cover_story}", story))
        for one in practice["scripts"]
        if channel in one["channels"]
    ]


def earliest_next(at: datetime, *, is_high_risk: bool) -> datetime:
    """When the person may be tried again after a try that reached nobody. Raises NoPractice."""
    hours = practice_on(at.astimezone(LONDON).date())["wait_hours"]
    return at + timedelta(hours=hours["high_risk" if is_high_risk else "otherwise"])


def since_reached(tries: Iterable[Try]) -> list[Try]:
    """The tries since the person was last reached, the oldest first."""
    unanswered: list[Try] = []
    for one in sorted(tries, key=lambda one: one.at):
        unanswered = [] if one.result in REACHED else [*unanswered, one]
    return unanswered


def is_exhausted(tries: Sequence[Try], *, entitlement: str, on: date) -> bool:
    """Whether so much was tried without an answer that the case may end as not reached. Raises NoPractice."""
    practice = practice_on(on)
    unanswered = since_reached(tries)
    days = {one.at.astimezone(LONDON).date() for one in unanswered}
    return len(unanswered) >= practice["tries"][entitlement] and len(days) >= practice["on_days"]


@cache
def _editions() -> tuple[Mapping[str, Any], ...]:
    return tuple(yaml.safe_load(FILE.read_text(encoding="utf-8")))
