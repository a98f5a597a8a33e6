"""Closing a person's record to all but those who are let in by name, and opening it again.

A restriction is on the person: all their cases, those to come too. The database marks the grants and hides what
hangs on them (access/migrations/0002_restricted_records.py); here is who may do it, and what is told.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.context import acting_as_system, hub_id
from access.models import PersonalGrant, Restriction
from access.roles import Capability
from agencies.queries import hub_practitioners
from messaging.events import Happening, publish
from referrals import scope
from referrals.actions.triage import CaseNotFound, ReasonMissing, TriageRefused, person_of
from referrals.models import Case, Referral
from referrals.queries.restricted import (
    ACCOUNT,
    answers_for,
    in_conflict,
    is_restricted,
    live,
    may_carry,
    owners,
    restricted_cases,
    restricted_record_of,
)
from victims.queries import same_as


class AlreadyRestricted(TriageRefused):
    """The person's record is restricted already."""


class NotRestricted(TriageRefused):
    """The person's record is not restricted: everybody at work in the hub sees it."""


class NotTheirs(TriageRefused):
    """Only whoever answers for a restricted record lets others in, and lifts the restriction."""


class CannotBeLetIn(TriageRefused):
    """That person cannot be given this record. The message does not say more than the asker may know."""


class UntilNotValid(TriageRefused):
    """The end of a personal grant lies in the past."""


@transaction.atomic
def restrict(*, actor: Actor, case_id: UUID, reason: str, words: str, owner_id: UUID) -> Restriction:
    """Close the record of the case's person to everybody but its owner, who lets others in by name.

    reason: of Restriction.Reason; words: why, for those who are let in. owner_id: a supervisor, who answers for
    the record from now on; the actor too sees it no more, unless they are the owner. Cases that others carry are
    taken from them: the owner lets them in and assigns anew.
    Raises NotAllowed, CaseNotFound, ReasonMissing, AlreadyRestricted, CannotBeLetIn.
    """
    actor.require(Capability.RESTRICT)
    now = timezone.now()
    reason = Restriction.Reason(reason).value
    words = _told(words, "Say why the record is to be restricted.")
    person_id, cases = locked_cases_of_person(actor, case_id)
    if is_restricted(case_id=case_id):
        raise AlreadyRestricted("This record is restricted already.")
    if owner_id not in {one.id for one in owners()} or not may_carry(
        person_id=person_id, practitioner_id=owner_id, now=now
    ):
        raise CannotBeLetIn("Choose a supervisor of the hub who is not kept out of this case.")
    take_from(cases, [case.assigned_to for case in cases if case.assigned_to not in (None, owner_id)], now)
    PersonalGrant.objects.bulk_create(
        [_grant(actor, person_id, owner_id, PersonalGrant.Because.OWNER, words, now)]
    )
    restriction = Restriction(
        person_id=person_id,
        reason=reason,
        words=words,
        owner_id=owner_id,
        imposed_by=actor.id,
        imposed_by_name=actor.name,
        imposed_at=now,
    )
    Restriction.objects.bulk_create([restriction])
    publish(*standing("case.restricted", _cases_now(person_id), now, reason=reason))
    return restriction


@transaction.atomic
def lift(*, actor: Actor, case_id: UUID, words: str) -> None:
    """Open the record to the hub again. All personal grants on it end.

    Raises NotAllowed, CaseNotFound, ReasonMissing, NotRestricted, NotTheirs.
    """
    actor.require(Capability.RESTRICT)
    now = timezone.now()
    words = _told(words, "Say why the record need no longer be restricted.")
    of_case, _ = locked_cases_of_person(actor, case_id)
    person_id = restricted_record_of(of_case)
    _must_answer_for(actor, case_id, person_id, now)
    with acting_as_system(ACCOUNT):
        Restriction.objects.filter(person_id=person_id, lifted_at__isnull=True).update(
            lifted_at=now, lifted_by=actor.id, lifted_by_name=actor.name, lifted_words=words
        )
        PersonalGrant.objects.filter(person_id=person_id, ended_at__isnull=True).update(
            ended_at=now, ended_by=actor.id
        )
    with acting_as_system(ACCOUNT):
        theirs = _cases_now(person_id)
        still = restricted_cases(case.id for case in theirs)
    publish(*standing("case.unrestricted", [case for case in theirs if case.id not in still], now))


