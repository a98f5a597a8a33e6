"""Clocks of a case as its verbs move them: what happened starts and meets them. `case.due_at` always is the next one
that runs out.

Each must be called in the transaction of the verb that it belongs to, with the case locked. What people do with a
clock (pause it, say why it was missed) is in referrals.actions.clock_verbs.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from messaging.events import Happening, publish
from referrals.clock_rules import EVENTS
from referrals.clocks import DUE, ClockRule, Length, NoSuchClock, Pause, Rung, due, in_effect, rule_for
from referrals.models import Case, Clock, Development, Prompt, Referral
from referrals.queries.calendar import hub_calendar
from referrals.queries.clock_rules import Rule, clock_rules
from referrals.workflow import UNANSWERED

LIVE = (Clock.State.RUNNING, Clock.State.PAUSED)
ANSWER = "partner_answer"


def happened(
    *,
    case: Case,
    event: str,
    at: datetime,
    known_at: datetime | None = None,
    rules: Sequence[Rule] | None = None,
) -> None:
    """Something happened that clocks start or end by, as the rules say: see referrals.clock_rules.EVENTS.

    at: when it did, which may lie back; known_at: when the hub heard of it. A clock that this ends is met or missed
    by when it happened, whenever it was recorded. A clock of a referral starts with the referral itself.
    rules: where the caller has them already.
    """
    rules = clock_rules() if rules is None else rules
    for code in dict.fromkeys(rule["code"] for rule in rules):
        rule = in_effect(code, at, rules)
        if rule is not None and rule["starts"] == event and code != ANSWER:
            counted_from = (known_at or at) if rule.get("counts_from") == "known" else at
            _start_or_told_already(case, rule, counted_from, rules)
    ended = {rule["code"] for rule in rules if rule["ends"] == event}
    live = Clock.objects.filter(case=case, rule__in=ended, state__in=LIVE, referral__isnull=True)
    for clock in live.filter(started_at__lte=at):
        _end(clock, at)
        _start_with_what_came_later(case, clock, at, rules)
    keep_due(case)


def _start_or_told_already(case: Case, rule: Rule, started_at: datetime, rules: Sequence[Rule]) -> None:
    """Recorded late, it may have been answered since: then the clock has ended before one that runs now began."""
    answer = _recorded(case, rule["ends"]).filter(happened_at__gte=started_at).first()
    live = Clock.objects.filter(case=case, rule=rule["code"], state__in=LIVE, referral__isnull=True).first()
    if answer is None or (live is not None and live.started_at <= answer.happened_at):
        start_clock(case=case, code=rule["code"], started_at=started_at, rules=rules)
        return
    clock = Clock(case=case, rule=rule["code"], started_at=started_at)
    with suppress(NoSuchClock):
        plan(clock, case, rules)
        _end(clock, answer.happened_at)


def _start_with_what_came_later(case: Case, ended: Clock, at: datetime, rules: Sequence[Rule]) -> None:
    """What was recorded as having happened after the answer is still to be answered."""
    rule = in_effect(ended.rule, at, rules)
    if rule is None or not EVENTS[rule["starts"]].by_hand:
        return
    later = _recorded(case, rule["starts"]).filter(happened_at__gt=at).first()
    if later is not None:
        known = rule.get("counts_from") == "known"
        started_at = later.known_at if known else later.happened_at
        start_clock(case=case, code=ended.rule, started_at=started_at, rules=rules)


def _recorded(case: Case, event: str) -> QuerySet[Development]:
    return Development.objects.filter(case=case, event=event).order_by("happened_at")


def start_clock(*, case: Case, code: str, started_at: datetime, rules: Sequence[Rule]) -> Clock | None:
    """Start the clock of that rule, of the edition in force at its start; one that runs already goes on, from the
    earlier of both starts. None where the rule has no length for the case.
    """
    live = Clock.objects.filter(case=case, referral=None, rule=code, state__in=LIVE).first()
    if live is not None and live.started_at <= started_at:
        return live
    clock = live or Clock(case=case, rule=code)
    clock.started_at = started_at
    try:
        plan(clock, case, rules)
    except NoSuchClock:
        return None
    clock.save()
    return clock


def start_answer_clocks(
    *, case: Case, sent: Sequence[Referral], within: Sequence[Mapping[str, Any]], rules: Sequence[Rule]
) -> None:
    """The clocks of partners' answers, each with the length that its route sets."""
    clocks = []
    for referral, length in zip(sent, within, strict=True):
        clock = Clock(case=case, rule=ANSWER, referral=referral, within=length, started_at=referral.sent_at)
        with suppress(NoSuchClock):
            rule = rule_of(clock, case, rules)
            clock.edition, clock.due_at = rule.edition, referral.answer_due_at
            clock.next_rung_at = next_rung_at(rule, clock)
            clocks.append(clock)
    Clock.objects.bulk_create(clocks)


def end_answer_clock(*, case: Case, referral: Referral) -> None:
    """A referral was answered, taken back, or not answered in time: its clock ends as the referral stands."""
    clock = Clock.objects.filter(case=case, referral=referral, state__in=LIVE).first()
    at = referral.answered_at or referral.ended_at
    if clock is None or at is None:
        return
    if referral.status == "recalled":
        clock.pauses.filter(ended_at=None).update(ended_at=at)
        clock.state, clock.ended_at, clock.next_rung_at = Clock.State.STOPPED, at, None
        clock.save(update_fields=["state", "ended_at", "next_rung_at"])
    else:
        _end(clock, at)


