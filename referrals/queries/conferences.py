"""What is seen of case conferences: the calendar, one meeting with its agenda, one listed case."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from access.actor import Actor
from access.context import hub_id
from access.sight import NOTHING, Sight, sights_of
from agencies.models import Agency
from agencies.queries import agencies_by_id, agreements_in_force
from referrals import scope
from referrals.conference import BEGUN, OFF_THE_LIST, PLANNED, Item, Kind, agenda, kind_of
from referrals.models import (
    Attendance,
    Case,
    Conference,
    ConferenceAction,
    Listing,
    Minute,
    Research,
)
from referrals.queries.people import NAMELESS, Name, names_shown
from referrals.queries.restricted import restricted_cases

CALENDAR = 50
LOOK_BACK = timedelta(days=92)


@dataclass(frozen=True)
class Meeting:
    """One line of the calendar. listed: how many cases the reader sees on it."""

    conference: Conference
    kind: Kind
    listed: int

    @property
    def room(self) -> int:
        return max(self.conference.capacity - self.listed, 0)


def calendar(*, actor: Actor, now: datetime) -> tuple[list[Meeting], list[Meeting]]:
    """Meetings to come, the next first, and those that are over, of the last three months, the newest first.

    At most fifty each.
    """
    live = ~Q(listings__status__in=OFF_THE_LIST)
    found = scope.conferences(actor).annotate(listed=Count("listings", filter=live, distinct=True))
    waits = (PLANNED, BEGUN)
    to_come = found.filter(status__in=waits, starts_at__gt=now - LOOK_BACK).order_by("starts_at", "id")
    past = found.exclude(status__in=waits).filter(starts_at__gt=now - LOOK_BACK).order_by("-starts_at", "-id")
    return _lines(to_come[:CALENDAR]), _lines(past[:CALENDAR])


def with_room(*, kind: str, now: datetime) -> list[Conference]:
    """Planned meetings of the kind that can take another case, the next first."""
    live = ~Q(listings__status__in=OFF_THE_LIST)
    found = Conference.objects.filter(kind=kind, status=PLANNED, starts_at__gt=now)
    counted = found.annotate(listed=Count("listings", filter=live, distinct=True)).order_by("starts_at", "id")
    return [one for one in counted[:CALENDAR] if one.listed < one.capacity]


def invitable(kind: Kind, *, now: datetime) -> list[Agency]:
    """Agencies whose agreement in force covers what this kind of conference tells, by name."""
    bound = agreements_in_force(hub=hub_id(), on=timezone.localdate(now))
    covered = {agency for agency, basis in bound.items() if kind.purpose in basis.purposes}
    return sorted(
        (agency for agency in agencies_by_id().values() if agency.id in covered), key=lambda one: one.name
    )


@dataclass(frozen=True)
class Line:
    """One case of the agenda, as far as the reader is shown it.

    research: by agency, for the hub; `own`: what the reader's agency was asked.
    """

    number: int
    at: datetime
    listing: Listing
    case: Case
    name: Name
    sight: Sight
    research: list[Research]
    own: Research | None
    is_restricted: bool

    @property
    def missing(self) -> list[Research]:
        return [one for one in self.research if one.status == Research.Status.ASKED]

    @property
    def not_asked(self) -> bool:
        return not self.research and not self.is_restricted


@dataclass(frozen=True)
class MeetingFile:
    """All that the page of one meeting shows."""

    conference: Conference
    kind: Kind
    invited: list[Agency]
    lines: list[Line]
    off: list[Listing]
    attendances: list[Attendance]

    @property
    def missing(self) -> list[tuple[Agency, list[Line]]]:
        """What is missing before the meeting: whom to ring, and about which cases."""
        waits: dict[UUID, list[Line]] = defaultdict(list)
        for line in self.lines:
            for one in line.missing:
                waits[one.agency_id].append(line)
        return [(one, waits[one.id]) for one in self.invited if one.id in waits]

    @property
    def not_asked(self) -> bool:
        return any(line.not_asked for line in self.lines)


def meeting_for(*, actor: Actor, conference_id: UUID) -> Conference | None:
    """The meeting, where the actor may come to it."""
    return scope.conferences(actor).filter(id=conference_id).first()


def has_confirmed(*, actor: Actor, conference: Conference) -> bool:
    """Whether the actor has agreed to the confidentiality statement of this meeting."""
    return conference.id in agreed_to(actor=actor, conferences=[conference.id])


def agreed_to(*, actor: Actor, conferences: Iterable[UUID]) -> set[UUID]:
    """To the statements of which of these meetings the actor has agreed; for an agency's system, one of its people."""
    found = Attendance.objects.filter(conference__in=set(conferences), practitioner_id__isnull=False)
    who = {"agency_id": actor.agency_id} if actor.kind == "client" else {"practitioner_id": actor.id}
    return set(found.filter(**who).values_list("conference_id", flat=True))