@transaction.atomic
def give_personal_access(
    *, actor: Actor, case_id: UUID, to: UUID, reason: str, until: datetime | None = None
) -> PersonalGrant:
    """Let one practitioner or supervisor of the hub into a restricted record, until a moment or until it is ended.

    A supervisor who is let in answers for the record as the owner does.
    Raises NotAllowed, CaseNotFound, ReasonMissing, NotRestricted, NotTheirs, CannotBeLetIn, UntilNotValid.
    """
    actor.require(Capability.RESTRICT)
    now = timezone.now()
    reason = _told(reason, "Say what they need it for.")
    if until is not None and until <= now:
        raise UntilNotValid("Choose a day that lies ahead, or none.")
    of_case, cases = locked_cases_of_person(actor, case_id)
    person_id = restricted_record_of(of_case)
    _must_answer_for(actor, case_id, person_id, now)
    known = {person.id for person in hub_practitioners(hub=hub_id())}
    if to not in known or to == actor.id or not _is_outside(person_id, to, now):
        raise CannotBeLetIn("Choose somebody at work in the hub who is not let in already, nor kept out.")
    grant = _grant(actor, person_id, to, PersonalGrant.Because.GIVEN, reason, now, until=until)
    PersonalGrant.objects.bulk_create([grant])
    told: dict[str, object] = {"practitioner": str(to)}
    publish(Happening("case.personal_access_given", at=now, case_id=cases[0].id, data=told))
    return grant


@transaction.atomic
def end_personal_access(*, actor: Actor, case_id: UUID, grant_id: UUID) -> None:
    """End somebody's personal grant, break-glass included, at once. The owner's ends with the restriction alone.

    Raises NotAllowed, CaseNotFound, NotRestricted, NotTheirs, CannotBeLetIn.
    """
    actor.require(Capability.RESTRICT)
    now = timezone.now()
    of_case, cases = locked_cases_of_person(actor, case_id)
    person_id = restricted_record_of(of_case)
    _must_answer_for(actor, case_id, person_id, now)
    with acting_as_system(ACCOUNT):
        held = PersonalGrant.objects.filter(id=grant_id, person_id=person_id, ended_at__isnull=True)
        ended = held.exclude(because=PersonalGrant.Because.OWNER).first()
    if ended is None:
        raise CannotBeLetIn("That grant has ended already, or is the owner's.")
    take_from(cases, [ended.practitioner_id], now)
    with acting_as_system(ACCOUNT):
        PersonalGrant.objects.filter(id=ended.id).update(ended_at=now, ended_by=actor.id)
    told: dict[str, object] = {"practitioner": str(ended.practitioner_id)}
    publish(Happening("case.personal_access_ended", at=now, case_id=cases[0].id, data=told))


@transaction.atomic
def appoint(*, actor: Actor, reference: str, to: UUID, reason: str) -> PersonalGrant:
    """Have a supervisor answer for a restricted record whose owner has left. For operators, by a system account.

    Refused while somebody at work answers for it: they let others in themselves.
    Raises CaseNotFound, ReasonMissing, NotRestricted, NotTheirs, CannotBeLetIn.
    """
    if actor.kind != "system":
        raise NotTheirs("Ask whoever operates the hub.")
    now = timezone.now()
    reason = _told(reason, "Say why the record needs somebody else.")
    case = Case.objects.filter(reference=reference).first()
    if case is None:
        raise CaseNotFound("There is no such case.")
    if not is_restricted(case_id=case.id):
        raise NotRestricted("This record is not restricted.")
    at_work = {one.id for one in owners()}
    record = restricted_record_of(case.person_id)
    answering = PersonalGrant.objects.filter(live(now), person_id=record, practitioner_id__in=at_work)
    if answering.exclude(because=PersonalGrant.Because.BREAK_GLASS).exists():
        raise NotTheirs("Somebody at work answers for this record: ask a supervisor who is let in.")
    if to not in at_work or in_conflict(person_id=case.person_id, practitioner_id=to):
        raise CannotBeLetIn("Choose a supervisor of the hub who is not kept out of this case.")
    grant = _grant(actor, record, to, PersonalGrant.Because.GIVEN, reason, now)
    PersonalGrant.objects.bulk_create([grant])
    told: dict[str, object] = {"practitioner": str(to)}
    publish(Happening("case.personal_access_given", at=now, case_id=case.id, data=told))
    return grant


