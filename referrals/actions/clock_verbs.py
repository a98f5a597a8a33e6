"""What people do with clocks: record what happened, pause and go on, stop one that is not needed, say why one was
missed. Each locks the case, checks, changes and tells in one transaction; a refusal raises.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.actions.clocks import LIVE, happened, keep_due, plan, rule_of
from referrals.actions.triage import TriageRefused, locked_case, locked_open_case
from referrals.clock_rules import BREACH_REASONS, PAUSE_REASONS, STOP_REASONS, to_record
from referrals.clocks import NoSuchClock
from referrals.models import Case, Clock, ClockPause, Development
from referrals.queries.clock_rules import clock_rules


class ClockNotFound(TriageRefused):
    """There is no such clock on the case."""


class CannotBeRecorded(TriageRefused):
    """What happened cannot be recorded so. The message says why."""


class CannotStandStill(TriageRefused):
    """The clock cannot be paused so, or does not stand still. The message says why."""


class ClockEnded(TriageRefused):
    """The clock has ended: nothing more is to be done with it."""


class NotMissed(TriageRefused):
    """A reason is given for a clock that is overdue or was missed."""


@transaction.atomic
def record_development(
    *, actor: Actor, case_id: UUID, event: str, happened_at: datetime, known_at: datetime | None = None
) -> Development:
    """Record that something happened, by which clocks start and end; it may lie back.

    event: of referrals.clock_rules.to_record, with its detail ("key_development:charge"); known_at: when the hub heard
    of it, now where nothing is said. Raises NotAllowed, CaseNotFound, CaseClosed, CannotBeRecorded.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    known_at = known_at or now
    if event not in to_record():
        raise CannotBeRecorded("Choose what happened from the list.")
    if not happened_at <= known_at <= now:
        raise CannotBeRecorded("It cannot be known before it happened, nor happen in the time to come.")
    code, _, detail = event.partition(":")
    made = Development(
        case=case,
        event=code,
        detail=detail,
        happened_at=happened_at,
        known_at=known_at,
        recorded_by=actor.id,
        recorded_by_name=actor.name,
        recorded_at=now,
    )
    Development.objects.bulk_create([made])
    happened(case=case, event=code, at=happened_at, known_at=known_at)
    publish(
        Happening(
            "case.development_recorded", at=now, case_id=case.id, data={"event": code, "detail": detail}
        )
    )
    return made


