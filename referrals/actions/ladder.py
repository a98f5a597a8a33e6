"""The ladder of a clock: who is told before its time is over, when it is, and after. Each step is taken once."""

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import publish
from referrals.actions.clocks import next_rung_at, rule_of, told
from referrals.clocks import NoSuchClock
from referrals.models import Clock
from referrals.queries.calendar import hub_calendar
from referrals.queries.clock_rules import clock_rules

AT_ONCE = 200


def climb_all(*, actor: Actor) -> int:
    """Take every step that is due, some clocks at a time, each lot in a transaction; how many clocks had one.

    Everything overdue is taken, however long nobody looked. Raises NotAllowed.
    """
    climbed = 0
    while some := climb_some(actor=actor):
        climbed += some
    return climbed


@transaction.atomic
def climb_some(*, actor: Actor) -> int:
    """Take the steps that are due of the next AT_ONCE clocks; one that somebody moves at this moment waits."""
    actor.require(Capability.WATCH_CLOCKS)
    now, rules, calendar = timezone.now(), clock_rules(), hub_calendar()
    due = Clock.objects.filter(state=Clock.State.RUNNING, next_rung_at__lte=now).select_related("case")
    clocks = list(
        due.select_for_update(of=("self",), skip_locked=True).order_by("next_rung_at", "id")[:AT_ONCE]
    )
    happenings = []
    for clock in clocks:
        try:
            rule = rule_of(clock, clock.case, rules)
        except NoSuchClock:
            clock.next_rung_at = None
            continue
        for rung in rule.ladder[clock.rungs :]:
            if rung.at(clock.due_at, calendar) > now:
                break
            clock.rungs += 1
            happenings.append(told(clock, rung, now))
        clock.next_rung_at = next_rung_at(rule, clock)
    publish(*happenings)
    Clock.objects.bulk_update(clocks, ["rungs", "next_rung_at"])
    return len(clocks)