def locked_cases_of_person(actor: Actor, case_id: UUID) -> tuple[UUID, list[Case]]:
    """The person of the case and all their cases, the newest first, locked with their referrals: also those of
    everybody who is known to be one with them.

    Cases before referrals before grants, as whoever moves them locks. Raises CaseNotFound.
    """
    person_id = person_of(actor, case_id)
    theirs = same_as([person_id])[person_id]
    cases = list(scope.cases(actor).filter(person__in=theirs).select_for_update().order_by("id"))
    asked = scope.referrals(actor).filter(case__in=[case.id for case in cases])
    list(asked.select_for_update(of=("self",)).order_by("id").values_list("id"))
    return person_id, cases[::-1]


def take_from(cases: Iterable[Case], people: Iterable[UUID | None], at: datetime) -> None:
    """Nobody carries these cases any longer who is one of the people. The cases are locked."""
    whose = set(people)
    for case in cases:
        if case.assigned_to is None or case.assigned_to not in whose or case.closed_at is not None:
            continue
        told: dict[str, object] = {
            "from_assignee": str(case.assigned_to),
            "to_assignee": None,
            "status": case.status,
        }
        case.assigned_to = None
        case.save(update_fields=["assigned_to"])
        publish(Happening("case.assigned", at=at, case_id=case.id, data=told))


def standing(topic: str, cases: Iterable[Case], at: datetime, **codes: object) -> list[Happening]:
    """What is told of each of the cases: how it and its referrals stand, for the numbers that leave them out.

    Asked after the mark was set, so that a case which came meanwhile is among them.
    """
    told = list(cases)
    with acting_as_system(ACCOUNT):
        referrals: dict[UUID, list[str]] = {case.id: [] for case in told}
        for one in Referral.objects.filter(case__in=referrals).exclude(status="draft").order_by("id"):
            referrals[one.case_id].append(f"{one.agency_id}|{one.status}")
    return [
        Happening(
            topic,
            at=at,
            case_id=case.id,
            data={
                "assignee": str(case.assigned_to) if case.assigned_to else None,
                "status": case.status,
                "referrals": referrals[case.id],
                **codes,
            },
        )
        for case in told
    ]


def _cases_now(person_id: UUID) -> list[Case]:
    """The cases of everybody known to be one with the person, read after a mark was set, and locked."""
    with acting_as_system(ACCOUNT):
        theirs = same_as([person_id])[person_id]
        return list(Case.objects.filter(person__in=theirs).select_for_update().order_by("id"))


def _must_answer_for(actor: Actor, case_id: UUID, person_id: UUID, now: datetime) -> None:
    if not is_restricted(case_id=case_id):
        raise NotRestricted("This record is not restricted.")
    if not answers_for(actor=actor, person_id=person_id, now=now):
        raise NotTheirs("Ask the owner of the restriction: only they, or whom they let in, decide this.")


def _is_outside(person_id: UUID, practitioner_id: UUID, now: datetime) -> bool:
    """Whether nothing lets the practitioner in yet, and no conflict keeps them out."""
    with acting_as_system(ACCOUNT):
        held = PersonalGrant.objects.filter(live(now), person_id=person_id, practitioner_id=practitioner_id)
        if held.exclude(because=PersonalGrant.Because.BREAK_GLASS).exists():
            return False
    return not in_conflict(person_id=person_id, practitioner_id=practitioner_id)


def _grant(
    actor: Actor,
    person_id: UUID,
    practitioner_id: UUID,
    because: str,
    reason: str,
    now: datetime,
    *,
    until: datetime | None = None,
) -> PersonalGrant:
    return PersonalGrant(
        practitioner_id=practitioner_id,
        person_id=person_id,
        because=because,
        reason=reason,
        given_by=actor.id,
        given_by_name=actor.name,
        given_at=now,
        until=until,
    )


def _told(words: str, wanted: str) -> str:
    words = words.strip()
    if not words:
        raise ReasonMissing(wanted)
    return words[:400]
