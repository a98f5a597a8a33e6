"""Putting a case on hold until a moment, for a reason. It leaves the queues, and comes back by itself.

Clocks go on: what the hub owes by then is still owed, and the hold says nothing to anybody outside.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish, schedule
from referrals.actions.closing import RISK_PROMPTS, RiskPromptOpen
from referrals.actions.triage import ReasonMissing, SomebodyWasFaster, TriageRefused, locked_open_case
from referrals.models import Case

HOLD_ENDS = "referrals.hold_ends"
LONGEST_HOLD = timedelta(days=60)


class HoldNotPossible(TriageRefused):
    """The case cannot be put on hold until then; the message says what can be."""


@transaction.atomic
def hold_case(*, actor: Actor, case_id: UUID, reason: str, until: datetime) -> Case:
    """Put the case on hold, or change until when and why it is.

    Whoever carries it may, or anybody while nobody does; whoever may assign cases may with any.
    Raises NotAllowed, CaseNotFound, CaseClosed, ReasonMissing, HoldNotPossible, RiskPromptOpen, SomebodyWasFaster.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    if not reason.strip():
        raise ReasonMissing("Say why the case is on hold, for whoever opens it meanwhile.")
    if not now < until <= now + LONGEST_HOLD:
        raise HoldNotPossible(f"A hold ends in the future, and within {LONGEST_HOLD.days} days.")
    if case.status == "suspended":
        raise HoldNotPossible(f"{case.reference} is suspended as unsafe already: no hold is needed.")
    if not actor.can(Capability.ASSIGN_CASE) and case.assigned_to not in (None, actor.id):
        raise SomebodyWasFaster(
            f"A colleague carries {case.reference}. Ask them, or your supervisor, to hold it."
        )
    if case.prompts.filter(kind__in=RISK_PROMPTS, state="open").exists():
        raise RiskPromptOpen(
            f"An answer in {case.reference} asks for a talk about safety. Record what was done about it first."
        )
    case.held_until, case.held_reason, case.held_by_name = until, reason.strip(), actor.name
    _save(case)
    publish(Happening("case.held", at=now, case_id=case.id, data={"until": until.isoformat()}))
    schedule(HOLD_ENDS, key=f"{case.id}:{until.isoformat()}", payload={"case": str(case.id)}, at=until)
    return case


@transaction.atomic
def take_off_hold(*, actor: Actor, case_id: UUID) -> Case:
    """Bring the case back now. One that is not on hold stays as it is. Raises NotAllowed, CaseNotFound, CaseClosed."""
    actor.require(Capability.TRIAGE)
    case = locked_open_case(actor, case_id)
    if case.held_until is not None:
        _end(case, timezone.now())
    return case


@transaction.atomic
def end_hold(*, case_id: UUID) -> None:
    """The hold's time is over: say so. Nothing where it was ended, or goes on longer. By the hub's own system."""
    now = timezone.now()
    case = Case.objects.select_for_update().filter(id=case_id, held_until__lte=now).first()
    if case is not None:
        _end(case, now)


def _end(case: Case, at: datetime) -> None:
    case.held_until, case.held_reason, case.held_by_name = None, "", ""
    _save(case)
    publish(Happening("case.hold_ended", at=at, case_id=case.id))


def _save(case: Case) -> None:
    case.save(update_fields=["held_until", "held_reason", "held_by_name"])
