"""What agencies find out before a conference: asking them, their answers, and the reminder.

Asking is the disclosure: from then on the agency is shown the case in the categories that its agreement and the kind
of conference both allow, until some days after the meeting. An agency in conflict is not asked and sees nothing; about
a restricted record nobody is asked here.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.categories import ALL_CATEGORIES
from access.roles import Capability
from messaging.events import Due, Happening, publish, schedule, schedule_all
from referrals import scope
from referrals.actions.carrying import carry_over
from referrals.actions.conferences import ConferenceNotFound, ConferenceRefused, locked_meeting
from referrals.actions.sight import give_sight
from referrals.conference import BEGUN, PLANNED, kind_of
from referrals.models import Case, Conference, Listing, Minute, Research
from referrals.queries.circumstances import Circumstances
from referrals.queries.conferences import has_confirmed
from referrals.queries.grounds import conference_grounds_of
from referrals.queries.restricted import restricted_cases

REMIND = "referrals.remind_research"
ASKED, CARRIED = "conference.research_asked", "conference.research_carried"
BEFORE_DUE = timedelta(hours=24)
CHANGES_UNTIL = (PLANNED, BEGUN)


@transaction.atomic
def ask_agencies(*, actor: Actor, conference_id: UUID) -> int:
    """Ask every invited agency about every case of the list that it was not asked about yet. How many were asked.

    What one returned for an earlier meeting that put the case off is carried over, where it still stands: see carrying.
    Raises NotAllowed, ConferenceNotFound, ConferenceRefused.
    """
    actor.require(Capability.RUN_CONFERENCE)
    now = timezone.now()
    meeting = locked_meeting(actor, conference_id)
    if meeting.status != PLANNED:
        raise ConferenceRefused("Agencies are asked before the meeting begins.")
    kind = kind_of(meeting.kind, meeting.edition)
    live = scope.listings(actor).filter(conference=meeting, status=Listing.Status.LISTED)
    listings = list(live.select_related("case").order_by("case_id"))
    # Cases before grants, as whoever moves them locks.
    list(
        Case.objects.filter(id__in=[one.case_id for one in listings])
        .select_for_update()
        .order_by("id")
        .values_list("id")
    )
    restricted = restricted_cases(one.case_id for one in listings)
    invited = sorted(meeting.invited.values_list("agency_id", flat=True))
    asked_before = set(Research.objects.filter(conference=meeting).values_list("listing_id", "agency_id"))
    until = meeting.starts_at + timedelta(**kind.shown_after)
    made: list[Research] = []
    ends: list[Due] = []
    for listing in listings:
        if listing.case_id in restricted:
            continue
        known = Circumstances(listing.case, at=now)
        wanted = [
            Research(
                conference=meeting,
                listing=listing,
                case=listing.case,
                agency_id=agency,
                categories=[
                    one
                    for one in ALL_CATEGORIES
                    if one in kind.categories and one in known.agreements[agency].categories
                ],
                until=until,
                due_at=meeting.research_due_at,
                asked_by_name=actor.name,
                asked_at=now,
            )
            for agency in invited
            if agency in known.agreements
            and agency not in known.kept_out
            and (listing.id, agency) not in asked_before
        ]
        stand = conference_grounds_of(wanted, known=known)
        asked = [one for one in wanted if not stand[one.id].lost]
        ends += give_sight(known=known, asked=asked)
        made += asked
    said = carry_over(made, meeting=meeting)
    Research.objects.bulk_create(made)
    Minute.objects.bulk_create(said)
    schedule_all(ends)
    publish(*(_told(CARRIED if one.carried_from else ASKED, one, meeting) for one in made))
    waited_for = [one for one in made if one.status == Research.Status.ASKED]
    _have_people_told(waited_for, meeting)
    if waited_for:
        remind_at = max(meeting.research_due_at - BEFORE_DUE, now)
        key = f"{meeting.id}:{meeting.research_due_at:%Y%m%dT%H%M}"
        schedule(REMIND, key=key, payload={"conference": str(meeting.id)}, at=remind_at)
    return len(made)


@transaction.atomic
def answer_research(
    *, actor: Actor, research_id: UUID, known: bool, told: Mapping[str, str] | None = None
) -> Research:
    """The agency's answer: that it knows nobody of the case, or what its files say, by data category.

    It may answer again until the meeting has ended: what was said before stays beside it. Who runs conferences at the
    hub writes down what an agency told by telephone.
    Raises NotAllowed, ConferenceNotFound, ConferenceRefused.
    """
    if not actor.can(Capability.RUN_CONFERENCE):
        actor.require(Capability.ANSWER_RESEARCH)
    now = timezone.now()
    found = scope.research(actor).select_related("conference")
    research = found.select_for_update(of=("self",)).filter(id=research_id, until__gt=now).first()
    if research is None or not has_confirmed(actor=actor, conference=research.conference):
        raise ConferenceNotFound("There is no such question.")
    if research.conference.status not in CHANGES_UNTIL:
        raise ConferenceRefused("The meeting has ended: tell the hub what you know by telephone.")
    said = {category: words.strip() for category, words in (told or {}).items() if words.strip()}
    if known and not said:
        raise ConferenceRefused("Say what you know, in at least one of the boxes.")
    if not known and said:
        raise ConferenceRefused(
            "You wrote what you know: answer that the person is known to you, or empty the boxes."
        )
    if not set(said) <= set(research.categories):
        raise ConferenceRefused("Your agreement does not let you tell that here.")
    research.status = Research.Status.KNOWN if known else Research.Status.NOT_KNOWN
    research.returned_by_name, research.returned_at = actor.name, now
    research.save(update_fields=["status", "returned_by_name", "returned_at"])
    Minute.objects.bulk_create(
        Minute(
            conference=research.conference,
            listing_id=research.listing_id,
            case_id=research.case_id,
            agency_id=research.agency_id,
            part=Minute.Part.RESEARCH,
            category=category,
            words=words,
            said_by_name=actor.name,
            said_at=now,
        )
        for category, words in said.items()
    )
    publish(_told("conference.research_returned", research, research.conference, known=known))
    return research


def remind_agencies(*, actor: Actor, conference_id: UUID) -> int:
    """Remind each agency that has not answered, by an event in its feed; nothing once the meeting began. How many."""
    meeting = Conference.objects.filter(id=conference_id, status=PLANNED).first()
    if meeting is None:
        return 0
    now = timezone.now()
    waits = Research.objects.filter(conference=meeting, status=Research.Status.ASKED, until__gt=now)
    late = list(waits.order_by("agency_id", "id"))
    publish(*(_told("conference.research_wanted", one, meeting) for one in late))
    # Who was asked this late has only just been told.
    _have_people_told([one for one in late if one.asked_at < meeting.research_due_at - BEFORE_DUE], meeting)
    return len(late)


def _have_people_told(asked: Iterable[Research], meeting: Conference) -> None:
    """One event a meeting, however many cases are asked about: people are told once of them all."""
    if agencies := sorted({str(one.agency_id) for one in asked}):
        data: dict[str, object] = {"conference": str(meeting.id), "agencies": agencies}
        publish(Happening("conference.agencies_asked", at=timezone.now(), data=data))


def _told(topic: str, research: Research, meeting: Conference, **codes: object) -> Happening:
    data: dict[str, object] = {
        "conference": str(meeting.id),
        "research": str(research.id),
        "agency": str(research.agency_id),
        "kind": meeting.kind,
    }
    return Happening(
        topic,
        at=timezone.now(),
        case_id=research.case_id,
        data=data | codes,
        audience=[research.agency_id],
    )
