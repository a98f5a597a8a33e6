"""Conflicts of interest: whoever has one is kept out of the person's record by no matter which role or grant."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.context import acting_as_system, hub_id
from access.models import Conflict, PersonalGrant
from access.roles import Capability
from agencies.models import Agency, Practitioner
from messaging.events import Happening, publish
from referrals import scope
from referrals.actions.referral import ReferralNotFound, recall
from referrals.actions.restriction import locked_cases_of_person, take_from
from referrals.actions.triage import ReasonMissing, TriageRefused
from referrals.grounds import CONFLICT, LOST
from referrals.models import Case, Referral
from referrals.queries.restricted import ACCOUNT, agencies_in_conflict, live, owners, restricted_record_of
from referrals.workflow import OPEN
from victims.models import Relationship
from victims.queries import same_as

EMPLOYS_ACCUSED = "An alleged perpetrator works there, as the case records."


class ConflictNotValid(TriageRefused):
    """There is nobody like that who could be in conflict. The message says what to change."""


class ConflictStands(TriageRefused):
    """It is declared already."""


class ConflictNotFound(TriageRefused):
    """There is no such conflict, or the actor may not come to it."""


class AccusedNotFound(TriageRefused):
    """There is no such alleged perpetrator on the case, or the actor may not come to it."""


class NobodyLeftToAnswer(TriageRefused):
    """Somebody must answer for a restricted record: its last supervisor cannot leave it so."""


@transaction.atomic
def declare_conflict(
    *,
    actor: Actor,
    case_id: UUID,
    why: str,
    words: str,
    practitioner_id: UUID | None = None,
    agency_id: UUID | None = None,
) -> Conflict:
    """Keep a practitioner, or an agency with all its people and systems, out of the person's record.

    practitioner_id, agency_id: who; neither is the actor themselves. why: of Conflict.Why, with words. They see
    nothing of the person from now on, carry none of their cases, and get no referral; open ones are recalled.
    Raises NotAllowed, CaseNotFound, ReasonMissing, ConflictNotValid, ConflictStands, NobodyLeftToAnswer.
    """
    of_self = agency_id is None and practitioner_id in (None, actor.id)
    actor.require(Capability.DECLARE_CONFLICT if of_self else Capability.RESTRICT)
    now = timezone.now()
    why, words = Conflict.Why(why).value, words.strip()
    if not words:
        raise ReasonMissing("Say in a sentence what the conflict is.")
    if agency_id is None:
        practitioner_id = practitioner_id or actor.id
    person_id, cases = locked_cases_of_person(actor, case_id)
    _check(person_id, practitioner_id, agency_id, now)
    if practitioner_id is not None:
        take_from(cases, [practitioner_id], now)
    told: dict[str, object] = {"why": why}
    told |= {"agency": str(agency_id)} if agency_id else {"practitioner": str(practitioner_id)}
    publish(Happening("case.conflict_declared", at=now, case_id=case_id, data=told))
    if agency_id is not None:
        recall_from(agency_id, person_id)
    return _declare(actor, person_id, why, words, now, practitioner_id=practitioner_id, agency_id=agency_id)


@transaction.atomic
def record_employer(*, actor: Actor, case_id: UUID, accused_id: UUID, agency_id: UUID | None) -> Relationship:
    """Record for which agency here an alleged perpetrator works: that agency is kept out from that moment.

    What is a fact of the incident needs no supervisor; to let the agency back in does (end_conflict), so that None
    (for none of them) only corrects the record. Raises NotAllowed, CaseNotFound, AccusedNotFound, ConflictNotValid.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    person_id, _ = locked_cases_of_person(actor, case_id)
    accused = Relationship.objects.select_for_update().filter(id=accused_id, case_id=case_id).first()
    if accused is None:
        raise AccusedNotFound("There is no such person on this case.")
    if agency_id == hub_id():
        raise ConflictNotValid(
            "The hub cannot be kept out of its own case: have a supervisor restrict the record, and declare the"
            " conflict of whoever works with them."
        )
    agency = Agency.objects.filter(id=agency_id).first() if agency_id else None
    if agency_id and agency is None:
        raise ConflictNotValid("Choose an agency of the list.")
    if accused.employer_id != agency_id:
        accused.employer = agency
        accused.save(update_fields=["employer"])
    if agency is not None and agency.id not in agencies_in_conflict(person_id=person_id):
        why = Conflict.Why.ALLEGED_PERPETRATOR.value
        told: dict[str, object] = {"why": why, "agency": str(agency.id)}
        publish(Happening("case.conflict_declared", at=now, case_id=case_id, data=told))
        recall_from(agency.id, person_id)
        _declare(actor, person_id, why, EMPLOYS_ACCUSED, now, agency_id=agency.id)
    return accused


