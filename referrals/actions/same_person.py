"""What follows when two people are known to be one, and when that is undone: for all their cases, at once.

The link itself, and who is one with whom, are the floor below's (victims.actions.links). Here consents, conflicts,
restriction and entitlement are followed case by case, so that a partner, a queue and a number are right before the
page answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access.actor import Actor
from access.context import acting_as_system
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.actions.clocks import plan_clocks_again
from referrals.actions.conflicts import recall_from
from referrals.actions.ground import follow_ground
from referrals.actions.restriction import standing, take_from
from referrals.actions.triage import ReasonMissing, person_of
from referrals.models import Case, Referral
from referrals.queries.repeats import repeats_by_person
from referrals.queries.restricted import agencies_in_conflict, may_carry, restricted_cases
from referrals.queries.same_person import recorded_meanwhile
from victims.actions.links import LinkNotFound, accuse_each_other, part_accused, part_people
from victims.actions.suggestions import SuggestionNotFound, decide_suggestion
from victims.entitlement import ENHANCED, PERSISTENT, STANDARD, propose
from victims.models import PersonLink, SamePersonSuggestion
from victims.queries import same_as
from victims.repeats import Repeats

ACCOUNT = "linking"


@dataclass(frozen=True)
class Followed:
    """What came of an answer. recalled: referrals; left: what is to be looked through after a link was undone."""

    recalled: int = 0
    left: int = 0


@dataclass
class _Together:
    """Everybody whom the change bears on, with their cases, locked; and which of these were restricted before."""

    people: set[UUID]
    cases: list[Case]
    restricted: set[UUID]


@transaction.atomic
def answer_suggestion(*, actor: Actor, case_id: UUID, suggestion_id: UUID, same: bool | None) -> Followed:
    """A practitioner's answer to whether the person of a case and another are the same; None: cannot be told.

    "The same" links the two, and from now on the strictest consent, restriction and conflict and the unsafest way
    of contact count for both: what a partner's referral loses its ground by is recalled. Nothing is moved.
    Raises NotAllowed, CaseNotFound, SuggestionNotFound, SuggestionDecided, victims.actions.links.NeverLinked.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    person_id = person_of(actor, case_id)
    pair = (
        SamePersonSuggestion.objects.filter(Q(person=person_id) | Q(other=person_id), id=suggestion_id)
        .values_list("person_id", "other_id")
        .first()
    )
    if pair is None:
        raise SuggestionNotFound("There is no such suggestion.")
    together = _locked(pair) if same else None
    decide_suggestion(
        actor=actor, suggestion_id=suggestion_id, person_id=person_id, same=same, case_id=case_id
    )
    if together is None:
        return Followed()
    recalled = _follow(together, now)
    link = PersonLink.objects.get(person=max(pair), other=min(pair), ended_at__isnull=True)
    _raise_entitlement(together, link, now)
    _tell_the_other(together, link, "person.linked", case_id, now)
    return Followed(recalled=recalled)


