"""What the person says about several agencies at once, on a case: all of it is recorded, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import EllipsisType
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from agencies.queries import agencies_by_id
from messaging.events import publish, schedule
from referrals.actions.clock_verbs import consent_is_answered
from referrals.actions.ground import follow_answer_of_person
from referrals.actions.questions import want_decision
from referrals.actions.triage import CaseClosed, CaseNotFound, TriageRefused, locked_open_case, moved
from referrals.queries.grounds import open_referrals
from victims.actions.consent import ConsentNotValid, record_consent
from victims.models import Consent
from victims.queries import consent_history, current_consents

RUNS_OUT = "referrals.consent_runs_out"
NOTICE = timedelta(days=14)
"""How long before a consent runs out a practitioner is asked to ask the person again."""


@dataclass(frozen=True)
class AgencyAnswer:
    """The person's answer about one agency: given, refused or withdrawn, and what it may be told.

    replaces: answers on linked records of the person that they were told of, and take back with this one.
    """

    agency_id: UUID
    answer: str
    categories: tuple[str, ...] = ()
    replaces: tuple[UUID, ...] = ()


class ConsentRecordedMeanwhile(TriageRefused):
    """Consent was recorded on the case since the actor began. The message says by whom."""


@transaction.atomic
def record_consents(
    *,
    actor: Actor,
    case_id: UUID,
    answers: Sequence[AgencyAnswer],
    how: str,
    expires_at: datetime | None = None,
    after: UUID | EllipsisType | None = ...,
) -> list[Consent]:
    """Record what the person answered about each of the agencies. Work on a new case begins with it.

    What rests on consent follows in the same transaction: a referral that the answer takes the ground from is
    recalled, and what a partner sees narrows to what the answer covers.

    after: the newest consent on the case that the actor saw (None: none), where that matters: refused if
    another was recorded since.
    Raises NotAllowed, ConsentRecordedMeanwhile, victims.actions.consent.ConsentNotValid,
    referrals.actions.triage.CaseNotFound and CaseClosed.
    """
    actor.require(Capability.RECORD_CONSENT)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    newest = next(iter(consent_history(case_id=case.id)), None)
    if after is not ... and newest is not None and newest.id != after:
        raise ConsentRecordedMeanwhile(
            f"While you were working on this, {newest.recorded_by_name} recorded consent for {case.reference}."
            " Look at what stands now, and send yours again if it still holds."
        )
    agencies = agencies_by_id()
    if not answers or any(one.agency_id not in agencies for one in answers):
        raise ConsentNotValid("Choose an answer for at least one agency of the list.")
    made = [
        record_consent(
            actor=actor,
            case_id=case.id,
            person_id=case.person_id,
            agency=agencies[one.agency_id],
            answer=one.answer,
            categories=one.categories,
            how=how,
            expires_at=expires_at,
            replaces=one.replaces,
        )
        for one in answers
    ]
    for one in made:
        if one.expires_at is not None and one.expires_at - NOTICE > now:
            payload = {"case": str(case.id), "consent": str(one.id)}
            schedule(RUNS_OUT, key=str(one.id), payload=payload, at=one.expires_at - NOTICE)
    follow_answer_of_person(actor=actor, case_id=case.id)
    consent_is_answered(case=case, at=now, by=actor.name)
    if case.status == "new":
        told = moved(case, "start_triage", now)
        case.save(update_fields=["status"])
        publish(told)
    return made


@transaction.atomic
def remind_of_consent(*, actor: Actor, case_id: UUID, consent_id: UUID) -> None:
    """A consent runs out soon: where a partner still works by it, a practitioner is asked to ask the person again.

    Nothing is done where it was answered anew since, or nobody works by it. Raises NotAllowed.
    """
    actor.require(Capability.ROUTE)
    now = timezone.now()
    try:
        case = locked_open_case(actor, case_id)
    except (CaseNotFound, CaseClosed):
        return
    held = next((one for one in current_consents(case_id=case.id).values() if one.id == consent_id), None)
    if held is None or held.expires_at is None:
        return
    works_by_it = open_referrals(case_id=case.id, agency_id=held.agency_id)
    if any(one.basis == "consent" for one in works_by_it):
        ends = timezone.localtime(held.expires_at)
        words = f"Consent for {held.agency.name} runs out on {ends:%-d %B %Y}: ask the person again before it does."
        want_decision(case=case, words=words, code="consent_runs_out", at=now)