@transaction.atomic
def pause_clock(
    *, actor: Actor, case_id: UUID, clock_id: UUID, reason: str, since: datetime | None = None
) -> ClockPause:
    """Let the clock stand still, for one of the reasons that its rule allows; since when, now where nothing is said.

    Raises NotAllowed, CaseNotFound, CaseClosed, ClockNotFound, ClockEnded, CannotStandStill.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    clock = _live(case, clock_id)
    since = since or now
    if clock.state == Clock.State.PAUSED:
        raise CannotStandStill("It stands still already.")
    if reason not in pauses_allowed(clock, case):
        raise CannotStandStill("This clock may not stand still for that reason: its rule does not allow it.")
    if not clock.started_at <= since <= now:
        raise CannotStandStill(
            "It can stand still from its start at the earliest, and from now at the latest."
        )
    if since > clock.due_at:
        raise CannotStandStill("Its time was over by then: it was missed. Say why instead.")
    if clock.pauses.filter(ended_at__gt=since).exists():
        raise CannotStandStill("It stood still then already: choose a later time.")
    pause = ClockPause.objects.create(
        case=case, clock=clock, reason=reason, started_at=since, begun_by_name=actor.name, recorded_at=now
    )
    clock.state, clock.next_rung_at = Clock.State.PAUSED, None
    clock.save(update_fields=["state", "next_rung_at"])
    keep_due(case)
    publish(_told("clock.paused", clock, now, reason=reason))
    return pause


@transaction.atomic
def resume_clock(*, actor: Actor, case_id: UUID, clock_id: UUID, at: datetime | None = None) -> Clock:
    """Let the clock go on, now or since a moment that lies back: the time that it stood still is added.

    Raises NotAllowed, CaseNotFound, CaseClosed, ClockNotFound, CannotStandStill.
    """
    actor.require(Capability.TRIAGE)
    case = locked_open_case(actor, case_id)
    clock = _live(case, clock_id)
    if not go_on(clock=clock, case=case, at=at or timezone.now(), by=actor.name):
        raise CannotStandStill("It does not stand still, or stood still only later than that.")
    keep_due(case)
    return clock


def go_on(*, clock: Clock, case: Case, at: datetime, by: str) -> bool:
    """End the pause that stands, in the transaction of a verb; whether there was one to end at that moment."""
    now = timezone.now()
    pause = clock.pauses.filter(ended_at=None, started_at__lte=at).first() if at <= now else None
    if pause is None:
        return False
    pause.ended_at, pause.ended_by_name = at, by
    pause.save(update_fields=["ended_at", "ended_by_name"])
    clock.state = Clock.State.RUNNING
    plan(clock, case, clock_rules())
    clock.save(update_fields=["state", "edition", "due_at", "next_rung_at"])
    publish(_told("clock.resumed", clock, now, reason=pause.reason))
    return True


def consent_is_answered(*, case: Case, at: datetime, by: str) -> None:
    """Consent was recorded: whatever waited for it goes on."""
    waiting = Clock.objects.filter(
        case=case, state=Clock.State.PAUSED, pauses__reason="awaiting_consent", pauses__ended_at=None
    )
    went_on = [go_on(clock=clock, case=case, at=at, by=by) for clock in waiting]
    if went_on:
        keep_due(case)


@transaction.atomic
def stop_clock(*, actor: Actor, case_id: UUID, clock_id: UUID, because: str) -> Clock:
    """Stop a clock that is not needed, for one of STOP_REASONS; it counts as neither met nor missed.

    Raises NotAllowed, CaseNotFound, CaseClosed, ClockNotFound, ClockEnded, ReasonMissing.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    clock = _live(case, clock_id)
    if clock.referral_id is not None:
        raise CannotStandStill("It is a partner’s answer: recall the referral instead.")
    if because not in STOP_REASONS:
        raise CannotBeRecorded("Choose from the list why it is not needed.")
    clock.pauses.filter(ended_at=None).update(ended_at=now, ended_by_name=actor.name)
    clock.state, clock.ended_at, clock.next_rung_at = Clock.State.STOPPED, now, None
    clock.stopped_because = because
    _explained(clock, actor, now)
    clock.save()
    keep_due(case)
    publish(_told("clock.stopped", clock, now, reason=because))
    return clock


@transaction.atomic
def explain_breach(*, actor: Actor, case_id: UUID, clock_id: UUID, because: str) -> Clock:
    """Say why a clock was missed, or is overdue: one of BREACH_REASONS. Said again, the last word counts.

    A closed case may still be explained. Raises NotAllowed, CaseNotFound, ClockNotFound, NotMissed, CannotBeRecorded.
    """
    actor.require(Capability.SEE_CASES)
    now = timezone.now()
    case = locked_case(actor, case_id)
    clock = _found(case, clock_id)
    overdue = clock.state == Clock.State.RUNNING and clock.due_at < now
    if clock.state != Clock.State.MISSED and not overdue:
        raise NotMissed("It is not overdue and was not missed.")
    if because not in BREACH_REASONS:
        raise CannotBeRecorded("Choose from the list why it was missed.")
    clock.missed_because = because
    _explained(clock, actor, now)
    clock.save()
    publish(_told("clock.explained", clock, now, reason=because))
    return clock


def pauses_allowed(clock: Clock, case: Case) -> dict[str, str]:
    """The reasons for which this clock may stand still, code to words."""
    try:
        allowed = rule_of(clock, case, clock_rules()).pauses_on
    except NoSuchClock:
        return {}
    return {code: PAUSE_REASONS[code] for code in allowed}


def _explained(clock: Clock, actor: Actor, at: datetime) -> None:
    clock.explained_by, clock.explained_by_name, clock.explained_at = actor.id, actor.name, at


def _found(case: Case, clock_id: UUID) -> Clock:
    clock = Clock.objects.select_for_update().filter(case=case, id=clock_id).first()
    if clock is None:
        raise ClockNotFound("There is no such clock on this case.")
    return clock


def _live(case: Case, clock_id: UUID) -> Clock:
    clock = _found(case, clock_id)
    if clock.state not in LIVE:
        raise ClockEnded(f"This clock has ended: {clock.get_state_display()}.")
    return clock


def _told(topic: str, clock: Clock, at: datetime, **codes: object) -> Happening:
    data = {"clock": str(clock.id), "rule": clock.rule, **codes}
    return Happening(topic, at=at, case_id=clock.case_id, data=data)