@transaction.atomic
def undo_link(*, actor: Actor, case_id: UUID, link_id: UUID, words: str, different: bool) -> Followed:
    """Part two people who were linked. Each has again what is theirs alone, as it stands.

    What was recorded meanwhile stays with the one on whose record it was written, and is listed for somebody to
    look through. Raises NotAllowed, CaseNotFound, ReasonMissing, LinkNotFound, LinkEnded.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    if not words.strip():
        raise ReasonMissing("Say why they are not to be linked.")
    person_id = person_of(actor, case_id)
    pair = PersonLink.objects.filter(id=link_id).values_list("person_id", "other_id").first()
    if pair is None:
        raise LinkNotFound("There is no such link.")
    together = _locked(pair)
    link = part_people(
        actor=actor, link_id=link_id, person_id=person_id, case_id=case_id, words=words, different=different
    )
    _follow(together, now)
    _put_entitlement_back(together, now)
    _tell_the_other(
        together, link, "person.parted", case_id, now, answer="different" if different else "unsure"
    )
    left = recorded_meanwhile(link=link, now=now)
    if left.many:
        _ask_to_look_through(together, link, now)
    return Followed(left=left.many)


@transaction.atomic
def part_whom_reports_accuse(*, people: Iterable[UUID]) -> None:
    """Where a report that was just taken says that one of linked people has harmed the other, they are two people.

    people: whom the reports are about. For intake, in its own transaction.
    """
    now = timezone.now()
    linked = {one for same in same_as(people).values() if len(same) > 1 for one in same}
    if not linked or not accuse_each_other(linked):
        return
    together = _locked(linked)
    with acting_as_system(ACCOUNT) as system:
        ended = part_accused(actor=system, people=linked)
    _follow(together, now)
    _put_entitlement_back(together, now)
    for link in ended:
        _ask_to_look_through(together, link, now)


def _locked(pair: Iterable[UUID]) -> _Together:
    """Cases before referrals before grants, as whoever moves them locks."""
    people = {one for same in same_as(pair).values() for one in same}
    with acting_as_system(ACCOUNT):
        cases = list(Case.objects.filter(person__in=people).select_for_update().order_by("id"))
        ids = [case.id for case in cases]
        list(Referral.objects.filter(case__in=ids).select_for_update().order_by("id").values_list("id"))
        return _Together(people, cases, restricted_cases(ids))


def _follow(together: _Together, now: datetime) -> int:
    """Grounds, conflicts, who carries what, and the numbers, with who is one now. Returns how many were recalled."""
    recalled = 0
    with acting_as_system(ACCOUNT) as system:
        for case in together.cases:
            if case.closed_at is None:
                recalled += len(follow_ground(actor=system, case_id=case.id))
        for person in together.people:
            for agency in agencies_in_conflict(person_id=person):
                recalled += recall_from(agency, person)
        for case in together.cases:
            case.refresh_from_db()
        now_restricted = restricted_cases(case.id for case in together.cases)
        hidden = [one for one in together.cases if one.id in now_restricted - together.restricted]
        shown = [one for one in together.cases if one.id in together.restricted - now_restricted]
        told = [*standing("case.restricted", hidden, now), *standing("case.unrestricted", shown, now)]
        publish(*told)
        for case in together.cases:
            carrier = case.assigned_to
            if carrier and not may_carry(person_id=case.person_id, practitioner_id=carrier, now=now):
                take_from([case], [carrier], now)
    return recalled


def _raise_entitlement(together: _Together, link: PersonLink, now: datetime) -> None:
    """Who is persistently targeted has enhanced rights, where nobody at work has decided otherwise."""
    with acting_as_system(ACCOUNT):
        counted = repeats_by_person(together.people, until=now)
        for case in together.cases:
            again = counted.get(case.person_id, Repeats())
            proposed = propose(properties=(), flags=(), age=None, incidents_12m=len(again.dates))
            decided = case.closed_at is not None or case.entitlement_changed_by
            if decided or case.entitlement != STANDARD or proposed.level != ENHANCED:
                continue
            link.raised[str(case.id)] = {"before": case.entitlement_reason, "since": proposed.reason}
            _entitle(case, ENHANCED, proposed.reason, now)
        if link.raised:
            link.save(update_fields=["raised"])


def _put_entitlement_back(together: _Together, now: datetime) -> None:
    """What a link raised, and nobody has decided since, is as it was: unless the person is still targeted so often."""
    with acting_as_system(ACCOUNT):
        cases = {str(case.id): case for case in together.cases}
        counted = repeats_by_person(together.people, until=now)
        held = Q(person__in=together.people) | Q(other__in=together.people)
        for link in PersonLink.objects.filter(held).exclude(raised={}).select_for_update().order_by("-id"):
            for case_id, reason in list(link.raised.items()):
                case = cases.get(case_id)
                if case is None:
                    continue
                if len(counted.get(case.person_id, Repeats()).dates) >= PERSISTENT:
                    continue
                untouched = not case.entitlement_changed_by and case.entitlement_reason == reason["since"]
                if untouched and case.closed_at is None:
                    _entitle(case, STANDARD, reason["before"], now)
                del link.raised[case_id]
            link.save(update_fields=["raised"])


def _entitle(case: Case, level: str, reason: str, now: datetime) -> None:
    before, case.entitlement, case.entitlement_reason = case.entitlement, level, reason
    case.save(update_fields=["entitlement", "entitlement_reason"])
    plan_clocks_again(case=case)
    told: dict[str, object] = {"from": before, "to": level}
    publish(Happening("case.entitlement_changed", at=now, case_id=case.id, data=told))


def _tell_the_other(
    together: _Together, link: PersonLink, topic: str, case_id: UUID, now: datetime, **codes: object
) -> None:
    """The timeline of whoever's page it was not says it too, on their newest case."""
    here = next((case.person_id for case in together.cases if case.id == case_id), None)
    pair = (link.person_id, link.other_id)
    told: dict[str, object] = {"person": str(pair[0]), "other": str(pair[1]), "link": str(link.id), **codes}
    with acting_as_system(ACCOUNT):
        for person in pair:
            newest = max((case.id for case in together.cases if case.person_id == person), default=None)
            if newest is not None and person != here:
                publish(Happening(topic, at=now, case_id=newest, data=told))


def _ask_to_look_through(together: _Together, link: PersonLink, now: datetime) -> None:
    words = "Two records were linked as one person and are not any more: look through what was recorded meanwhile."
    with acting_as_system(ACCOUNT):
        for case in together.cases:
            theirs = case.person_id in (link.person_id, link.other_id)
            if not theirs or case.closed_at is not None or case.decision_wanted:
                continue
            case.decision_wanted = words
            case.save(update_fields=["decision_wanted"])
            publish(Happening("case.decision_wanted", at=now, case_id=case.id, data={"code": "link_undone"}))
