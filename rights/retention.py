"""When a person's record has been kept for as long as the schedule says. Pure: a table of rules, and dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

RETENTION_FILE = Path(__file__).parent / "data" / "retention.yaml"
ADULT = 18


class NoSuchRule(Exception):
    """No rule of the schedule is in effect for an end state on the day that the case was closed."""


@dataclass(frozen=True)
class Rule:
    """One line of the schedule, in one edition."""

    code: str
    edition: str
    words: str
    end_states: tuple[str, ...]
    effective_from: date
    keep: Mapping[str, int]
    until_birthday: int = 0
    police: Mapping[str, int] | None = None
    verify: bool = False

    @property
    def keep_words(self) -> str:
        unit, number = next(iter(self.keep.items()))
        longer = (
            f", for children until the {self.until_birthday}th birthday where later"
            if self.until_birthday
            else ""
        )
        return f"{number} {unit if number != 1 else unit[:-1]}{longer}"


@dataclass(frozen=True)
class ClosedCase:
    """What of a case the schedule asks for. last_contact_on: None where nobody was reached or tried."""

    end_state: str
    closed_on: date
    last_contact_on: date | None = None
    from_police: bool = False


@dataclass(frozen=True)
class Due:
    """Until when a record is kept, and the rule that says so."""

    on: date
    rule: Rule


@cache
def schedule(path: Path = RETENTION_FILE) -> tuple[Rule, ...]:
    """The rules and their editions as the file has them."""
    return tuple(_rule(entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8")))


def due(cases: Sequence[ClosedCase], *, born: date | None, rules: Sequence[Rule] | None = None) -> Due | None:
    """When the last of the person's closed cases has been kept long enough; None for no case. Raises NoSuchRule.

    The longest counts: one supported case keeps an earlier declined one.
    """
    found = [_due_of(case, born, schedule() if rules is None else rules) for case in cases]
    return max(found, key=lambda one: one.on, default=None)


def shortest() -> timedelta:
    """No record is due sooner than this after its closing."""
    start = date(2001, 1, 1)
    return min(after(start, rule.keep) - start for rule in schedule())


def after(day: date, length: Mapping[str, int]) -> date:
    """The day that lies weeks, months or years after another; the last of a shorter month where there is no such."""
    ((unit, number),) = length.items()
    if unit == "weeks":
        return day + timedelta(weeks=number)
    months = number if unit == "months" else 12 * number
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _due_of(case: ClosedCase, born: date | None, rules: Sequence[Rule]) -> Due:
    rule = _rule_for(case, rules)
    start = max(case.closed_on, case.last_contact_on or case.closed_on)
    days = [after(start, rule.keep)]
    if rule.police and case.from_police:
        days.append(after(start, rule.police))
    if rule.until_birthday and born is not None and after(born, {"years": ADULT}) > case.closed_on:
        days.append(after(born, {"years": rule.until_birthday}))
    return Due(max(days), rule)


def _rule_for(case: ClosedCase, rules: Sequence[Rule]) -> Rule:
    in_effect = [rule for rule in rules if rule.effective_from <= case.closed_on]
    for wanted in (case.end_state, "*"):
        editions = [rule for rule in in_effect if wanted in rule.end_states]
        if editions:
            return max(editions, key=lambda rule: rule.effective_from)
    raise NoSuchRule(
        f"No retention rule for {case.end_state!r} was in effect on {case.closed_on:%d %B %Y}: add one."
    )


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        code=entry["code"],
        edition=entry["edition"],
        words=entry["words"],
        end_states=tuple(entry["end_states"]),
        effective_from=entry["effective_from"],
        keep=entry["keep"],
        until_birthday=entry.get("children", {}).get("birthday", 0),
        police=entry.get("police"),
        verify=entry.get("verify", False),
    )
