"""Trying to reach the person, and what follows from what came of it. Whether it is safe, victims.safe_contact says."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.actions.call_backs import end_planned, plan_next_try
from referrals.actions.clocks import happened
from referrals.actions.triage import TriageRefused, locked_open_case, moved
from referrals.models import CallBack, Case, ContactAttempt
from referrals.queries.contact import Linked, current_address, is_careful, linked_contact, safe_now
from referrals.queries.readiness import ANSWERED
from referrals.trying import RESULTS, TRY_AGAIN, Try, is_exhausted, practice_on
from victims.actions.safety import mark_unsafe
from victims.models import ContactMethod
from victims.queries import same_as

A_CALL = timedelta(hours=2)
"""How long ago a try may have begun whose result is recorded."""


class ChannelNotSafe(TriageRefused):
    """The person must not be contacted this way now. The message says why, and what is possible instead."""


class ResultDoesNotFit(TriageRefused):
    """That cannot come of an attempt by this channel."""


@transaction.atomic
def record_contact(
    *,
    actor: Actor,
    case_id: UUID,
    contact_method_id: UUID | None,
    channel: str,
    result: str,
    notes: str = "",
    began_at: datetime | None = None,
    despite: str = "",
) -> ContactAttempt:
    """Record one try to reach the person. Refused where the channel was not safe when it began.

    channel: phone, text, email or letter. began_at: when it began, where that is not now. despite: why it was tried
    though it is not safe, a risk to life: asks for the right to do so, and never for a letter.

    Any try meets the clock of the first attempt. A wrong number is marked so. Where unknown is unsafe and
    somebody answers who was not named as one who may, the number is not safe any more and all contact stops until
    somebody decides. Where as much was tried as is tried, a decision is wanted; else, after a call that reached nobody,
    the next is planned at a safe moment. What was planned before is done.
    Raises NotAllowed, CaseNotFound, CaseClosed, ChannelNotSafe, ResultDoesNotFit.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    began = began_at or now
    case = locked_open_case(actor, case_id)
    if result not in RESULTS.get(channel, ()):
        raise ResultDoesNotFit("Choose what came of it from the list for that way of contact.")
    if not now - A_CALL <= began <= now:
        raise ResultDoesNotFit(
            "That try began too long ago. Open the way of contact again and record it there."
        )
    method = _method_of(case, contact_method_id)
    linked = linked_contact(case.person_id)
    address = current_address(case.person_id) if channel == "letter" else None
    answer = safe_now(case=case, method=method, address=address, channel=channel, now=began, linked=linked)
    despite = despite.strip()
    if not answer.safe:
        if not despite or channel == "letter":
            raise ChannelNotSafe(answer.words)
        actor.require(Capability.CONTACT_DESPITE)
    rows = [] if method is None else [method, *_same_number(method, linked)]
    if result == "voicemail" and any(one.rules.get("no_voicemail") for one in rows):
        raise ResultDoesNotFit(
            "A voicemail is not safe on this number. If one was left, tell your supervisor now and record “no answer”"
            " with a note of it."
        )
    attempt = ContactAttempt.objects.create(
        case=case,
        contact_method_id=contact_method_id,
        channel=channel,
        result=result,
        notes=notes,
        despite="" if answer.safe else despite,
        script=practice_on(timezone.localdate(began))["edition"],
        attempted_by=actor.id,
        attempted_by_name=actor.name,
        attempted_at=began,
    )
    happened(case=case, event="contact_attempted", at=began)
    data: dict[str, object] = {"channel": channel, "result": result}
    if attempt.despite:
        data["despite"] = True
    told = [Happening("case.contact_attempted", at=now, case_id=case.id, data=data)]
    if case.status == "new":
        told.append(moved(case, "start_triage", now))
    told += _follow(case, rows, attempt, now)
    case.save(update_fields=["status", "decision_wanted"])
    publish(*told)
    end_planned(case=case, at=now, state=CallBack.State.DONE)
    if result in TRY_AGAIN and channel == "phone" and contact_method_id and not case.decision_wanted:
        plan_next_try(actor=actor, case=case, contact_method_id=contact_method_id, channel=channel, at=began)
    return attempt


def _follow(
    case: Case, rows: Sequence[ContactMethod], attempt: ContactAttempt, now: datetime
) -> list[Happening]:
    """What the result asks for at once; what the case then is, the caller saves."""
    if attempt.result == "wrong_number":
        for row in rows:
            mark_unsafe(case_id=case.id, contact_method_id=row.id, at=now, is_wrong_number=True)
    if attempt.result == "somebody_else" and is_careful(case) and not any(_may_answer(row) for row in rows):
        for row in rows:
            mark_unsafe(case_id=case.id, contact_method_id=row.id, at=now)
        case.decision_wanted = "Somebody else answered. Decide how the person can be reached safely."
        told = [_decision(case, "somebody_else", now)]
        return told if case.status == "suspended" else [moved(case, "suspend", now), *told]
    if is_tried_enough(case) and attempt.result not in ANSWERED and not case.decision_wanted:
        case.decision_wanted = "Not reached in as many tries as are made. Close the case, or try another way."
        return [_decision(case, "not_reached", now)]
    return []


def is_tried_enough(case: Case) -> bool:
    """Whether the case may end as not reached."""
    tries = [Try(*one) for one in case.contact_attempts.values_list("attempted_at", "result")]
    return is_exhausted(tries, entitlement=case.entitlement, on=timezone.localdate())


def _same_number(method: ContactMethod, linked: Linked) -> list[ContactMethod]:
    """The same number as other records of the person have it."""
    return [one for one in linked.methods if one.value == method.value and one.id != method.id]


def _may_answer(method: ContactMethod) -> bool:
    return bool((method.care or {}).get("may_answer"))


def _decision(case: Case, code: str, at: datetime) -> Happening:
    return Happening("case.decision_wanted", at=at, case_id=case.id, data={"code": code})


def _method_of(case: Case, contact_method_id: UUID | None) -> ContactMethod | None:
    """The number or address of the person, or of one of their other records. Raises ResultDoesNotFit."""
    if contact_method_id is None:
        return None
    theirs = same_as([case.person_id])[case.person_id]
    method = ContactMethod.objects.filter(id=contact_method_id, person_id__in=theirs).first()
    if method is None:
        raise ResultDoesNotFit("That number or address is no longer on the record. Choose one that is.")
    return method
