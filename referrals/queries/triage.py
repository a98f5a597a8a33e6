"""The triage queue and a practitioner's own cases: bounded, keyset-paged lists of what waits for whom.

What a filter means is written once (`STAGES`, `meanings`): the lists and the numbers above them ask the same.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import Count, F, Func, IntegerField, Min, Model, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from access.actor import Actor
from access.context import hub_id
from access.sight import NOTHING, sights_of
from agencies.queries import hub_practitioners, names_of, team_mates
from referrals import scope
from referrals.models import Case, Incident, Referral
from referrals.queries.calendar import midnight
from referrals.queries.contact import contact_notes_by_case
from referrals.queries.keyset import Page, SortKey, one_page
from referrals.queries.messages import cases_with_unread
from referrals.queries.people import NAMELESS, Name, names_shown, people_with_open_suggestions
from referrals.queries.repeats import repeats_by_person
from referrals.queries.search import search_condition
from referrals.workflow import CASE_STATUSES, OPEN_CASE, UNANSWERED
from victims.models import ContactMethod, SamePersonSuggestion
from victims.repeats import Repeats

SOON = timedelta(hours=4)
PAGE = 25
BOUND = 2000
"""Rows that the numbers of a page may cost at most. Beyond it each is a lower bound, and says so: "12+"."""

MOST = 100
"""So many are counted for a number that stands for a list: what is more is "100+"."""

WAITING = "waiting"
RISKS = ("high", "medium", "standard", "not_assessed")
FLAGS = (
    "domestic_abuse",
    "hate_crime",
    "child",
    "child_exploitation",
    "honour_based_abuse",
    "modern_slavery",
)
ASKED = Referral.objects.filter(status__in=UNANSWERED)


HELD = Q(held_until__gt=Now())
TO_DECIDE = ~Q(decision_wanted="") & Q(closed_at=None)
"""In the words of the index of these cases, so that it is used."""


@dataclass(frozen=True)
class Stage:
    """A part of the work that can be listed: its words, and the statuses in it with what else must hold in each."""

    words: str
    statuses: Mapping[str, Q]


STAGES: dict[str, Stage] = {
    WAITING: Stage("Waiting for triage", dict.fromkeys(("new", "triaging"), ~HELD)),
    "decision": Stage("To be routed or decided", {"triaged": ~HELD, "routed": TO_DECIDE & ~HELD}),
    "held": Stage("On hold", dict.fromkeys(("new", "triaging", "triaged", "routed"), HELD)),
    "partner": Stage("Awaiting partner", {"routed": Q(id__in=ASKED.values("case_id"))}),
    "suspended": Stage("Suspended as unsafe", {"suspended": Q()}),
}


@dataclass(frozen=True)
class Filters:
    """What a reader asked to see; empty is all. In a group any of the values, between groups all of them.

    text: a name, a reference or a postcode.
    """

    stage: str = WAITING
    due: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    entitlement: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    flag: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    area: tuple[str, ...] = ()
    text: str = ""


def query_of(filters: Filters) -> str:
    """The filters as the query of the list's address, never empty; a text is not in it, since it may be a name."""
    values = [(group, value) for group in GROUPS for value in getattr(filters, group)]
    return urlencode(
        [*([("stage", filters.stage)] if filters.stage != WAITING or not values else []), *values]
    )


VALUES: dict[str, tuple[str, ...]] = {
    "due": ("overdue", "soon", "today"),
    "risk": RISKS,
    "entitlement": tuple(Case.Entitlement.values),
    "assigned": ("nobody", "me", "team"),
    "flag": (*FLAGS, "repeat"),
}
"""The filter groups whose values are known beforehand, with them."""
COLUMNS = {"source": "source_name", "area": "area"}
"""The filter groups whose values are whatever the cases say, with the column that says it."""
GROUPS = (*VALUES, *COLUMNS)


Meanings = Mapping[str, Mapping[str, Q]]


def meanings(*, actor: Actor, now: datetime) -> Meanings:
    """What each value of each filter group in VALUES means; in COLUMNS it means itself."""
    return {
        "due": {
            "overdue": Q(due_at__lt=now),
            "soon": Q(due_at__gte=now, due_at__lt=now + SOON),
            "today": Q(due_at__gte=now, due_at__lt=midnight(timezone.localdate(now) + timedelta(days=1))),
        },
        "risk": {grade: Q(risk=grade) for grade in RISKS},
        "entitlement": {level: Q(entitlement=level) for level in Case.Entitlement.values},
        "assigned": {
            "nobody": Q(assigned_to=None),
            "me": Q(assigned_to=actor.id),
            "team": Q(assigned_to__in=team_mates(actor)),
        },
        "flag": {flag: Q(flags__contains=[flag]) for flag in FLAGS} | {"repeat": Q(repeat_until__gt=now)},
    }


