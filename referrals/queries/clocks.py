"""Clocks as pages show them: of one case, and over all cases with the filter that the numbers go by."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Value

from access.actor import Actor
from referrals import scope
from referrals.clock_rules import BREACH_REASONS, EVENTS, STOP_REASONS, event_words
from referrals.models import Case, Clock, ClockPause, Conference, Development
from referrals.queries.clock_rules import Rule, clock_rules
from referrals.queries.keyset import Page, SortKey, one_page

PAGE = 50
COUNTED = 100
MOST_OF_A_CASE = 100
SINCE = timedelta(days=90)
BY_DUE = SortKey("due_at", datetime.fromisoformat)
LIVE = (Clock.State.RUNNING, Clock.State.PAUSED)

SHOWS: dict[str, str] = {
    "overdue": "Overdue now",
    "today": "Due in the next 24 hours",
    "unexplained": "Missed in 90 days, no reason given",
    "missed": "Missed in 90 days",
    "paused": "Standing still",
}


COUNTS = ("overdue", "today", "missed", "unexplained")
"""The filters whose numbers a manager sees beside each other, by rule."""


@dataclass(frozen=True)
class ClockLine:
    """One clock in words: what it promises and to whom, and the event by which a person ends it ("" for none)."""

    clock: Clock
    words: str
    ends: str
    may_pause: bool
    pauses: Sequence[ClockPause] = ()

    @property
    def ends_words(self) -> str:
        return event_words(self.ends) if self.ends else ""

    @property
    def because(self) -> str:
        """Why it was missed, or stopped, as somebody said."""
        said = BREACH_REASONS.get(self.clock.missed_because, "")
        return said or STOP_REASONS.get(self.clock.stopped_because, "")


def live_clocks(case: Case) -> list[ClockLine]:
    """The clocks of the case that run or stand still, and those that were missed and nobody has said why."""
    unexplained = case.clocks.filter(state=Clock.State.MISSED, missed_because="")
    found = case.clocks.filter(state__in=LIVE) | unexplained
    clocks = list(found.select_related("referral__agency").order_by("due_at", "id")[:MOST_OF_A_CASE])
    return _lines(clocks, clock_rules() if clocks else [])


@dataclass(frozen=True)
class CaseClocks:
    """All clocks of one case with their pauses, and what was recorded."""

    live: list[ClockLine]
    ended: list[ClockLine]
    developments: list[tuple[str, Development]]


def clocks_of_case(case: Case) -> CaseClocks:
    """Everything about time of one case, the newest of it."""
    found = case.clocks.select_related("referral__agency").prefetch_related("pauses")
    clocks = list(found.order_by("-due_at", "-id")[:MOST_OF_A_CASE])
    lines = _lines(clocks, clock_rules(), with_pauses=True)
    recorded = Development.objects.filter(case=case).order_by("-happened_at", "-id")[:MOST_OF_A_CASE]
    return CaseClocks(
        live=[line for line in reversed(lines) if line.clock.state in LIVE],
        ended=[line for line in lines if line.clock.state not in LIVE],
        developments=[(event_words(one.event, one.detail), one) for one in recorded],
    )


def clock_line(clock: Clock) -> ClockLine:
    """One clock in words."""
    return _lines([clock], clock_rules(), with_pauses=True)[0]


def clocks_filtered(*, actor: Actor, show: str, rule: str, now: datetime) -> QuerySet[Clock]:
    """The clocks that the filter means, of cases that the actor may come to: the same for list and number."""
    clocks = scope.clocks(actor)
    if rule:
        clocks = clocks.filter(rule=rule)
    match show:
        case "today":
            return clocks.filter(
                state=Clock.State.RUNNING, due_at__gte=now, due_at__lt=now + timedelta(days=1)
            )
        case "missed":
            return clocks.filter(state=Clock.State.MISSED, due_at__gte=now - SINCE)
        case "unexplained":
            return clocks.filter(state=Clock.State.MISSED, due_at__gte=now - SINCE, missed_because="")
        case "paused":
            return clocks.filter(state=Clock.State.PAUSED)
        case _:
            return clocks.filter(state=Clock.State.RUNNING, due_at__lt=now)


@dataclass(frozen=True)
class RuleFigures:
    """How many clocks of one rule a filter of SHOWS means, each counted up to COUNTED, in the order of `COUNTS`."""

    code: str
    words: str
    numbers: list[tuple[str, int]]


def figures(*, actor: Actor, now: datetime) -> list[RuleFigures]:
    """The numbers of every rule, by the very filter of the list that each leads to; in one query."""
    names = rule_names()
    branches = [
        clocks_filtered(actor=actor, show=show, rule=rule, now=now)
        .annotate(shown=Value(show))
        .order_by()
        .values_list("rule", "shown")[:COUNTED]
        for rule in names
        for show in COUNTS
    ]
    counted = Counter(branches[0].union(*branches[1:], all=True)) if branches else Counter()
    return [
        RuleFigures(code, words, [(show, counted[code, show]) for show in COUNTS])
        for code, words in names.items()
    ]


def clock_page(
    *, actor: Actor, show: str, rule: str, now: datetime, after: str = "", before: str = ""
) -> Page[ClockLine]:
    """One page of the clocks that the filter means: what is overdue longest first, what was missed last first."""
    found = clocks_filtered(actor=actor, show=show, rule=rule, now=now)
    falling = show in ("missed", "unexplained")
    part = one_page([found], key=BY_DUE, descending=falling, size=PAGE, after=after, before=before)
    by_id = Clock.objects.select_related("case", "referral__agency").in_bulk(part.ids)
    return part.page(_lines(part.among(by_id), clock_rules()))


def minutes_due(*, actor: Actor, show: str, now: datetime) -> list[Conference]:
    """Meetings whose minutes are to be circulated, as the filter means, the longest due first; at most fifty."""
    held = scope.conferences(actor).filter(minutes_due_at__isnull=False)
    match show:
        case "overdue":
            held = held.filter(circulated_at__isnull=True, minutes_due_at__lt=now)
        case "today":
            day = now + timedelta(days=1)
            held = held.filter(circulated_at__isnull=True, minutes_due_at__gte=now, minutes_due_at__lt=day)
        case "missed":
            late = Q(circulated_at__gt=F("minutes_due_at")) | Q(
                circulated_at__isnull=True, minutes_due_at__lt=now
            )
            held = held.filter(late, minutes_due_at__gte=now - SINCE)
        case _:
            return []
    return list(held.order_by("minutes_due_at", "id")[:PAGE])


def rule_names() -> dict[str, str]:
    """The rules that clocks of cases go by, code to words."""
    return _names(clock_rules(), lambda rule: rule["starts"] not in ("received", "prompt_raised"))


def _names(rules: Sequence[Rule], wanted: Any = None) -> dict[str, str]:
    chosen = [rule for rule in rules if wanted is None or wanted(rule)]
    return dict(sorted(((rule["code"], str(rule["words"])) for rule in chosen), key=lambda pair: pair[1]))


def _lines(clocks: Sequence[Clock], rules: Sequence[Rule], *, with_pauses: bool = False) -> list[ClockLine]:
    names = _names(rules)
    ends: Mapping[str, str] = {rule["code"]: rule["ends"] for rule in rules}
    may_pause = {rule["code"]: bool(rule.get("pauses")) for rule in rules}
    lines = []
    for clock in clocks:
        words = names.get(clock.rule, clock.rule.replace("_", " ").capitalize())
        if clock.referral is not None:
            words = f"{words}: {clock.referral.agency.name}"
        end = ends.get(clock.rule, "")
        by_hand = end in EVENTS and EVENTS[end].by_hand
        pauses = sorted(clock.pauses.all(), key=lambda one: one.started_at) if with_pauses else ()
        lines.append(
            ClockLine(clock, words, end if by_hand else "", may_pause.get(clock.rule, False), pauses)
        )
    return lines
