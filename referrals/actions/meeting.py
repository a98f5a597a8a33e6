"""A case conference as it meets: who agreed to its statement, what was said and decided, what is to be done after.

Nothing of a case is shown to anybody of the conference who has not agreed to the statement of that meeting.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.categories import Category
from access.context import acting_as_system
from access.roles import Capability
from agencies.queries import agencies_by_id
from messaging.events import Happening, publish
from referrals import scope
from referrals.actions.conferences import (
    ConferenceNotFound,
    ConferenceRefused,
    locked_listing,
    locked_meeting,
    move,
)
from referrals.clocks import due, rule_for
from referrals.conference import BEGUN, HELD, PLANNED, kind_of
from referrals.models import Attendance, Conference, ConferenceAction, Listing, Minute
from referrals.queries.calendar import hub_calendar
from referrals.queries.clock_rules import clock_rules
from referrals.queries.conferences import has_confirmed
from referrals.queries.listing_grounds import accused_of
from referrals.queries.restricted import ACCOUNT

CATEGORY_OF_PART: dict[str, Category] = {
    Minute.Part.DISCUSSION: Category.NOTES,
    Minute.Part.RISKS: Category.ASSESSMENT,
    Minute.Part.DECISION: Category.NOTES,
    Minute.Part.SUMMARY: Category.NOTES,
}
"""Of which data category each part of the minutes is: agencies are shown what theirs allow."""


EARLIEST = timedelta(hours=12)
"""A meeting is opened on its day, or so long before it begins: opening shows what every agency returned."""


class ActionAnswered(ConferenceRefused):
    """The action was answered before."""


@transaction.atomic
def confirm_statement(*, actor: Actor, conference_id: UUID) -> Attendance:
    """Agree to the confidentiality statement of a meeting, for oneself. Agreed once, it stays so.

    Raises NotAllowed, ConferenceNotFound.
    """
    actor.require(Capability.SEE_CONFERENCES)
    now = timezone.now()
    meeting = scope.conferences(actor).filter(id=conference_id).first()
    if meeting is None:
        raise ConferenceNotFound("There is no such meeting.")
    agreed = Attendance.objects.filter(conference=meeting, practitioner_id=actor.id).first()
    if agreed is not None:
        return agreed
    agreed = Attendance(
        conference=meeting,
        practitioner_id=actor.id,
        name=actor.name,
        agency_id=actor.agency_id,
        agency_name=agencies_by_id()[actor.agency_id].name,
        edition=meeting.edition,
        confirmed_at=now,
        recorded_by_name=actor.name,
    )
    Attendance.objects.bulk_create([agreed])
    publish(Happening("conference.statement_confirmed", at=now, data=_data(meeting)))
    return agreed


@transaction.atomic
def record_attendance(*, actor: Actor, conference_id: UUID, name: str, agency_name: str) -> Attendance:
    """Write down somebody without an account who signed the statement on paper and is at the meeting.

    Raises NotAllowed, ConferenceNotFound, ConferenceRefused.
    """
    actor.require(Capability.RUN_CONFERENCE)
    now = timezone.now()
    meeting = locked_meeting(actor, conference_id)
    if meeting.status not in (PLANNED, BEGUN):
        raise ConferenceRefused("The meeting has ended.")
    if not name.strip() or not agency_name.strip():
        raise ConferenceRefused("Give their name and their agency.")
    signed = Attendance(
        conference=meeting,
        name=name.strip()[:150],
        agency_name=agency_name.strip()[:150],
        edition=meeting.edition,
        confirmed_at=now,
        is_present=True,
        recorded_by_name=actor.name,
    )
    Attendance.objects.bulk_create([signed])
    publish(Happening("conference.statement_confirmed", at=now, data=_data(meeting)))
    return signed


@transaction.atomic
def note_present(*, actor: Actor, conference_id: UUID, attendance_id: UUID, is_present: bool) -> None:
    """Note whether somebody who agreed to the statement is at the meeting.

    Raises NotAllowed, ConferenceNotFound.
    """
    actor.require(Capability.RUN_CONFERENCE)
    meeting = locked_meeting(actor, conference_id)
    noted = Attendance.objects.filter(conference=meeting, id=attendance_id).update(is_present=is_present)
    if not noted:
        raise ConferenceNotFound("Nobody like that has agreed to the statement.")


@transaction.atomic
def begin_meeting(*, actor: Actor, conference_id: UUID) -> Conference:
    """Open the meeting: from now on those who agreed to the statement read what every agency has returned.

    Raises NotAllowed, ConferenceNotFound, ConferenceRefused.
    """
    now = timezone.now()
    meeting = _led(actor, conference_id)
    is_today = timezone.localdate(meeting.starts_at) <= timezone.localdate(now)
    if not is_today and meeting.starts_at - EARLIEST > now:
        raise ConferenceRefused("The meeting is not today: open it on its day.")
    move(meeting, "begin")
    meeting.save(update_fields=["status"])
    publish(_of_meeting("conference.begun", meeting, now))
    return meeting


@transaction.atomic
def record_passage(*, actor: Actor, listing_id: UUID, part: str, words: str) -> Minute:
    """Add a passage to the minutes of one case. What was written stays: a correction is a passage of its own.

    part: discussion, risks, decision or summary (what the adviser may tell the person).
    Raises NotAllowed, ConferenceNotFound, ConferenceRefused.
    """
    actor.require(Capability.RUN_CONFERENCE)
    now = timezone.now()
    listing = locked_listing(actor, listing_id)
    _must_have_confirmed(actor, listing.conference)
    if listing.conference.status not in (BEGUN, HELD):
        raise ConferenceRefused(
            "Minutes are written from the beginning of the meeting until they are circulated."
        )
    if part not in CATEGORY_OF_PART:
        raise ConferenceRefused("Choose which part of the minutes it is.")
    if not words.strip():
        raise ConferenceRefused("Write what was said.")
    passage = Minute(
        conference=listing.conference,
        listing=listing,
        case_id=listing.case_id,
        agency_id=actor.agency_id,
        part=part,
        category=CATEGORY_OF_PART[part],
        words=words.strip(),
        said_by_name=actor.name,
        said_at=now,
    )
    Minute.objects.bulk_create([passage])
    return passage


@transaction.atomic
def set_action(
    *, actor: Actor, listing_id: UUID, agency_id: UUID, words: str, due_at: datetime, owner_name: str = ""
) -> ConferenceAction:
    """Give an agency something to do about a case, by a time.

    Raises NotAllowed, ConferenceNotFound, ConferenceRefused.
    """
    actor.require(Capability.RUN_CONFERENCE)
    now = timezone.now()
    listing = locked_listing(actor, listing_id)
    _must_have_confirmed(actor, listing.conference)
    if listing.conference.status not in (BEGUN, HELD):
        raise ConferenceRefused("Actions are set at the meeting, or until its minutes are circulated.")
    asked = listing.research.filter(agency_id=agency_id).exists()
    if agency_id != actor.agency_id and not asked:
        raise ConferenceRefused("Choose the hub, or an agency that was asked about this case.")
    if not words.strip():
        raise ConferenceRefused("Say what is to be done.")
    if due_at <= now:
        raise ConferenceRefused("Choose a day that lies ahead.")
    action = ConferenceAction(
        conference=listing.conference,
        listing=listing,
        case_id=listing.case_id,
        agency_id=agency_id,
        owner_name=owner_name.strip()[:150],
        words=words.strip(),
        due_at=due_at,
        set_by_name=actor.name,
        set_at=now,
    )
    ConferenceAction.objects.bulk_create([action])
    publish(_of_action("conference.action_set", action, now))
    return action


@transaction.atomic
def answer_action(*, actor: Actor, action_id: UUID, status: str, words: str) -> ConferenceAction:
    """Say that an action of one's own agency is done, or that it is not possible and why: that differs from not done.

    Who runs conferences at the hub writes down what any agency told.
    Raises NotAllowed, ConferenceNotFound, ConferenceRefused, ActionAnswered.
    """
    actor.require(Capability.SEE_CONFERENCES)
    now = timezone.now()
    answerable = scope.conference_actions(actor)
    if not actor.can(Capability.RUN_CONFERENCE):
        answerable = answerable.filter(agency_id=actor.agency_id)
    action = answerable.select_for_update(of=("self",)).filter(id=action_id).first()
    if action is None:
        raise ConferenceNotFound("There is no such action.")
    if action.status != ConferenceAction.Status.OPEN:
        raise ActionAnswered("This action has been answered.")
    if status not in (ConferenceAction.Status.DONE, ConferenceAction.Status.NOT_POSSIBLE):
        raise ConferenceRefused("Choose whether it is done or not possible.")
    if not words.strip():
        why = "why it is not possible" if status == ConferenceAction.Status.NOT_POSSIBLE else "what was done"
        raise ConferenceRefused(f"Say in a sentence {why}.")
    action.status, action.answer = status, words.strip()
    action.answered_by_name, action.answered_at = actor.name, now
    action.save(update_fields=["status", "answer", "answered_by_name", "answered_at"])
    publish(_of_action("conference.action_answered", action, now, status=status))
    return action


@transaction.atomic
def close_meeting(*, actor: Actor, conference_id: UUID) -> Conference:
    """End the meeting: its cases are heard, and the time in which minutes are to be circulated begins.

    Raises NotAllowed, ConferenceNotFound, ConferenceRefused.
    """
    now = timezone.now()
    meeting = _led(actor, conference_id)
    move(meeting, "close")
    kind = kind_of(meeting.kind, meeting.edition)
    rule = rule_for(kind.minutes, now, rules=clock_rules())
    meeting.ended_at = now
    meeting.minutes_due_at, meeting.minutes_edition = due(rule, now, (), hub_calendar()), rule.edition
    meeting.save(update_fields=["status", "ended_at", "minutes_due_at", "minutes_edition"])
    with acting_as_system(ACCOUNT):  # restricted cases, which the actor may not see, were heard as well
        heard = list(
            Listing.objects.filter(conference=meeting, status=Listing.Status.LISTED)
            .select_related("case")
            .order_by("id")
        )
        for listing in heard:
            listing.status, listing.heard_at = Listing.Status.HEARD, now
            listing.accused = accused_of(listing.case)
            listing.save(update_fields=["status", "heard_at", "accused"])
    publish(
        _of_meeting("conference.held", meeting, now),
        *(
            Happening("conference.heard", at=now, case_id=one.case_id, data=_data(meeting, listing=one))
            for one in heard
        ),
    )
    return meeting


@transaction.atomic
def circulate_minutes(*, actor: Actor, conference_id: UUID) -> Conference:
    """Circulate the minutes: each agency is told, and reads what it may of each case until its sight ends.

    Raises NotAllowed, ConferenceNotFound, ConferenceRefused.
    """
    now = timezone.now()
    meeting = _led(actor, conference_id)
    move(meeting, "circulate")
    meeting.circulated_at = now
    meeting.save(update_fields=["status", "circulated_at"])
    in_time = meeting.minutes_due_at is not None and now <= meeting.minutes_due_at
    publish(_of_meeting("conference.circulated", meeting, now, in_time=in_time))
    return meeting


def _led(actor: Actor, conference_id: UUID) -> Conference:
    """The meeting, locked, for whoever runs conferences and has agreed to the statement of this one."""
    actor.require(Capability.RUN_CONFERENCE)
    meeting = locked_meeting(actor, conference_id)
    _must_have_confirmed(actor, meeting)
    return meeting


def _must_have_confirmed(actor: Actor, meeting: Conference) -> None:
    if not has_confirmed(actor=actor, conference=meeting):
        raise ConferenceRefused("Agree to the confidentiality statement of this meeting first.")


def _data(meeting: Conference, **codes: object) -> dict[str, object]:
    listing = codes.pop("listing", None)
    told: dict[str, object] = {"conference": str(meeting.id), "kind": meeting.kind}
    return told | ({"listing": str(listing.id)} if isinstance(listing, Listing) else {}) | codes


def _of_meeting(topic: str, meeting: Conference, at: datetime, **codes: object) -> Happening:
    invited = list(meeting.invited.values_list("agency_id", flat=True))
    return Happening(topic, at=at, data=_data(meeting, **codes), audience=invited)


def _of_action(topic: str, action: ConferenceAction, at: datetime, **codes: object) -> Happening:
    told = _data(action.conference, action=str(action.id), agency=str(action.agency_id), **codes)
    return Happening(topic, at=at, case_id=action.case_id, data=told, audience=[action.agency_id])
