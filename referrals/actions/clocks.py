"""Clocks of a case: start, meet, stop, plan again. `case.due_at` always is the next one that runs out.

Each must be called in the transaction of the verb that it belongs to, with the case locked.
"""

from datetime import datetime

from referrals.clocks import due, rule_for
from referrals.models import Case, Clock, Prompt, Referral
from referrals.queries.calendar import hub_calendar
from referrals.workflow import UNANSWERED


def start_clock(*, case: Case, code: str, started_at: datetime) -> Clock:
    """Start the clock of that rule, of the edition in force at its start; one that runs already goes on.

    Raises referrals.clocks.NoSuchClock.
    """
    running = Clock.objects.filter(case=case, rule=code, state=Clock.State.RUNNING).first()
    if running is None:
        edition, due_at = _plan(case, code, started_at)
        running = Clock.objects.create(
            case=case, rule=code, edition=edition, started_at=started_at, due_at=due_at
        )
        keep_due(case)
    return running


def meet_clock(*, case: Case, code: str, at: datetime) -> None:
    """What the clock asked for has happened: met in time or missed. Nothing where none runs."""
    for clock in Clock.objects.filter(case=case, rule=code, state=Clock.State.RUNNING):
        clock.state = Clock.State.MET if at <= clock.due_at else Clock.State.MISSED
        clock.ended_at = at
        clock.save(update_fields=["state", "ended_at"])
    keep_due(case)


def stop_clocks(*, case: Case, at: datetime, codes: tuple[str, ...] = ()) -> None:
    """Clocks of the case that are no longer needed (all of them unless named) stop, neither met nor missed.

    With all of them, so do its open prompts.
    """
    running = Clock.objects.filter(case=case, state=Clock.State.RUNNING)
    if codes:
        running = running.filter(rule__in=codes)
    else:
        Prompt.objects.filter(case=case, state=Prompt.State.OPEN).update(
            state=Prompt.State.STOPPED, ended_at=at
        )
    running.update(state=Clock.State.STOPPED, ended_at=at)
    keep_due(case)


def take_up_clocks(*, case: Case, stopped_at: datetime) -> None:
    """What stopped at the end of the case runs on, clocks and prompts, by the time that they had."""
    stopped = {"case": case, "state": "stopped", "ended_at": stopped_at}
    running = Clock.objects.filter(case=case, state=Clock.State.RUNNING).values("rule")
    Clock.objects.filter(**stopped).exclude(rule__in=running).update(state=Clock.State.RUNNING, ended_at=None)
    Prompt.objects.filter(**stopped).update(state=Prompt.State.OPEN, ended_at=None)
    keep_due(case)


def plan_clocks_again(*, case: Case) -> None:
    """After entitlement or risk changed: running clocks get the length that now applies, from their old start."""
    for clock in Clock.objects.filter(case=case, state=Clock.State.RUNNING):
        clock.edition, clock.due_at = _plan(case, clock.rule, clock.started_at)
        clock.save(update_fields=["edition", "due_at"])
    keep_due(case)


def keep_due(case: Case) -> None:
    """Set `case.due_at` to the earliest running clock, open prompt or unanswered referral; to nothing without one."""
    clocks = Clock.objects.filter(case=case, state=Clock.State.RUNNING).values_list("due_at")
    prompts = Prompt.objects.filter(case=case, state=Prompt.State.OPEN).values_list("due_at")
    unanswered = Referral.objects.filter(case=case, status__in=UNANSWERED).values_list("answer_due_at")
    earliest = min((at for (at,) in clocks.union(prompts, unanswered, all=True)), default=None)
    case.due_at = earliest
    case.save(update_fields=["due_at"])


def _plan(case: Case, code: str, started_at: datetime) -> tuple[str, datetime]:
    rule = rule_for(code, started_at, entitlement=case.entitlement, high_risk=case.risk == "high")
    return rule.edition, due(rule, started_at, (), hub_calendar())