ONCE = Repeats()


@dataclass(frozen=True)
class Row:
    """One line of a list of cases. `notes`: what must be known before anybody picks up a telephone."""

    case: Case
    name: Name
    status: str
    assignee: str
    open_by: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Ticked:
    """One case that somebody ticked in a list, and who carries it now."""

    case: Case
    assignee: str


def ticked(*, actor: Actor, ids: Sequence[UUID]) -> list[Ticked]:
    """The cases of these ids that the actor sees, by what is due first."""
    cases = list(scope.cases(actor).filter(id__in=ids).order_by("due_at", "id"))
    names = names_of(case.assigned_to for case in cases if case.assigned_to)
    return [Ticked(case, names.get(case.assigned_to, "") if case.assigned_to else "") for case in cases]


def triage_queue(
    *,
    actor: Actor,
    filters: Filters,
    meant: Meanings,
    now: datetime,
    sort: str = "due",
    after: str = "",
    before: str = "",
) -> Page[Row]:
    """One page of the cases that match the filters. meant: what `meanings` gave for this actor and moment."""
    branches = _branches(actor, filters, meant)
    return _page(actor, branches, sort, after, before, now)


def how_many(*, actor: Actor, filters: Filters, meant: Meanings) -> int:
    """How many cases `triage_queue` would list; no more than MOST + 1 are counted."""
    return _at_most(_branches(actor, filters, meant))


def _branches(actor: Actor, filters: Filters, meant: Meanings) -> list[QuerySet[Case]]:
    """The cases that match the filters, a queryset a status."""
    condition = search_condition(filters.text)
    for group in VALUES:
        chosen = Q()
        for value in getattr(filters, group):
            chosen |= meant[group][value]
        condition &= chosen
    for group, column in COLUMNS.items():
        if values := getattr(filters, group):
            condition &= Q(**{f"{column}__in": values})
    listed = scope.cases(actor).filter(condition)
    return [listed.filter(also, status=status) for status, also in STAGES[filters.stage].statuses.items()]


def _at_most(branches: Sequence[QuerySet[Case]]) -> int:
    found = [branch.order_by().values("id")[: MOST + 1] for branch in branches]
    return found[0].union(*found[1:], all=True)[: MOST + 1].count() if found[1:] else found[0].count()


def my_cases(
    *,
    actor: Actor,
    statuses: Sequence[str] = (),
    due: Sequence[str] = (),
    now: datetime,
    sort: str = "due",
    after: str = "",
    before: str = "",
) -> Page[Row]:
    """One page of the open cases that the actor carries. due: values of that filter group, any of them."""
    meant = meanings(actor=actor, now=now)
    return _page(actor, _carried(actor, statuses, due, meant), sort, after, before, now)


def how_many_mine(*, actor: Actor, due: Sequence[str] = (), meant: Meanings) -> int:
    """How many cases `my_cases` would list; no more than MOST + 1 are counted."""
    return _at_most(_carried(actor, (), due, meant))


def _carried(
    actor: Actor, statuses: Sequence[str], due: Sequence[str], meant: Meanings
) -> list[QuerySet[Case]]:
    """The actor's open cases, a queryset a status."""
    chosen = Q()
    for value in due:
        chosen |= meant["due"][value]
    mine = scope.cases(actor).filter(chosen, assigned_to=actor.id)
    return [mine.filter(status=status) for status in statuses or OPEN_CASE]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


SORTS: dict[str, SortKey] = {
    "due": SortKey("due_at", _moment, nullable=True),
    "reference": SortKey("reference", str),
    "offence": SortKey("offence_label", str),
    # In the order of letters high, medium, not_assessed, standard is also the order of concern.
    "risk": SortKey("risk", str),
    "assigned": SortKey("assignee_rank", int),
}


def _page(
    actor: Actor, branches: list[QuerySet[Case]], sort: str, after: str, before: str, now: datetime
) -> Page[Row]:
    name = sort.removeprefix("-")
    if name == "assigned":
        branches = [_with_assignee_rank(branch) for branch in branches]
    found = one_page(
        branches,
        key=SORTS[name],
        descending=sort.startswith("-"),
        size=PAGE,
        after=after,
        before=before,
    )
    return found.page(_rows(actor, found.ids, now))


