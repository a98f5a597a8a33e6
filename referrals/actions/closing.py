"""The end of a case: closing it in one of the end states, and opening it again within a while."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.actions.call_backs import end_planned, plan_again
from referrals.actions.clocks import stop_clocks, take_up_clocks
from referrals.actions.referral import recall
from referrals.actions.triage import TriageRefused, locked_case, locked_open_case, moved, reason_given
from referrals.actions.waiting import stop_waiting
from referrals.end_states import missing
from referrals.models import Case
from referrals.queries.ending import ending_of
from referrals.queries.grounds import open_referrals
from referrals.workflow import END_STATES

OF_THE_END = (
    "status",
    "closed_at",
    "closed_from",
    "end_state",
    "closing_reason",
    "closing_without",
    "decision_wanted",
)
RISK_PROMPTS = ("same_day_risk", "children_social_care")


ERASED = "ERASED-"


class UnknownEndState(TriageRefused):
    """A case ends in one of the end states that referrals.workflow lists."""


class EndStateWants(TriageRefused):
    """What the end state wants has not been done, and nobody said why not: `missing` lists it in words."""

    def __init__(self, wanted: list[str]) -> None:
        self.missing = wanted
        super().__init__(
            f"This end wants {' and '.join(wanted)}. Record it first, or say why the case ends without it."
        )


class RiskPromptOpen(TriageRefused):
    """An answer prompted a talk about safety, and nobody has recorded what was done."""


class ReferralsStillOpen(TriageRefused):
    """Partners still work on the case: recall their referrals or wait for their answers first."""


class TooLateToReopen(TriageRefused):
    """The case was closed too long ago: what follows is a new case."""


class AnotherCaseOpen(TriageRefused):
    """The person has another case that is open: the work goes on there."""


@transaction.atomic
def close_case(
    *,
    actor: Actor,
    case_id: UUID,
    end_state: str,
    reason: str,
    without: str = "",
    recalls: Mapping[UUID, str] | None = None,
) -> Case:
    """End the case in one of the end states, with a reason. Clocks, prompts and call-backs stop.

    without: why it ends though something that the end state wants (referrals.end_states) is missing. recalls: of
    referrals that are still open, each with the reason for which it is taken back in the same act.
    Raises NotAllowed, CaseNotFound, CaseClosed, UnknownEndState, ReasonMissing, EndStateWants, ReferralsStillOpen,
    RiskPromptOpen, MoveRefused.
    """
    actor.require(Capability.CLOSE_CASE)
    now = timezone.now()
    if end_state not in END_STATES:
        raise UnknownEndState("Choose how the case ended from the list.")
    reason = reason_given(reason, "Say in a sentence why the case is closed.")
    case = locked_open_case(actor, case_id)
    if case.prompts.filter(kind__in=RISK_PROMPTS, state="open").exists():
        raise RiskPromptOpen("Record first what was done about the risk prompt on this case, then close it.")
    wanted = missing(end_state, ending_of(case, now=now))
    without = without.strip() if wanted else ""
    if wanted and not without:
        raise EndStateWants(wanted)
    _take_back(actor, case, recalls or {})
    before, told = case.status, moved(case, "close", now)
    case.closed_at, case.closed_from, case.end_state = now, before, end_state
    case.closing_reason, case.closing_without = reason, without
    case.decision_wanted, case.open_until = "", None
    case.save(update_fields=[*OF_THE_END, "open_until"])
    stop_clocks(case=case, at=now)
    stop_waiting(case=case)
    end_planned(case=case, at=now)
    closed: dict[str, object] = {"end_state": end_state, "entitlement": case.entitlement}
    if without:
        closed["without"] = True
    publish(Happening("case.closed", at=now, case_id=case.id, data=closed), told)
    return case


def _take_back(actor: Actor, case: Case, recalls: Mapping[UUID, str]) -> None:
    still_open = [one.id for one in open_referrals(case_id=case.id)]
    left = [referral for referral in still_open if not recalls.get(referral, "").strip()]
    if left:
        raise ReferralsStillOpen(
            f"{len(left)} {'referral is' if len(left) == 1 else 'referrals are'} still open with partners."
            " Recall them here, each with the reason, or wait for their answers."
        )
    for referral in still_open:
        recall(actor=actor, referral_id=referral, reason_words=recalls[referral])


@transaction.atomic
def reopen_case(*, actor: Actor, case_id: UUID, reason: str) -> Case:
    """Open a case again that was closed within REOPEN_WITHIN_DAYS, with the reason.

    It goes back into triage, or stays suspended where it was. What closing ended goes on: clocks and prompts with the
    time that they had, and a call-back that is still to come and safe. What was recalled and what was to be done as a
    task stay ended. The time for which the record is kept begins anew with the next closing.
    Raises NotAllowed, CaseNotFound, ReasonMissing, TooLateToReopen, AnotherCaseOpen, MoveRefused.
    """
    actor.require(Capability.CLOSE_CASE)
    now = timezone.now()
    reason = reason_given(reason, "Say in a sentence why the case is opened again.")
    case = locked_case(actor, case_id)
    told = [moved(case, "reopen", now)]
    closed_at, ended = case.closed_at or now, case.end_state
    if closed_at < reopens_from(now) or case.reference.startswith(ERASED):
        raise TooLateToReopen(
            f"{case.reference} was closed more than {settings.REOPEN_WITHIN_DAYS} days ago. Take what is new as a new"
            " referral: the person’s earlier case is found by itself."
        )
    if Case.objects.filter(person=case.person_id, closed_at__isnull=True).exists():
        raise AnotherCaseOpen("The person has another case that is open. Go on with the work there.")
    if case.closed_from == "suspended":
        told.append(moved(case, "suspend", now))
        case.decision_wanted = (
            "It was suspended as unsafe when it was closed. Decide how contact can be safe."
        )
    case.closed_at, case.closed_from, case.end_state = None, "", ""
    case.closing_reason, case.closing_without = "", ""
    case.reopened_at, case.reopened_by_name, case.reopening_reason = now, actor.name, reason
    case.save(update_fields=[*OF_THE_END, "reopened_at", "reopened_by_name", "reopening_reason"])
    take_up_clocks(case=case, stopped_at=closed_at)
    plan_again(actor=actor, case=case, ended_at=closed_at)
    day = timezone.localdate(closed_at).isoformat()
    data: dict[str, object] = {"end_state": ended, "closed_on": day}
    publish(Happening("case.reopened", at=now, case_id=case.id, data=data), *told)
    return case


def reopens_from(now: datetime) -> datetime:
    """Cases that were closed since then may be opened again."""
    return now - timedelta(days=settings.REOPEN_WITHIN_DAYS)
