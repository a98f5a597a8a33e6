"""The rules of time by which the hub goes: every edition, the product's own and those that were added by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from referrals.clock_rules import differences, event_words, lines
from referrals.clocks import Pause, due, in_effect, read_rule
from referrals.models import Clock, ClockEdition
from referrals.queries.calendar import hub_calendar

MOST = 500
Rule = Mapping[str, Any]


def clock_rules() -> list[Rule]:
    """Every edition of every rule, as referrals.clocks reads them. A few dozen, asked once by whoever needs them."""
    told = ClockEdition.objects.order_by("code", "effective_from").values_list("definition", flat=True)
    return [_read(definition) for definition in told]


def _read(definition: Rule) -> Rule:
    return {**definition, "effective_from": date.fromisoformat(definition["effective_from"])}


@dataclass(frozen=True)
class EditionShown:
    """One edition in words, what it changed of the one before, and how it stands: in effect, to come, or past."""

    edition: ClockEdition
    source: str
    lines: list[tuple[str, str]]
    changes: list[str]
    stands: str


@dataclass(frozen=True)
class RuleShown:
    """One rule with its editions, the newest first."""

    code: str
    words: str
    events: str
    editions: list[EditionShown]


def rules_shown(*, on: datetime) -> list[RuleShown]:
    """Every rule with its editions as they stand at that moment."""
    by_code: dict[str, list[ClockEdition]] = {}
    for edition in ClockEdition.objects.order_by("code", "-effective_from"):
        by_code.setdefault(edition.code, []).append(edition)
    shown = []
    for code, editions in by_code.items():
        read = [_read(one.definition) for one in editions]
        now = in_effect(code, on, read)
        listed = [
            EditionShown(
                edition=one,
                source=str(rule.get("source", "")),
                lines=lines(rule),
                changes=differences(earlier, rule) if earlier else [],
                stands="in_force"
                if rule is now
                else "past"
                if one.effective_from <= on.date()
                else "to_come",
            )
            for one, rule, earlier in zip(editions, read, [*read[1:], None], strict=True)
        ]
        newest = read[0]
        events = f"{event_words(newest['starts'])} → {event_words(newest['ends'])}"
        shown.append(RuleShown(code, newest["words"], events, listed))
    return sorted(shown, key=lambda rule: rule.words)


@dataclass(frozen=True)
class Example:
    """A clock that starts then, and when it falls due under either edition."""

    entitlement: str
    starts_at: datetime
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True)
class WhatWouldChange:
    """A new edition tried on: in words, on invented starts, and on the clocks of this rule that have ended last.

    looked_at: how many of those (up to a bound); met: how many were in time as it was; would_meet: under the new one.
    """

    changes: list[str]
    examples: list[Example]
    looked_at: int
    met: int
    would_meet: int


def what_would_change(*, old: Rule, new: Rule, starts: list[datetime]) -> WhatWouldChange:
    """What the new edition would change. Nothing is written, and no clock that runs follows it."""
    calendar = hub_calendar()

    def due_at(rule: Rule, entitlement: str, at: datetime, pauses: list[Pause]) -> datetime | None:
        if entitlement not in rule["length"]:
            return None
        return due(read_rule(rule, entitlement=entitlement), at, pauses, calendar)

    examples = [
        Example(entitlement, at, due_at(old, entitlement, at, []), due_at(new, entitlement, at, []))
        for entitlement in ("standard", "enhanced")
        for at in starts
    ]
    ended = Clock.objects.filter(rule=old["code"], state__in=(Clock.State.MET, Clock.State.MISSED))
    recent = ended.select_related("case").prefetch_related("pauses").order_by("-due_at", "-id")[:MOST]
    looked_at = met = would_meet = 0
    for clock in recent:
        pauses = [Pause(one.started_at, one.ended_at) for one in clock.pauses.all()]
        then = None if clock.within else due_at(new, clock.case.entitlement, clock.started_at, pauses)
        if then is None or clock.ended_at is None:
            continue
        looked_at += 1
        met += clock.state == Clock.State.MET
        would_meet += clock.ended_at <= then
    return WhatWouldChange(differences(old, new), examples, looked_at, met, would_meet)
