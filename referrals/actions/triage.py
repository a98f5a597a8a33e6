"""Triage, as a list of verbs: open, assign, claim the next, change entitlement, finish, take back, suspend,
resume. Reaching the person is in referrals.actions.contact, the end of a case in referrals.actions.closing.

Each locks the case, checks, changes and tells, in one transaction; a refusal raises and leaves nothing half
done. Which move is possible from which status is in referrals.workflow.
"""

import hashlib
from datetime import datetime, timedelta
from types import EllipsisType
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access.actor import Actor
from access.context import hub_id
from access.roles import Capability
from agencies.queries import hub_practitioners
from messaging.events import Happening, publish
from referrals import scope
from referrals.actions.clocks import plan_clocks_again, stop_clocks
from referrals.models import Case
from referrals.queries.readiness import missing_for_routing
from referrals.queries.restricted import may_carry
from referrals.workflow import CASE_STATUSES, END_STATES, OPEN_CASE, next_case_status

PRESENCE = timedelta(minutes=10)


class TriageRefused(Exception):
    """A verb of triage was refused. The message says why, and what to do instead."""


class CaseNotFound(TriageRefused):
    """There is no such case, or the actor may not come to it: the same answer for both."""


class NothingToClaim(TriageRefused):
    """No case that waits for triage is without somebody who carries it."""


class CaseClosed(TriageRefused):
    """The case is closed; nothing more is recorded on it."""


class SomebodyWasFaster(TriageRefused):
    """The case is no longer as the actor saw it. The message says how it is now."""


class NotAPractitioner(TriageRefused):
    """Cases are carried by active practitioners and supervisors of the hub."""


class CannotCarry(TriageRefused):
    """A conflict of interest keeps them out of the case, or it is restricted and they are not let in."""


class ReasonMissing(TriageRefused):
    """This must be given a reason, in words that a colleague understands."""


class EntitlementUnchanged(TriageRefused):
    """The case already has that entitlement."""


class EntitlementChangedMeanwhile(TriageRefused):
    """Somebody changed the entitlement after the actor saw it."""


class TriageNotFinished(TriageRefused):
    """Something that routing needs is missing: `missing` lists it, each as a sentence."""

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing
        super().__init__("Triage cannot be finished yet. " + " ".join(missing))