def _with_assignee_rank(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Unassigned first (and those of people who left), then by the practitioners' names."""
    order = [person.id for person in hub_practitioners(hub=hub_id())]
    place = Func(
        Value(order, ArrayField(UUIDField())),
        F("assigned_to"),
        function="array_position",
        output_field=IntegerField(),
    )
    return cases.annotate(assignee_rank=Coalesce(place, 0))


def _rows(actor: Actor, ids: list[UUID], now: datetime) -> list[Row]:
    cases = {case.id: case for case in scope.cases(actor).filter(id__in=ids).select_related("person")}
    shown = [cases[case_id] for case_id in ids if case_id in cases]
    sights = sights_of(ids)

    def which(model: type[Model]) -> list[Case]:
        return [case for case in shown if sights.get(case.id, NOTHING).shows(model)]

    names = names_shown(shown, sights)
    assignees = names_of(case.assigned_to for case in shown if case.assigned_to)
    notes = contact_notes_by_case(which(ContactMethod), now=now)
    doubled = people_with_open_suggestions(case.person_id for case in which(SamePersonSuggestion))
    again = repeats_by_person([case.person_id for case in which(Incident)], until=now)
    written = cases_with_unread(ids)
    return [
        Row(
            case=case,
            name=names.get(case.person_id, NAMELESS),
            status=CASE_STATUSES[case.status],
            assignee=assignees.get(case.assigned_to, "") if case.assigned_to else "",
            open_by=open_by(case, actor=actor, now=now),
            notes=(
                *_hold_words(case, now),
                *(("Message from a partner not read",) if case.id in written else ()),
                *notes.get(case.id, ()),
                *(("Possible duplicate",) if case.person_id in doubled else ()),
                *((again[case.person_id].words,) if again.get(case.person_id, ONCE).words else ()),
            ),
        )
        for case in shown
    ]


def _hold_words(case: Case, now: datetime) -> tuple[str, ...]:
    if case.held_until is None or case.held_until <= now:
        return ()
    until = timezone.localtime(case.held_until)
    return (f"On hold until {until:%-d %b %H:%M}: {case.held_reason}",)


def open_by(case: Case, *, actor: Actor, now: datetime) -> str:
    """Who else has the case open now; "" where nobody has."""
    held = case.open_until is not None and case.open_until > now and case.opened_by != actor.id
    return case.opened_by_name if held else ""


@dataclass(frozen=True)
class Figures:
    """The numbers of the queue: all that wait, and how many each filter value would show."""

    waiting: int
    options: dict[str, dict[str, int]]
    oldest_unassigned: datetime | None
    partner: int
    partner_late: int
    at_least: bool
    """More waits than was counted: every number is a lower bound."""


def figures(*, actor: Actor, meant: Meanings, now: datetime) -> Figures:
    """The queue's numbers in two bounded queries: one over what waits, one over what partners have."""
    counts = {
        f"{group}__{value}": Count("id", filter=condition)
        for group in VALUES
        for value, condition in meant[group].items()
    }
    said = {group: ArrayAgg(column, filter=~Q(**{column: ""})) for group, column in COLUMNS.items()}
    waiting = _waiting(actor)
    found = waiting.order_by()[: BOUND + 1].aggregate(
        all=Count("id"), oldest=Min("opened_at", filter=Q(assigned_to=None)), **counts, **said
    )
    options = {group: {value: found[f"{group}__{value}"] for value in meant[group]} for group in VALUES}
    for group in COLUMNS:
        options[group] = dict(sorted(Counter(found[group] or ()).items()))
    with_partner = scope.cases(actor).filter(STAGES["partner"].statuses["routed"], status="routed")
    late = ASKED.filter(answer_due_at__lt=now).values("case_id")
    asked = with_partner.order_by()[: BOUND + 1].aggregate(
        all=Count("id"), late=Count("id", filter=Q(id__in=late))
    )
    return Figures(
        waiting=min(found["all"], BOUND),
        options=options,
        oldest_unassigned=found["oldest"],
        partner=asked["all"],
        partner_late=asked["late"],
        at_least=found["all"] > BOUND,
    )


def _waiting(actor: Actor) -> QuerySet[Case]:
    return scope.cases(actor).filter(~HELD, status__in=STAGES[WAITING].statuses)


def newest_case(*, actor: Actor) -> UUID | None:
    """The id of the newest case: a page remembers it to ask later what came since."""
    return scope.cases(actor).order_by("-id").values_list("id", flat=True).first()


def came_since(*, actor: Actor, newest: UUID | None, limit: int = 99) -> int:
    """How many cases that wait for triage came after that one; no more than `limit` are counted."""
    arrived = _waiting(actor)
    if newest is not None:
        arrived = arrived.filter(id__gt=newest)
    return arrived.order_by()[:limit].count()