def stop_clocks(*, case: Case, at: datetime, codes: tuple[str, ...] = ()) -> None:
    """Clocks of the case that are no longer needed (all of them unless named) stop, neither met nor missed.

    With all of them, so do its open prompts.
    """
    live = Clock.objects.filter(case=case, state__in=LIVE)
    if codes:
        live = live.filter(rule__in=codes)
    else:
        Prompt.objects.filter(case=case, state=Prompt.State.OPEN).update(
            state=Prompt.State.STOPPED, ended_at=at
        )
    live.update(state=Clock.State.STOPPED, ended_at=at, next_rung_at=None)
    keep_due(case)


def take_up_clocks(*, case: Case, stopped_at: datetime) -> None:
    """What stopped at the end of the case runs on, clocks and prompts, by the time that they had."""
    stopped, rules = {"case": case, "state": "stopped", "ended_at": stopped_at}, clock_rules()
    live = Clock.objects.filter(case=case, state__in=LIVE).values("rule")
    for clock in Clock.objects.filter(**stopped, referral=None, stopped_because="").exclude(rule__in=live):
        stands_still = clock.pauses.filter(ended_at=None).exists()
        clock.state = Clock.State.PAUSED if stands_still else Clock.State.RUNNING
        clock.ended_at = None
        with suppress(NoSuchClock):
            clock.next_rung_at = None if stands_still else next_rung_at(rule_of(clock, case, rules), clock)
        clock.save(update_fields=["state", "ended_at", "next_rung_at"])
    Prompt.objects.filter(**stopped).update(state=Prompt.State.OPEN, ended_at=None)
    keep_due(case)


def plan_clocks_again(*, case: Case) -> None:
    """After entitlement or risk changed: live clocks get the length that now applies, from their old start."""
    rules = clock_rules()
    for clock in Clock.objects.filter(case=case, state__in=LIVE):
        plan(clock, case, rules)
        clock.save(update_fields=["edition", "due_at", "next_rung_at"])
    keep_due(case)


def plan(clock: Clock, case: Case, rules: Sequence[Rule]) -> None:
    """Set the clock's edition, due time and next step by its start and its pauses. Raises NoSuchClock."""
    rule, calendar = rule_of(clock, case, rules), hub_calendar()
    pauses = clock.pauses.exclude(ended_at=None).values_list("started_at", "ended_at")
    clock.edition = rule.edition
    clock.due_at = due(rule, clock.started_at, [Pause(*pause) for pause in pauses], calendar)
    paused = clock.state == Clock.State.PAUSED
    clock.next_rung_at = None if paused else next_rung_at(rule, clock)


def rule_of(clock: Clock, case: Case, rules: Sequence[Rule]) -> ClockRule:
    """The rule that the clock goes by, with the length of its own where it has one. Raises NoSuchClock."""
    high_risk = case.risk == "high"
    rule = rule_for(
        clock.rule, clock.started_at, rules=rules, entitlement=case.entitlement, high_risk=high_risk
    )
    return replace(rule, length=Length.read(clock.within)) if clock.within else rule


def next_rung_at(rule: ClockRule, clock: Clock) -> datetime | None:
    """When the next step of its ladder is taken; None at its end."""
    left = rule.ladder[clock.rungs :]
    return left[0].at(clock.due_at, hub_calendar()) if left else None


def keep_due(case: Case) -> None:
    """Set `case.due_at` to the earliest running clock, open prompt or unanswered referral; to nothing without one."""
    clocks = Clock.objects.filter(case=case, state=Clock.State.RUNNING).values_list("due_at")
    prompts = Prompt.objects.filter(case=case, state=Prompt.State.OPEN).values_list("due_at")
    unanswered = Referral.objects.filter(case=case, status__in=UNANSWERED, waits_for_hub=False).values_list(
        "answer_due_at"
    )
    earliest = min((at for (at,) in clocks.union(prompts, unanswered, all=True)), default=None)
    case.due_at = earliest
    case.save(update_fields=["due_at"])


def _end(clock: Clock, at: datetime) -> None:
    """It ends at that moment: in time or not. A pause that stands then ends with it."""
    clock.pauses.filter(ended_at=None, started_at__lte=at).update(ended_at=at)
    # While it stood still no time passed: what was in time when the pause began still is.
    in_time = at <= clock.due_at or (clock.state == Clock.State.PAUSED and _stood_in_time(clock))
    clock.state = Clock.State.MET if in_time else Clock.State.MISSED
    clock.ended_at, clock.next_rung_at = at, None
    if not in_time:
        _tell_missed(clock)
    clock.save()


def _tell_missed(clock: Clock) -> None:
    """Where it ends before anybody looked at its ladder: that it was missed is told all the same."""
    try:
        ladder = rule_of(clock, clock.case, clock_rules()).ladder
    except NoSuchClock:
        return
    step = ladder.index(DUE)
    if clock.rungs <= step:
        clock.rungs = step + 1
        publish(told(clock, ladder[step], timezone.now()))


def told(clock: Clock, rung: Rung, at: datetime) -> Happening:
    """What one step of a ladder tells: ids and codes, and whose case it is."""
    topic = {"before": "clock.warned", "at": "clock.missed", "after": "clock.escalated"}[rung.when]
    owner = clock.case.assigned_to
    data: dict[str, object] = {
        "clock": str(clock.id),
        "rule": clock.rule,
        "tell": rung.tell,
        "owner": str(owner) if owner else None,
    }
    return Happening(topic, at=at, case_id=clock.case_id, referral_id=clock.referral_id, data=data)


def _stood_in_time(clock: Clock) -> bool:
    begun = clock.pauses.order_by("-started_at").values_list("started_at", flat=True).first()
    return begun is not None and begun <= clock.due_at
