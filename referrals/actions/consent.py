"""What the person says about several agencies at once, on a case: all of it is recorded, or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import EllipsisType
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from agencies.queries import agencies_by_id
from messaging.events import publish
from referrals.actions.ground import follow_ground
from referrals.actions.triage import TriageRefused, locked_open_case, moved
from victims.actions.consent import ConsentNotValid, record_consent
from victims.models import Consent
from victims.queries import consent_history


@dataclass(frozen=True)
class AgencyAnswer:
    """The person's answer about one agency: given, refused or withdrawn, and what it may be told."""

    agency_id: UUID
    answer: str
    categories: tuple[str, ...] = ()


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
        )
        for one in answers
    ]
    follow_ground(actor=actor, case_id=case.id)
    if case.status == "new":
        told = moved(case, "start_triage", now)
        case.save(update_fields=["status"])
        publish(told)
    return made