@transaction.atomic
def declare_own_conflict(*, actor: Actor, referral_id: UUID, why: str, words: str) -> Conflict:
    """A partner's practitioner keeps themselves out of a person whom a referral names; their colleagues go on.

    Raises NotAllowed, ReferralNotFound (also where the referral has ended and shows nobody), ReasonMissing.
    """
    actor.require(Capability.DECLARE_CONFLICT)
    now = timezone.now()
    why, words = Conflict.Why(why).value, words.strip()
    if not words:
        raise ReasonMissing("Say in a sentence what the conflict is.")
    case_id = scope.referrals(actor).filter(id=referral_id).values_list("case_id", flat=True).first()
    shown = Case.objects.filter(id=case_id).values_list("person_id", flat=True).first() if case_id else None
    if case_id is None or shown is None:
        raise ReferralNotFound("There is no such referral.")
    with acting_as_system(ACCOUNT):  # cases before marks, as whoever restricts locks
        list(Case.objects.filter(person_id=shown).select_for_update().order_by("id").values_list("id"))
    told: dict[str, object] = {"why": why, "practitioner": str(actor.id)}
    publish(Happening("case.conflict_declared", at=now, case_id=case_id, data=told))
    return _declare(actor, shown, why, words, now, practitioner_id=actor.id)


@transaction.atomic
def end_conflict(*, actor: Actor, case_id: UUID, conflict_id: UUID, words: str) -> None:
    """Let somebody back who was kept out, on a supervisor's word. Nothing that was recalled is sent again by itself.

    Raises NotAllowed, CaseNotFound, ReasonMissing, ConflictNotFound.
    """
    actor.require(Capability.RESTRICT)
    now = timezone.now()
    if not words.strip():
        raise ReasonMissing("Say why there is no conflict any longer.")
    person_id, _ = locked_cases_of_person(actor, case_id)
    with acting_as_system(ACCOUNT):
        theirs = same_as([person_id])[person_id]
        ended = Conflict.objects.filter(id=conflict_id, person_id__in=theirs, ended_at__isnull=True).update(
            ended_at=now, ended_by=actor.id, ended_words=words.strip()[:400]
        )
    if not ended:
        raise ConflictNotFound("There is no such conflict, or it has been ended.")
    publish(Happening("case.conflict_ended", at=now, case_id=case_id))


def _declare(
    actor: Actor,
    person_id: UUID,
    why: str,
    words: str,
    now: datetime,
    *,
    practitioner_id: UUID | None = None,
    agency_id: UUID | None = None,
) -> Conflict:
    conflict = Conflict(
        person_id=person_id,
        practitioner_id=practitioner_id,
        agency_id=agency_id,
        why=why,
        words=words[:400],
        declared_by=actor.id,
        declared_by_name=actor.name,
        declared_at=now,
    )
    Conflict.objects.bulk_create([conflict])
    return conflict


def _check(person_id: UUID, practitioner_id: UUID | None, agency_id: UUID | None, now: datetime) -> None:
    people = Practitioner.objects.filter(id__in=[practitioner_id] if practitioner_id else [])
    agencies = Agency.objects.filter(id__in=[agency_id] if agency_id else []).exclude(id=hub_id())
    if not people.exists() and not agencies.exists():
        raise ConflictNotValid(
            "Choose somebody of the list. The hub itself cannot be kept out of its own case."
        )
    with acting_as_system(ACCOUNT):
        standing = Conflict.objects.filter(person_id=person_id, ended_at__isnull=True)
        if (practitioner_id, agency_id) in standing.values_list("practitioner_id", "agency_id"):
            raise ConflictStands("This conflict is declared already.")
        record = restricted_record_of(person_id)
        answering = PersonalGrant.objects.filter(live(now), person_id=record).exclude(
            because=PersonalGrant.Because.BREAK_GLASS
        )
        by_holder = dict(answering.values_list("practitioner_id", "because"))
    left = (by_holder.keys() - {practitioner_id}) & {one.id for one in owners()}
    if practitioner_id and by_holder.get(practitioner_id) == PersonalGrant.Because.OWNER and not left:
        raise NobodyLeftToAnswer(
            "This restricted record has no other supervisor: let one in first, then declare the conflict."
        )


def recall_from(agency_id: UUID, person_id: UUID) -> int:
    """Take back what the agency has of the person, and of whoever is known to be one with them. How many."""
    theirs = same_as([person_id])[person_id]
    with acting_as_system(ACCOUNT) as system:
        held = Referral.objects.filter(agency_id=agency_id, case__person__in=theirs, status__in=OPEN)
        for referral in (open_ones := list(held.order_by("id"))):
            recall(
                actor=system, referral_id=referral.id, reason_code=CONFLICT, reason_words=f"{LOST[CONFLICT]}."
            )
    return len(open_ones)