@transaction.atomic
def open_case(*, actor: Actor, case_id: UUID) -> Case:
    """Show colleagues for ten minutes that the actor has the case open. Never takes it from who had it first.

    Presence only: no status changes, nothing is told, and reading is never blocked.
    Raises NotAllowed, CaseNotFound.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_case(actor, case_id)
    somebody_else = case.opened_by != actor.id and case.open_until is not None and case.open_until > now
    if not somebody_else and case.status in OPEN_CASE:
        case.opened_by, case.opened_by_name, case.open_until = actor.id, actor.name, now + PRESENCE
        case.save(update_fields=["opened_by", "opened_by_name", "open_until"])
    return case


@transaction.atomic
def assign(
    *, actor: Actor, case_id: UUID, to: UUID | None, instead_of: UUID | EllipsisType | None = ...
) -> Case:
    """Give the case to a practitioner, or to nobody.

    Taking an unassigned case and giving back one's own is part of triage; everything else asks for the
    right to assign. A new case goes into triage with its first assignment.
    instead_of: whom the actor saw it with, where that matters: refused if it has changed since.
    Raises NotAllowed, CaseNotFound, CaseClosed, NotAPractitioner, CannotCarry, SomebodyWasFaster.
    """
    actor.require(Capability.ASSIGN_CASE if to not in (actor.id, None) else Capability.SEE_CASES)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    if case.assigned_to == to:
        return case
    names = {person.id: person.name for person in hub_practitioners(hub=hub_id())}
    if to is not None and to not in names:
        raise NotAPractitioner("Choose somebody who is a practitioner or supervisor of the hub today.")
    if to is not None and not may_carry(person_id=case.person_id, practitioner_id=to, now=now):
        raise CannotCarry(f"{names[to]} cannot carry this case. Choose somebody else.")
    if instead_of is not ... and case.assigned_to != instead_of:
        holder = names.get(case.assigned_to, "somebody else") if case.assigned_to else "nobody"
        raise SomebodyWasFaster(
            f"While you were looking, {case.reference} was assigned to {holder}. Look again before you change that."
        )
    if not actor.can(Capability.ASSIGN_CASE):
        actor.require(Capability.TRIAGE)
        if case.assigned_to not in (None, actor.id):
            holder = names.get(case.assigned_to, "somebody else")
            raise SomebodyWasFaster(
                f"{holder} has taken {case.reference}. Ask them or your supervisor if it should be yours."
            )
    from_assignee, case.assigned_to = case.assigned_to, to
    told = [
        Happening(
            "case.assigned",
            at=now,
            case_id=case.id,
            data={"from_assignee": _code(from_assignee), "to_assignee": _code(to), "status": case.status},
        )
    ]
    if to is not None and case.status == "new":
        told.append(moved(case, "start_triage", now))
    case.save(update_fields=["assigned_to", "status"])
    publish(*told)
    return case


@transaction.atomic
def claim_next(*, actor: Actor) -> Case:
    """Take the case that is due next of those that wait for triage and nobody carries.

    One that a colleague takes at this moment, or has open, is passed over: two who ask at once get two cases.
    Raises NotAllowed, NothingToClaim.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    opened_by_another = Q(open_until__gt=now) & ~Q(opened_by=actor.id)
    case = (
        scope.cases(actor)
        .filter(assigned_to=None, status__in=("new", "triaging"))
        .exclude(opened_by_another)
        .exclude(held_until__gt=now)
        .select_for_update(skip_locked=True)
        .order_by("due_at", "id")
        .first()
    )
    if case is None:
        raise NothingToClaim("Nobody waits who is not assigned or open to a colleague already.")
    return assign(actor=actor, case_id=case.id, to=actor.id)


@transaction.atomic
def change_entitlement(
    *,
    actor: Actor,
    case_id: UUID,
    level: str,
    reason: str,
    seen: str | None = None,
    reason_alone: bool = False,
) -> Case:
    """Set what the person is entitled to under the Victims' Code, with a reason; running clocks follow.

    seen: the entitlement_version that the actor saw, where that matters: refused if it has changed since.
    reason_alone: the level may stand, and the reason be another, as whoever saw both has chosen.
    Raises NotAllowed, CaseNotFound, CaseClosed, ReasonMissing, EntitlementUnchanged, EntitlementChangedMeanwhile.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    reason = reason_given(reason, "Say why the entitlement changes: the person and the next reader may ask.")
    case = locked_open_case(actor, case_id)
    level = Case.Entitlement(level).value
    if seen is not None and seen != entitlement_version(case):
        raise EntitlementChangedMeanwhile("The entitlement was changed while you were writing.")
    if case.entitlement == level and not (reason_alone and case.entitlement_reason != reason):
        raise EntitlementUnchanged(
            f"{case.reference} already has {level} entitlement: {case.entitlement_reason or 'no reason is recorded'}"
        )
    before, case.entitlement = case.entitlement, level
    case.entitlement_reason, case.entitlement_changed_by = reason, actor.name
    case.save(update_fields=["entitlement", "entitlement_reason", "entitlement_changed_by"])
    plan_clocks_again(case=case)
    publish(
        Happening(
            "case.entitlement_changed", at=now, case_id=case.id, data={"from": before, "to": case.entitlement}
        )
    )
    return case


def entitlement_version(case: Case) -> str:
    """Which entitlement and reason somebody saw, to be carried along while they write another."""
    return hashlib.sha256(f"{case.entitlement} {case.entitlement_reason}".encode()).hexdigest()[:16]


@transaction.atomic
def finish_triage(*, actor: Actor, case_id: UUID, no_contact_reason: str = "") -> Case:
    """Say that the case is ready to be routed. Routing follows by itself.

    Wants a contact attempt (or no_contact_reason: why nobody can try), an answer on consent, and the
    assessments that the pathway in force asks for.
    Raises NotAllowed, CaseNotFound, CaseClosed, TriageNotFinished, MoveRefused.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    told = moved(case, "finish_triage", now)
    no_contact_reason = no_contact_reason.strip()
    missing = missing_for_routing(case, no_contact_reason=no_contact_reason)
    if missing:
        raise TriageNotFinished(missing)
    case.no_contact_reason, case.decision_wanted = no_contact_reason, ""
    case.save(update_fields=["status", "no_contact_reason", "decision_wanted"])
    stop_clocks(case=case, at=now, codes=("first_contact",))
    publish(Happening("case.triaged", at=now, case_id=case.id), told)
    return case


