"""Case conferences before they meet: calling a meeting, putting a case on its list and taking it off.

A listing tells nobody anything: agencies are shown a case when they are asked about it (referrals.actions.research).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.context import acting_as_system
from access.roles import Capability
from agencies.queries import service_code
from messaging.events import Happening, publish
from referrals import scope
from referrals.actions.questions import want_decision
from referrals.actions.sight import keep_sight
from referrals.actions.triage import TriageRefused, locked_case
from referrals.conference import (
    BEGUN,
    CANCELLED,
    JUDGEMENT,
    MOVES,
    OFF_THE_LIST,
    PLANNED,
    REPEAT,
    ROUTE,
    Kind,
    kind_of,
    kinds_on,
)
from referrals.models import Case, Conference, ConferenceAgency, Listing, Research
from referrals.queries.circumstances import Circumstances
from referrals.queries.conferences import invitable, with_room
from referrals.queries.listing_grounds import accused_of, grounds_of_case, repeat_of
from referrals.queries.restricted import ACCOUNT
from referrals.workflow import OPEN_CASE
from victims.queries import same_as

LONGEST = 400


class ConferenceRefused(TriageRefused):
    """A verb of a conference was refused. The message says why, and what to do instead."""


class ConferenceNotFound(ConferenceRefused):
    """There is no such meeting, or the actor is not invited to it: the same answer for both."""


class NoRoom(ConferenceRefused):
    """The meeting has as many cases as it can hear."""


class ListedAlready(ConferenceRefused):
    """The case is on the list of this meeting."""


@transaction.atomic
def call_meeting(
    *,
    actor: Actor,
    kind: str,
    starts_at: datetime,
    place: str,
    chair_name: str,
    capacity: int | None = None,
    agencies: Collection[UUID] | None = None,
) -> Conference:
    """Call a meeting of a kind, by the edition of its rules in effect today.

    agencies: whom to invite of those whose agreement covers what is told there; None: all of them.
    Raises NotAllowed, ConferenceRefused.
    """
    actor.require(Capability.RUN_CONFERENCE)
    now = timezone.now()
    found = next((one for one in kinds_on(timezone.localdate(now)) if one.code == kind), None)
    if found is None:
        raise ConferenceRefused("Choose one of the kinds of conference.")
    if starts_at <= now:
        raise ConferenceRefused("Choose a time that lies ahead.")
    bound = {agency.id for agency in invitable(found, now=now)}
    invited = bound if agencies is None else set(agencies)
    if not invited <= bound:
        raise ConferenceRefused(
            "Only agencies whose agreement covers this kind of conference can be invited."
        )
    meeting = Conference(
        kind=found.code,
        edition=found.edition,
        starts_at=starts_at,
        place=place.strip()[:200],
        chair_name=chair_name.strip()[:150],
        capacity=capacity or found.capacity,
        slot_minutes=found.slot_minutes,
        # Of a meeting that is called late, half of the time that is left.
        research_due_at=max(starts_at - timedelta(**found.research), now + (starts_at - now) / 2),
        called_by_name=actor.name,
        called_at=now,
    )
    Conference.objects.bulk_create([meeting])
    ConferenceAgency.objects.bulk_create(
        ConferenceAgency(conference=meeting, agency_id=one) for one in sorted(invited)
    )
    data: dict[str, object] = {"conference": str(meeting.id), "kind": found.code}
    publish(Happening("conference.called", at=now, data=data, audience=sorted(invited)))
    return meeting


@transaction.atomic
def cancel_meeting(*, actor: Actor, conference_id: UUID) -> Conference:
    """Cancel a meeting that has not begun: its cases come off the list, and agencies see them no more for it.

    Raises NotAllowed, ConferenceNotFound, ConferenceRefused.
    """
    actor.require(Capability.RUN_CONFERENCE)
    now = timezone.now()
    meeting = locked_meeting(actor, conference_id)
    move(meeting, "cancel")
    meeting.status, meeting.ended_at = CANCELLED, now
    meeting.save(update_fields=["status", "ended_at"])
    with acting_as_system(
        ACCOUNT
    ) as system:  # restricted cases, which the actor may not see, come off as well
        live = Listing.objects.filter(conference=meeting, status=Listing.Status.LISTED)
        for listing in live.select_related("conference").order_by("id"):
            _take_off(system, listing, "The meeting was cancelled.", now)
    invited = list(meeting.invited.values_list("agency_id", flat=True))
    data: dict[str, object] = {"conference": str(meeting.id), "kind": meeting.kind}
    publish(Happening("conference.cancelled", at=now, data=data, audience=invited))
    return meeting


@transaction.atomic
def list_case(*, actor: Actor, case_id: UUID, conference_id: UUID, ground: str, words: str = "") -> Listing:
    """Put a case on the list of a planned meeting.

    ground: of referrals.conference.GROUNDS. Judgement asks for its reasons in words; score, escalation and repeat
    must hold by the rules of the meeting's edition, and are kept with how they stood.
    Raises NotAllowed, CaseNotFound, ConferenceNotFound, ConferenceRefused, NoRoom, ListedAlready.
    """
    actor.require(Capability.LIST_FOR_CONFERENCE)
    now = timezone.now()
    case = locked_case(actor, case_id)
    if case.status not in OPEN_CASE:
        raise ConferenceRefused("The case is closed.")
    meeting = locked_meeting(actor, conference_id)
    if meeting.status != PLANNED:
        raise ConferenceRefused("Only a meeting that is still to come can take another case.")
    kind = kind_of(meeting.kind, meeting.edition)
    holding, again, score = grounds_of_case(case, kind, at=now)
    explained = {one.code: one.words for one in holding}
    if ground == JUDGEMENT:
        explained[JUDGEMENT] = words.strip()
    elif ground == ROUTE and actor.kind == "system":
        explained[ROUTE] = words.strip()
    if ground not in explained:
        raise ConferenceRefused(
            "That rule does not hold for this case now. Choose judgement, with your reasons."
        )
    if not explained[ground]:
        raise ConferenceRefused("Say in a sentence why the case is to be heard.")
    _must_take(meeting, case.id)
    listing = Listing(
        conference=meeting,
        case=case,
        person_id=case.person_id,
        ground=ground,
        explanation=explained[ground][:LONGEST],
        edition=kind.edition,
        is_repeat=again.stands is True,
        score=score,
        accused=accused_of(case),
        listed_by_name=actor.name,
        listed_at=now,
    )
    Listing.objects.bulk_create([listing])
    publish(_told("conference.listed", listing, now, ground=ground))
    return listing


@transaction.atomic
def take_off(*, actor: Actor, listing_id: UUID, words: str) -> Listing:
    """Take a case off the list of a meeting that has not begun; what agencies saw of it for this, they see no more.

    Raises NotAllowed, ConferenceNotFound, ConferenceRefused.
    """
    actor.require(Capability.RUN_CONFERENCE)
    now = timezone.now()
    listing = locked_listing(actor, listing_id)
    if listing.status != Listing.Status.LISTED or listing.conference.status != PLANNED:
        raise ConferenceRefused("Only a case that is still to be heard can be taken off the list.")
    if not words.strip():
        raise ConferenceRefused("Say why it is taken off.")
    _take_off(actor, listing, words.strip(), now)
    return listing


@transaction.atomic
def put_off(*, actor: Actor, listing_id: UUID, to: UUID, words: str) -> Listing:
    """Put a case that was not heard off to a later meeting of the kind, before the meeting or at it; the new listing.

    It keeps why it was listed. What agencies see of it for this meeting ends. For the next they are asked anew, and
    what they returned for this one is carried over where it still stands (see referrals.actions.carrying). words: why.
    Raises NotAllowed, ConferenceNotFound, ConferenceRefused, NoRoom, ListedAlready.
    """
    actor.require(Capability.RUN_CONFERENCE)
    now = timezone.now()
    listing = locked_listing(actor, listing_id)
    meeting, later = listing.conference, locked_meeting(actor, to)
    if listing.status != Listing.Status.LISTED or meeting.status not in (PLANNED, BEGUN):
        raise ConferenceRefused("Only a case that is still to be heard can be put off.")
    if later.kind != meeting.kind or later.status != PLANNED or later.starts_at <= meeting.starts_at:
        raise ConferenceRefused("Choose a later meeting of the same kind.")
    if not words.strip():
        raise ConferenceRefused("Say why it is put off.")
    _must_take(later, listing.case_id)
    listing.status, listing.status_words = Listing.Status.DEFERRED, words.strip()[:LONGEST]
    listing.save(update_fields=["status", "status_words"])
    for one in Research.objects.filter(listing=listing).select_for_update().order_by("id"):
        end_research(actor, one, now)
    put_on = Listing(
        conference=later,
        case_id=listing.case_id,
        person_id=listing.person_id,
        ground=listing.ground,
        explanation=listing.explanation,
        edition=listing.edition,
        is_repeat=listing.is_repeat,
        score=listing.score,
        accused=listing.accused,
        listed_by_name=actor.name,
        listed_at=now,
    )
    Listing.objects.bulk_create([put_on])
    publish(
        _told("conference.put_off", listing, now, to=str(later.id)),
        _told("conference.listed", put_on, now, ground=put_on.ground),
    )
    return put_on


@transaction.atomic(savepoint=False)
def list_by_rule(*, actor: Actor, case_id: UUID, service: str = "", why: str = "") -> Listing | None:
    """List a case for the next meeting with room, where a route sent it there or the repeat rule holds.

    service: of the route; empty: the repeat rule alone is asked. Where the case is on a list that is still to come
    nothing is done. Where no meeting has room, a practitioner is asked to call one; where nobody was told whether it
    was the same perpetrator, to find out. Raises NotAllowed.
    """
    actor.require(Capability.LIST_FOR_CONFERENCE)
    now = timezone.now()
    case = scope.cases(actor).select_for_update(of=("self",)).filter(id=case_id).first()
    if case is None or case.status not in OPEN_CASE:
        return None
    for kind in kinds_on(timezone.localdate(now)):
        if _waits_to_be_heard(case, kind):
            continue
        ground = _ground_or_question(case, kind, service, now)
        if ground is None:
            continue
        meeting = next(iter(with_room(kind=kind.code, now=now)), None)
        if meeting is not None:
            return list_case(actor=actor, case_id=case.id, conference_id=meeting.id, ground=ground, words=why)
        words = f"{kind.name} is to hear this case and no meeting that is called has room: call one."
        want_decision(case=case, words=words, code="no_conference", at=now)
    return None


def list_by_referral(*, actor: Actor, case_id: UUID, service_id: UUID) -> Listing | None:
    """`list_by_rule` for a referral that was sent to a service; nothing for services that no conference belongs to."""
    service = service_code(service_id=service_id)
    if not service or service not in {one.service for one in kinds_on(timezone.localdate())}:
        return None
    why = "The case matched the pathway's route to the conference."
    return list_by_rule(actor=actor, case_id=case_id, service=service, why=why)


@transaction.atomic
def hide_from_conferences(*, actor: Actor, case_id: UUID, agency_id: UUID | None = None) -> None:
    """End what conferences show agencies of the person's cases: all agencies, of a record that was restricted; or one,
    that is in conflict. The database has hidden it already: this ends what it rested on.
    """
    now = timezone.now()
    person = scope.cases(actor).filter(id=case_id).values_list("person_id", flat=True).first()
    theirs = same_as([person])[person] if person else set()
    asked = Research.objects.filter(case__person__in=theirs, until__gt=now)
    if agency_id is not None:
        asked = asked.filter(agency_id=agency_id)
    for one in list(asked.select_for_update(of=("self",)).order_by("id")):
        end_research(actor, one, now)


def end_research(actor: Actor, research: Research, at: datetime) -> None:
    """What this research showed its agency ends now; referrals of its own show it what they did."""
    if research.until > at:
        Research.objects.filter(id=research.id).update(until=at)
    keep_sight(actor=actor, case_id=research.case_id, agency_id=research.agency_id)


def locked_meeting(actor: Actor, conference_id: UUID) -> Conference:
    """The meeting, locked. Raises ConferenceNotFound."""
    found = Conference.objects.select_for_update(of=("self",)).filter(
        id__in=scope.conferences(actor).filter(id=conference_id).values("id")
    )
    meeting = found.first()
    if meeting is None:
        raise ConferenceNotFound("There is no such meeting.")
    return meeting


def locked_listing(actor: Actor, listing_id: UUID) -> Listing:
    """The listed case with its meeting, for the hub: locked, the meeting first. Raises ConferenceNotFound."""
    found = scope.listings(actor).filter(id=listing_id).values_list("conference_id", flat=True).first()
    if found is None or not actor.hub:
        raise ConferenceNotFound("There is no such case on a list.")
    meeting = locked_meeting(actor, found)
    listing = Listing.objects.select_for_update(of=("self",)).get(id=listing_id)
    listing.conference = meeting
    return listing


def _must_take(meeting: Conference, case_id: UUID) -> None:
    """Raises ListedAlready, NoRoom."""
    with acting_as_system(ACCOUNT):  # all of the list counts, restricted cases too
        on_list = Listing.objects.filter(conference=meeting).exclude(status__in=OFF_THE_LIST)
        cases = list(on_list.values_list("case_id", flat=True))
    if case_id in cases:
        raise ListedAlready("The case is on the list of that meeting already.")
    if len(cases) >= meeting.capacity:
        raise NoRoom("That meeting has no room left. Choose another, or take a case off its list.")


def move(meeting: Conference, verb: str) -> None:
    """Check that the meeting can be moved so. Raises ConferenceRefused."""
    before, after = MOVES[verb]
    if meeting.status != before:
        raise ConferenceRefused(f"The meeting is {meeting.get_status_display()}: that is not possible now.")
    meeting.status = after


def _ground_or_question(case: Case, kind: Kind, service: str, now: datetime) -> str | None:
    """Why the case is to be listed; None where it is not, or where a practitioner is asked whether it is."""
    if service and service == kind.service:
        holding, _, _ = grounds_of_case(case, kind, at=now)
        return holding[0].code if holding else ROUTE
    if service or kind.repeat is None:
        return None
    again = repeat_of(Circumstances(case, at=now), kind)
    if again.stands is None:
        told = again.words[:1].lower() + again.words[1:]
        words = f"Perhaps a repeat for {kind.name}: {told} Find out; if it was, list the case."
        want_decision(case=case, words=words, code="perhaps_repeat", at=now)
    return REPEAT if again.stands else None


def _waits_to_be_heard(case: Case, kind: Kind) -> bool:
    waits = Listing.objects.filter(case=case, status=Listing.Status.LISTED, conference__kind=kind.code)
    return waits.exists()


def _take_off(actor: Actor, listing: Listing, words: str, at: datetime) -> None:
    listing.status, listing.status_words = Listing.Status.TAKEN_OFF, words[:LONGEST]
    listing.save(update_fields=["status", "status_words"])
    for one in Research.objects.filter(listing=listing).select_for_update().order_by("id"):
        end_research(actor, one, at)
    publish(_told("conference.taken_off", listing, at))


def _told(topic: str, listing: Listing, at: datetime, **codes: object) -> Happening:
    data: dict[str, object] = {
        "conference": str(listing.conference_id),
        "listing": str(listing.id),
        "kind": listing.conference.kind,
    }
    return Happening(topic, at=at, case_id=listing.case_id, data=data | codes)
