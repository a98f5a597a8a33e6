"""A partner's queue: its agency's referrals by how far they are, filtered, sorted by any column, in keyset pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, IntegerField, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Coalesce

from access.actor import Actor
from access.roles import Capability
from agencies.models import Practitioner, Service
from agencies.queries import names_of
from referrals import scope
from referrals.models import Referral
from referrals.queries.keyset import Page, SortKey, one_page
from referrals.queries.referrals import PAGE, ReferralRow, rows_of
from referrals.workflow import FINAL, UNANSWERED

MOST = 100

TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    "answer": ("To answer", UNANSWERED),
    "work": ("Taken on", ("accepted", "in_progress")),
    "ended": ("Ended", FINAL),
}
"""The lists of a partner's queue, with the statuses in each in the order of their life."""


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


DUE = {
    "answer": SortKey("answer_due_at", datetime.fromisoformat),
    "work": SortKey("answered_at", _moment, nullable=True),
    "ended": SortKey("ended_at", _moment, nullable=True),
}
"""The time that each list shows, and is sorted by unless asked otherwise."""
BY_RANK = SortKey("rank", int)
BY_SENT = SortKey("made", UUID)
"""Ids are made in the order of time."""
SORTS = ("sent", "service", "status", "assigned", "due")


@dataclass(frozen=True)
class Filters:
    """What a reader asked to see; empty is all. assigned: "nobody", "me"; service: codes."""

    tab: str = "answer"
    due: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    urgent: tuple[str, ...] = ()

    @property
    def narrowed(self) -> bool:
        return self != Filters(tab=self.tab)


VALUES = {"due": ("overdue",), "assigned": ("nobody", "me"), "urgent": ("yes",)}
GROUPS = (*VALUES, "service")


def query_of(filters: Filters) -> str:
    """The filters as the query of the list's address."""
    return urlencode(
        [("list", filters.tab), *((group, value) for group in GROUPS for value in getattr(filters, group))]
    )


def services_of(actor: Actor) -> list[Service]:
    """What the actor's agency offers or offered, by name. Few."""
    return list(Service.objects.filter(team__agency=actor.agency_id).order_by("name", "id"))


def colleagues_of(actor: Actor) -> list[Practitioner]:
    """Active people of the actor's agency who answer referrals, by name."""
    people = Practitioner.objects.filter(agency=actor.agency_id, is_active=True, role="partner_practitioner")
    return list(people.order_by("name", "id"))


def partner_queue(
    *,
    actor: Actor,
    filters: Filters,
    services: Sequence[Service],
    now: datetime,
    sort: str = "due",
    after: str = "",
    before: str = "",
) -> Page[ReferralRow]:
    """One page of the agency's referrals. services: what `services_of` gave for the actor."""
    actor.require(Capability.SEE_REFERRALS)
    theirs = scope.referrals(actor).filter(_condition(actor, filters, now))
    if filters.service:
        theirs = theirs.filter(service__in=[one.id for one in services if one.code in filters.service])
    branches = [theirs.filter(status=status) for status in TABS[filters.tab][1]]
    by, key = sort.removeprefix("-"), BY_RANK
    if by == "status":
        branches = _ranked(branches)
    elif by == "service" and services:
        branches = [
            one
            for branch in branches
            for one in _ranked([branch.filter(service=service) for service in services])
        ]
    elif by == "assigned":
        branches = [_by_colleague(branch, colleagues_of(actor)) for branch in branches]
    elif by == "sent":
        branches, key = [branch.annotate(made=F("id")) for branch in branches], BY_SENT
    else:
        key = DUE[filters.tab]
    part = one_page(branches, key=key, descending=sort.startswith("-"), size=PAGE, after=after, before=before)
    rows = rows_of(actor, part.ids)
    names = names_of(row.referral.assigned_to for row in rows if row.referral.assigned_to)
    told = [
        replace(row, given_to=names.get(row.referral.assigned_to, "") if row.referral.assigned_to else "")
        for row in rows
    ]
    return part.page(told)


def _condition(actor: Actor, filters: Filters, now: datetime) -> Q:
    found = Q(answer_due_at__lt=now) if filters.due else Q()
    if filters.urgent:
        found &= Q(urgent=True)
    whose = Q()
    if "nobody" in filters.assigned:
        whose |= Q(assigned_to=None)
    if "me" in filters.assigned:
        whose |= Q(assigned_to=actor.id)
    return found & whose


def _ranked(branches: Sequence[QuerySet[Referral]]) -> list[QuerySet[Referral]]:
    """Each with its own place as the value to sort by: a constant, so that each is still walked along an index."""
    return [
        branch.annotate(rank=Value(place, IntegerField())) for place, branch in enumerate(branches, start=1)
    ]


def _by_colleague(branch: QuerySet[Referral], people: Sequence[Practitioner]) -> QuerySet[Referral]:
    """Nobody's first (and those of people who left), then by the colleagues' names."""
    order = Value([one.id for one in people], ArrayField(UUIDField()))
    place = Func(order, F("assigned_to"), function="array_position", output_field=IntegerField())
    return branch.annotate(rank=Coalesce(place, 0))


def how_many_asked(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """How many referrals wait for the actor's agency's answer, and how many late; at most MOST + 1 are counted."""
    asked = scope.referrals(actor).filter(status__in=UNANSWERED).order_by("answer_due_at")
    due = list(asked.values_list("answer_due_at", flat=True)[: MOST + 1])
    return len(due), sum(at < now for at in due)


def how_many_taken_on(*, actor: Actor) -> tuple[int, int]:
    """How many referrals the actor's agency works on, and how many of them the actor; at most MOST + 1 each."""
    taken = scope.referrals(actor).filter(status__in=TABS["work"][1]).order_by()
    return taken[: MOST + 1].count(), taken.filter(assigned_to=actor.id)[: MOST + 1].count()