@transaction.atomic
def retriage(*, actor: Actor, case_id: UUID) -> Case:
    """Take a case that was triaged or routed back into triage, to add what is wanted and route it again.

    Raises NotAllowed, CaseNotFound, CaseClosed, MoveRefused.
    """
    return _simple_move(actor, case_id, "retriage", Capability.TRIAGE)


@transaction.atomic
def suspend_case(*, actor: Actor, case_id: UUID, reason: str) -> Case:
    """Stop all contact because none is safe; the reason shows as what must be decided.

    Raises NotAllowed, CaseNotFound, CaseClosed, ReasonMissing, MoveRefused.
    """
    reason = reason_given(reason, "Say why contact is not safe.")
    return _simple_move(actor, case_id, "suspend", Capability.TRIAGE, decision_wanted=reason[:200])


@transaction.atomic
def resume_case(*, actor: Actor, case_id: UUID) -> Case:
    """Go on with triage of a suspended case. Raises NotAllowed, CaseNotFound, CaseClosed, MoveRefused."""
    return _simple_move(actor, case_id, "resume", Capability.TRIAGE, decision_wanted="")


def _simple_move(actor: Actor, case_id: UUID, verb: str, capability: Capability, **changes: str) -> Case:
    actor.require(capability)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    told = moved(case, verb, now)
    for name, value in changes.items():
        setattr(case, name, value)
    case.save(update_fields=["status", *changes])
    publish(told)
    return case


def moved(case: Case, verb: str, at: datetime) -> Happening:
    """Set the status that the verb leads to; the caller saves it and tells of it. Raises MoveRefused."""
    before, case.status = case.status, next_case_status(verb, case.status)
    data: dict[str, object] = {
        "from_status": before,
        "to_status": case.status,
        "assignee": _code(case.assigned_to),
    }
    return Happening("case.moved", at=at, case_id=case.id, data=data)


def person_of(actor: Actor, case_id: UUID) -> UUID:
    """The person of a case that the actor may come to. Raises CaseNotFound."""
    person_id = scope.cases(actor).filter(id=case_id).values_list("person_id", flat=True).first()
    if person_id is None:
        raise CaseNotFound("There is no such case.")
    return person_id


def locked_case(actor: Actor, case_id: UUID) -> Case:
    """The case, open or closed, locked for this transaction. Raises CaseNotFound."""
    case = scope.cases(actor).select_for_update().filter(id=case_id).first()
    if case is None:
        raise CaseNotFound("There is no such case.")
    return case


def locked_open_case(actor: Actor, case_id: UUID) -> Case:
    """The case, locked for this transaction. Raises CaseNotFound, CaseClosed."""
    case = locked_case(actor, case_id)
    if case.status not in OPEN_CASE:
        ended = END_STATES.get(case.end_state, CASE_STATUSES[case.status])
        raise CaseClosed(f"{case.reference} was closed: {ended.lower()}. Nothing more can be recorded on it.")
    return case


def reason_given(words: str, wanted: str) -> str:
    """The reason, without what is blank around it. Raises ReasonMissing with what is wanted."""
    words = words.strip()
    if not words:
        raise ReasonMissing(wanted)
    return words


def _code(practitioner: UUID | None) -> str | None:
    return str(practitioner) if practitioner else None
