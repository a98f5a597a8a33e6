"""Call-backs: when the person is tried again. None is planned for a moment that is not safe, and one that is not safe
any more when its moment comes moves on or waits for somebody to decide.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish, schedule
from referrals.actions.triage import TriageRefused, locked_open_case
from referrals.models import CallBack, Case
from referrals.queries.call_backs import next_safe, safe_at
from referrals.trying import earliest_next
from victims.safe_contact import Answer

DUE = "referrals.call_back_due"


class MomentNotSafe(TriageRefused):
    """The person must not be called at that moment. `again`: the next that is safe, if any."""

    def __init__(self, answer: Answer) -> None:
        self.again = answer.again
        super().__init__(answer.words)


class NoCallBack(TriageRefused):
    """Nothing is planned on that case."""


@transaction.atomic
def plan_call_back(
    *, actor: Actor, case_id: UUID, contact_method_id: UUID, channel: str, at: datetime
) -> CallBack:
    """Plan when the person is called again, in place of what was planned.

    Raises NotAllowed, CaseNotFound, CaseClosed, MomentNotSafe.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    if at <= now:
        raise MomentNotSafe(Answer(False, "Choose a moment that is still to come."))
    answer = safe_at(case=case, contact_method_id=contact_method_id, channel=channel, at=at)
    if not answer.safe:
        raise MomentNotSafe(answer)
    return _plan(actor, case, contact_method_id, channel, CallBack.Why.ASKED, at=at, now=now)


@transaction.atomic
def end_call_back(*, actor: Actor, case_id: UUID) -> None:
    """Take what is planned out of the diary. Raises NotAllowed, CaseNotFound, CaseClosed, NoCallBack."""
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    if not end_planned(case=case, at=now):
        raise NoCallBack("Nothing is planned on this case.")
    publish(Happening("case.call_back_ended", at=now, case_id=case.id))


def plan_next_try(
    *, actor: Actor, case: Case, contact_method_id: UUID, channel: str, at: datetime
) -> CallBack | None:
    """After a try that reached nobody: plan the next at the first safe moment of the hub's hours; None where none is.

    Called by the verb that records the try, with the case locked.
    """
    earliest = earliest_next(at, is_high_risk=case.risk == "high")
    moment = next_safe(case=case, contact_method_id=contact_method_id, channel=channel, after=earliest)
    if moment is None:
        return None
    return _plan(
        actor, case, contact_method_id, channel, CallBack.Why.TRY_AGAIN, at=moment, now=timezone.now()
    )


def end_planned(*, case: Case, at: datetime, state: str = CallBack.State.ENDED) -> bool:
    """What is planned on the case is over: tried, or no longer wanted. Whether there was any."""
    return bool(
        CallBack.objects.filter(case=case, state=CallBack.State.PLANNED).update(state=state, ended_at=at)
    )


def plan_again(*, actor: Actor, case: Case, ended_at: datetime) -> None:
    """What ended with the case is planned again, where its moment is still to come and safe."""
    now = timezone.now()
    ended = CallBack.objects.filter(
        case=case, state=CallBack.State.ENDED, ended_at=ended_at, at__gt=now
    ).first()
    if ended is None or ended.contact_method_id is None:
        return
    method, channel = ended.contact_method_id, ended.channel
    if safe_at(case=case, contact_method_id=method, channel=channel, at=ended.at).safe:
        _plan(actor, case, method, channel, ended.why, at=ended.at, now=now)


@transaction.atomic
def fall_due(*, call_back_id: UUID, at: datetime) -> None:
    """The moment has come. Where it is not safe now, the next that is takes its place; else it is told.

    By the hub's own system. Nothing where it was tried, taken out or moved meanwhile.
    """
    now = timezone.now()
    found = (
        CallBack.objects.select_related("case")
        .select_for_update(of=("self",))
        .filter(id=call_back_id)
        .first()
    )
    if found is None or found.state != CallBack.State.PLANNED or found.at != at:
        return
    case, method = found.case, found.contact_method_id
    answer = safe_at(case=case, contact_method_id=method, channel=found.channel, at=now)
    moment = (
        None
        if answer.safe
        else next_safe(case=case, contact_method_id=method, channel=found.channel, after=now)
    )
    if moment is not None:
        found.at = moment
        found.save(update_fields=["at"])
        _remind(found)
        return
    data: dict[str, object] = {"call_back": str(found.id), "safe": answer.safe}
    if case.assigned_to:
        data["assignee"] = str(case.assigned_to)
    publish(Happening("case.call_back_due", at=now, case_id=case.id, data=data))


def _plan(
    actor: Actor, case: Case, method: UUID, channel: str, why: str, *, at: datetime, now: datetime
) -> CallBack:
    end_planned(case=case, at=now)
    made = CallBack.objects.create(
        case=case,
        contact_method_id=method,
        channel=channel,
        why=why,
        at=at,
        planned_by=actor.id,
        planned_by_name=actor.name,
        planned_at=now,
    )
    _remind(made)
    publish(
        Happening(
            "case.call_back_planned",
            at=now,
            case_id=case.id,
            data={"call_back": str(made.id), "why": str(why)},
        )
    )
    return made


def _remind(call_back: CallBack) -> None:
    moment = call_back.at.isoformat()
    payload = {"call_back": str(call_back.id), "at": moment}
    schedule(DUE, key=f"{call_back.id}:{moment}", payload=payload, at=call_back.at)