def meeting_file(*, actor: Actor, conference: Conference) -> MeetingFile:
    """One meeting with its agenda, in a number of queries that does not grow with the cases."""
    found = scope.listings(actor).filter(conference=conference).select_related("case__person")
    listings = list(found.order_by("id"))
    live = [one for one in listings if one.status not in OFF_THE_LIST]
    sights = sights_of(one.case_id for one in live)
    names = names_shown((one.case for one in live), sights)
    asked: dict[UUID, list[Research]] = defaultdict(list)
    stands = scope.research(actor).filter(conference=conference, until__gt=conference.starts_at)
    for one in stands.select_related("agency"):
        asked[one.listing_id].append(one)
    marked = restricted_cases(one.case_id for one in live)
    slots = agenda(
        conference.starts_at,
        conference.slot_minutes,
        [Item(one, one.case.risk, one.is_repeat, one.score, one.listed_at) for one in live],
    )
    lines = [
        Line(
            number=slot.number,
            at=slot.at,
            listing=slot.key,
            case=slot.key.case,
            name=names.get(slot.key.person_id, NAMELESS),
            sight=sights.get(slot.key.case_id, NOTHING),
            research=sorted(asked[slot.key.id], key=lambda one: one.agency.name) if actor.hub else [],
            own=next((one for one in asked[slot.key.id] if one.agency_id == actor.agency_id), None),
            is_restricted=slot.key.case_id in marked,
        )
        for slot in slots
    ]
    agencies = agencies_by_id()
    invited = [agencies[one] for one in conference.invited.values_list("agency_id", flat=True)]
    return MeetingFile(
        conference=conference,
        kind=kind_of(conference.kind, conference.edition),
        invited=sorted(invited, key=lambda one: one.name),
        lines=lines,
        off=[one for one in listings if one.status in OFF_THE_LIST],
        attendances=list(Attendance.objects.filter(conference=conference).order_by("agency_name", "name")),
    )


@dataclass(frozen=True)
class ListedCase:
    """One listed case with all passages and actions that the reader is shown of it."""

    line: Line
    minutes: list[Minute]
    actions: list[ConferenceAction]

    def of(self, part: str) -> list[Minute]:
        return [one for one in self.minutes if one.part == part]

    @property
    def research(self) -> list[Minute]:
        return self.of(Minute.Part.RESEARCH)

    @property
    def said(self) -> list[Minute]:
        """What was said and decided at the meeting, in the order of its parts."""
        parts = (Minute.Part.DISCUSSION, Minute.Part.RISKS, Minute.Part.DECISION)
        return [one for part in parts for one in self.of(part)]

    @property
    def summary(self) -> list[Minute]:
        return self.of(Minute.Part.SUMMARY)


def listed_cases(*, actor: Actor, file: MeetingFile) -> list[ListedCase]:
    """Every case of the agenda with its passages and actions, in three queries."""
    of = [line.listing.id for line in file.lines]
    minutes: dict[UUID, list[Minute]] = defaultdict(list)
    for one in Minute.objects.filter(listing__in=of).select_related("agency").order_by("id"):
        minutes[one.listing_id].append(one)
    actions: dict[UUID, list[ConferenceAction]] = defaultdict(list)
    for action in ConferenceAction.objects.filter(listing__in=of).select_related("agency").order_by("id"):
        actions[action.listing_id].append(action)
    return [
        ListedCase(
            line=line,
            minutes=[
                one
                for one in minutes[line.listing.id]
                if one.category in {str(category) for category in line.sight.categories}
            ],
            actions=actions[line.listing.id],
        )
        for line in file.lines
    ]


@dataclass(frozen=True)
class OnTheList:
    """A conference that has the case, for the case's own page."""

    listing: Listing
    kind: Kind
    to_do: int

    @property
    def is_to_be_heard(self) -> bool:
        return self.listing.status == Listing.Status.LISTED


def conferences_of_case(*, case: Case) -> list[OnTheList]:
    """The case's conferences, the newest first; the last ten."""
    to_do = Count("actions", filter=Q(actions__status=ConferenceAction.Status.OPEN))
    found = Listing.objects.filter(case=case).select_related("conference").annotate(to_do=to_do)
    return [
        OnTheList(one, kind_of(one.conference.kind, one.conference.edition), one.to_do)
        for one in found.order_by("-listed_at", "-id")[:10]
    ]


def _lines(found: Iterable[Conference]) -> list[Meeting]:
    return [Meeting(one, kind_of(one.kind, one.edition), getattr(one, "listed", 0)) for one in found]
