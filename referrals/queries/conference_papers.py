"""The papers of a case conference: a card for each case, minutes by audience, actions to do, flags that lapse."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils import timezone

from access.actor import Actor
from access.sight import NOTHING, Sight, sights_of
from agencies.models import Agency
from pathways.models import Assessment
from referrals import scope
from referrals.conference import Kind, kind_of, kinds_on, months_later
from referrals.models import Case, Conference, ConferenceAction, Incident, Listing, Minute
from referrals.queries.conferences import Line, ListedCase, MeetingFile, listed_cases, meeting_file
from referrals.queries.keyset import Page, SortKey, one_page
from referrals.queries.people import NAMELESS, Name, names_by_person, names_shown
from victims.models import Address, PersonName, Relationship

ACTIONS = 50
FLAGS = 500
BY_DUE = SortKey("due_at", datetime.fromisoformat)


@dataclass
class Card:
    """Who a case is about and what happened, as far as the reader is shown it."""

    name: Name = NAMELESS
    also_named: list[str] = field(default_factory=list)
    born: date | None = None
    address: Address | None = None
    incidents: list[Incident] = field(default_factory=list)
    perpetrators: list[Relationship] = field(default_factory=list)
    assessments: list[Assessment] = field(default_factory=list)


def cards(cases: Iterable[Case], sights: Mapping[UUID, Sight]) -> dict[UUID, Card]:
    """By case: its card, in five queries. The cases come with their person loaded."""
    listed = list(cases)

    def shown(model: type) -> list[Case]:
        return [case for case in listed if sights.get(case.id, NOTHING).shows(model)]

    made = {case.id: Card(born=case.person.date_of_birth) for case in listed}
    names: dict[UUID, list[Name]] = defaultdict(list)
    for row in PersonName.objects.filter(person__in=[one.person_id for one in shown(PersonName)]).order_by(
        "-recorded_at", "-id"
    ):
        names[row.person_id].append(Name(row.given_names, row.surname))
    lived: dict[UUID, Address] = {}
    for address in Address.objects.filter(person__in=[one.person_id for one in shown(Address)]).order_by(
        "recorded_at", "id"
    ):
        lived[address.person_id] = address
    for case in listed:
        card, known = made[case.id], names.get(case.person_id, [])
        card.name, card.also_named = (known or [NAMELESS])[0], [one.full for one in known[1:]]
        card.address = lived.get(case.person_id) if case in shown(Address) else None
    incidents = Incident.objects.filter(case__in=shown(Incident), withdrawn_at__isnull=True)
    for incident in incidents.select_related("source").order_by("-reported_at", "-id"):
        made[incident.case_id].incidents.append(incident)
    accused = Relationship.objects.filter(case_id__in=[one.id for one in shown(Relationship)])
    for one in accused.order_by("id"):
        made[one.case_id].perpetrators.append(one)
    newest = (
        Assessment.objects.filter(case_id__in=[one.id for one in shown(Assessment)])
        .select_related("instrument")
        .order_by("case_id", "instrument__code", "-completed_at")
        .distinct("case_id", "instrument__code")
    )
    for assessment in newest:
        made[assessment.case_id].assessments.append(assessment)
    return made


@dataclass(frozen=True)
class Paper:
    """One case of a meeting on paper: its card, and what was returned, said, decided and set to be done."""

    listed: ListedCase
    card: Card

    @property
    def line(self) -> Line:
        return self.listed.line


def papers(*, actor: Actor, conference: Conference) -> tuple[MeetingFile, list[Paper]]:
    """The whole meeting on paper, for what the reader is shown, in a number of queries that does not grow."""
    file = meeting_file(actor=actor, conference=conference)
    of = cards((line.case for line in file.lines), {line.case.id: line.sight for line in file.lines})
    return file, [Paper(one, of[one.line.case.id]) for one in listed_cases(actor=actor, file=file)]


@dataclass(frozen=True)
class Minutes:
    """The minutes of one case for one audience."""

    line: Line
    name: str
    passages: list[Minute]
    actions: list[ConferenceAction]
    left_out: bool


def minutes_for(*, actor: Actor, conference: Conference, agency: Agency | None) -> list[Minutes]:
    """The minutes as an agency is shown them; None: all of them, for the hub.

    The hub reads with this what it circulates: nothing of a case that the agency was not asked about, of what was
    said only the categories that it is shown, and its own actions. An agency gets the same by asking for itself.
    """
    file = meeting_file(actor=actor, conference=conference)
    made = []
    for one in listed_cases(actor=actor, file=file):
        passages, actions, name = one.said, one.actions, one.line.name.full
        if agency is not None:
            asked = next((it for it in one.line.research if it.agency_id == agency.id), one.line.own)
            if asked is None or asked.agency_id != agency.id:
                continue
            passages = [it for it in passages if it.category in asked.categories]
            actions = [it for it in actions if it.agency_id == agency.id or "notes" in asked.categories]
            name = name if "identity" in asked.categories else NAMELESS.full
        made.append(Minutes(one.line, name, passages, actions, left_out=len(passages) < len(one.said)))
    return made


def summaries_of(*, actor: Actor, conference: Conference) -> list[Minutes]:
    """What the adviser may tell each person, and what is to be done for them: for the hub."""
    file = meeting_file(actor=actor, conference=conference)
    return [
        Minutes(one.line, one.line.name.full, one.summary, one.actions, left_out=False)
        for one in listed_cases(actor=actor, file=file)
    ]


@dataclass(frozen=True)
class ActionRow:
    """One action in a list. reference: of its case, where the reader is shown it now."""

    action: ConferenceAction
    reference: str
    name: str


def action_page(
    *, actor: Actor, answered: bool = False, after: str = "", before: str = ""
) -> Page[ActionRow]:
    """Actions to do, those longest due first; or, answered, the latest due first. An agency's own alone."""
    found = scope.conference_actions(actor).select_related("conference", "agency")
    status = ConferenceAction.Status
    wanted = (status.DONE, status.NOT_POSSIBLE) if answered else (status.OPEN,)
    page = one_page(
        [found.filter(status=one) for one in wanted],
        key=BY_DUE,
        descending=answered,
        size=ACTIONS,
        after=after,
        before=before,
    )
    rows = page.among(found.in_bulk(page.ids))
    cases = {case.id: case for case in Case.objects.filter(id__in={row.case_id for row in rows})}
    sights = sights_of(cases)
    names = names_shown(cases.values(), sights)
    return page.page(
        [
            ActionRow(
                action=row,
                reference=cases[row.case_id].reference if row.case_id in cases else "",
                name=names.get(cases[row.case_id].person_id, NAMELESS).short if row.case_id in cases else "",
            )
            for row in rows
        ]
    )


