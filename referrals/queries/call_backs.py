"""When a person may be called again, and the diary: call-backs in their order, each with whether it is safe now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from access.actor import Actor
from agencies.queries import team_mates
from referrals import scope
from referrals.models import CallBack, Case
from referrals.queries.calendar import hub_calendar
from referrals.queries.contact import NOBODY, VERBS, linked_contact, linked_contacts, safe_now
from referrals.queries.keyset import SortKey, one_page
from referrals.queries.people import NAMELESS, Name, contact_methods_by_person, names_shown
from victims.models import ContactMethod
from victims.safe_contact import WEEKDAYS, Answer, Window

SIZE = 50
FEED_SIZE = 300
BY_TIME = SortKey("at", datetime.fromisoformat)
WHOSE = ("mine", "team", "all")


@dataclass(frozen=True)
class DiaryLine:
    """One call-back: of whom, how, and whether it may be made now."""

    call_back: CallBack
    case: Case
    name: Name
    way: str
    value: str
    answer: Answer
    is_due: bool


@dataclass(frozen=True)
class DiaryPage:
    """One page of the diary by day, with the cursors of the pages around it."""

    days: list[tuple[date, list[DiaryLine]]]
    previous: str
    next: str

    @property
    def lines(self) -> list[DiaryLine]:
        return [line for _, lines in self.days for line in lines]


def safe_at(*, case: Case, contact_method_id: UUID | None, channel: str, at: datetime) -> Answer:
    """Whether the person may be reached so at that moment."""
    return _asked(case, contact_method_id, channel, at)


def next_safe(
    *, case: Case, contact_method_id: UUID | None, channel: str, after: datetime
) -> datetime | None:
    """The first moment from then on that is safe and in the hub's hours; None where there is none."""
    calendar = hub_calendar()
    answer = _asked(
        case, contact_method_id, channel, after, (Window(calendar.opens, calendar.closes, WEEKDAYS),)
    )
    return after if answer.safe else answer.again


def _asked(
    case: Case, contact_method_id: UUID | None, channel: str, at: datetime, within: tuple[Window, ...] = ()
) -> Answer:
    linked = linked_contact(case.person_id)
    method = next((one for one in linked.methods if one.id == contact_method_id), None)
    if method is None and contact_method_id is not None:
        method = ContactMethod.objects.filter(id=contact_method_id, person=case.person_id).first()
    return safe_now(
        case=case, method=method, address=None, channel=channel, now=at, linked=linked, within=within
    )


def planned_on(case: Case) -> CallBack | None:
    """What is planned on the case."""
    return CallBack.objects.filter(case=case, state=CallBack.State.PLANNED).first()


def diary(*, actor: Actor, whose: str, now: datetime, after: str = "", before: str = "") -> DiaryPage:
    """One page of call-backs, the earliest first, of cases that the actor may come to.

    whose: mine, team (those whom the actor's teams carry, and those whom nobody does), or all.
    """
    page = one_page(
        [_planned(actor, whose)], key=BY_TIME, descending=False, size=SIZE, after=after, before=before
    )
    rows = CallBack.objects.filter(id__in=page.ids).select_related("case__person").order_by("at", "id")
    lines = _lines(list(rows), now)
    days: dict[date, list[DiaryLine]] = {}
    for line in lines:
        days.setdefault(timezone.localdate(line.call_back.at), []).append(line)
    return DiaryPage(list(days.items()), page.previous, page.next)


def feed_of(*, actor: Actor, now: datetime) -> list[tuple[UUID, datetime, UUID, str]]:
    """What the actor's calendar is told: of each of their own call-backs id, moment, case and its reference."""
    rows = _planned(actor, "mine").filter(at__gte=now - timedelta(days=7)).order_by("at", "id")
    return list(rows.values_list("id", "at", "case_id", "case__reference")[:FEED_SIZE])


def _planned(actor: Actor, whose: str) -> QuerySet[CallBack]:
    rows = CallBack.objects.filter(state=CallBack.State.PLANNED, case__in=scope.cases(actor))
    if whose == "mine":
        return rows.filter(case__assigned_to=actor.id)
    if whose == "team":
        mates = team_mates(actor)
        return rows.filter(case__assigned_to__in=mates) | rows.filter(case__assigned_to__isnull=True)
    return rows


def _lines(rows: Iterable[CallBack], now: datetime) -> list[DiaryLine]:
    listed = list(rows)
    cases = [row.case for row in listed]
    people = {case.person_id for case in cases}
    names = names_shown(cases)
    linked = linked_contacts(people)
    own = contact_methods_by_person(people)
    lines = []
    for row in listed:
        person = row.case.person_id
        held = linked.get(person, NOBODY)
        method = next((one for one in (*own[person], *held.methods) if one.id == row.contact_method_id), None)
        answer = safe_now(
            case=row.case, method=method, address=None, channel=row.channel, now=now, linked=held
        )
        lines.append(
            DiaryLine(
                call_back=row,
                case=row.case,
                name=names.get(person, NAMELESS),
                way=f"{VERBS[row.channel]} {method.value}" if method else VERBS[row.channel],
                value=f"{row.channel}:{row.contact_method_id}",
                answer=answer,
                is_due=row.at <= now,
            )
        )
    return lines