@dataclass(frozen=True)
class Flag:
    """A case whose flag lapses: the last conference that heard it, and the day on which the months are over."""

    listing: Listing
    kind: Kind
    name: str
    lapses_at: datetime


def lapsing_flags(*, actor: Actor, month: date) -> list[Flag]:
    """Flags that lapse in the month, by day: no later conference of the kind has heard the person. At most 500."""
    first = timezone.make_aware(datetime.combine(month.replace(day=1), time.min))
    last = months_later(first, 1)
    found: list[Flag] = []
    for kind in kinds_on(timezone.localdate()):
        if kind.repeat is None:
            continue
        months = kind.repeat["months"]
        later = Listing.objects.filter(
            person_id=OuterRef("person_id"),
            conference__kind=kind.code,
            status=Listing.Status.HEARD,
            heard_at__gt=OuterRef("heard_at"),
        )
        heard = scope.listings(actor).filter(
            conference__kind=kind.code,
            status=Listing.Status.HEARD,
            heard_at__gte=months_later(first, -months),
            heard_at__lt=months_later(last, -months),
        )
        rows = heard.exclude(Exists(later)).select_related("case", "conference").order_by("heard_at", "id")
        listed = list(rows[:FLAGS])
        names = names_by_person(row.person_id for row in listed)
        found += [
            Flag(
                row,
                kind_of(row.conference.kind, row.conference.edition),
                names.get(row.person_id, NAMELESS).full,
                months_later(row.heard_at, months),
            )
            for row in listed
            if row.heard_at is not None
        ]
    return sorted(found, key=lambda one: one.lapses_at)
