"""The register of victim information requests: pages of it, and the data protection officer's file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from access.actor import Actor
from access.context import acting_as_system
from access.roles import Capability
from referrals.queries.keyset import Page, SortKey, one_page
from referrals.queries.people import NAMELESS, Name, names_by_person
from rights import scope
from rights.information import ANSWERS, tests_for
from rights.models import InformationRequest

PAGE = 25
MOST_IN_FILE = 20_000
Entry = tuple[InformationRequest, Name]


@dataclass(frozen=True)
class RegisterFilters:
    """Which requests are wanted; empty is all. Days are those of receipt, both included."""

    state: str = ""
    counselling: bool = False
    first: date | None = None
    last: date | None = None


def register(*, actor: Actor, filters: RegisterFilters, after: str = "", before: str = "") -> Page[Entry]:
    """One page of the register, the newest first."""
    page = one_page(
        [_filtered(scope.information_requests(actor), filters)],
        key=SortKey("number", int),
        descending=True,
        size=PAGE,
        after=after,
        before=before,
    )
    found = InformationRequest.objects.select_related("person").in_bulk(page.ids)
    names = names_by_person(one.person_id for one in found.values())
    return page.page([(one, names.get(one.person_id, NAMELESS)) for one in page.among(found)])


def information_request(*, actor: Actor, request_id: UUID) -> InformationRequest | None:
    """One request; None where it is not the actor's to see."""
    return scope.information_requests(actor).select_related("person").filter(id=request_id).first()


def tests_answered(found: InformationRequest) -> list[tuple[str, str]]:
    """Each test with its answer in words."""
    return [
        (test.words, ANSWERS.get(found.tests.get(test.code, ""), "Not answered yet"))
        for test in tests_for(counselling=found.counselling)
    ]


FILE_COLUMNS = (
    "number", "received", "due", "body", "counselling", "state", "tests_met", "tests", "notice_given",
    "decision", "decided", "disclosed", "days_to_decision",
)  # fmt: skip


def register_file(*, actor: Actor, filters: RegisterFilters) -> list[dict[str, object]]:
    """The register as lines without personal data: no name, no words, nothing of what was asked or said.

    An auditor reads no cases, and so no requests: the file is made for them by the account that audits.
    """
    if actor.can(Capability.SEE_RIGHTS):
        return list(_lines(actor, filters))
    with acting_as_system("audit") as account:
        return list(_lines(account, filters))


def _lines(actor: Actor, filters: RegisterFilters) -> Iterator[dict[str, object]]:
    found = _filtered(scope.information_requests(actor), filters).order_by("-number")[:MOST_IN_FILE]
    for one in found:
        tests = tests_for(counselling=one.counselling)
        yield {
            "number": one.number,
            "received": timezone.localdate(one.received_at),
            "due": timezone.localdate(one.due_at),
            "body": one.body,
            "counselling": "yes" if one.counselling else "no",
            "state": one.state,
            "tests_met": sum(one.tests.get(test.code) == "yes" for test in tests),
            "tests": len(tests),
            "notice_given": one.notice_on or "",
            "decision": one.decision,
            "decided": timezone.localdate(one.decided_at) if one.decided_at else "",
            "disclosed": timezone.localdate(one.disclosed_at) if one.disclosed_at else "",
            "days_to_decision": (one.decided_at - one.received_at).days if one.decided_at else "",
        }


def _filtered(wanted: QuerySet[InformationRequest], filters: RegisterFilters) -> QuerySet[InformationRequest]:
    if filters.state:
        wanted = wanted.filter(state=filters.state)
    if filters.counselling:
        wanted = wanted.filter(counselling=True)
    if filters.first:
        wanted = wanted.filter(received_at__gte=_at(filters.first))
    if filters.last:
        wanted = wanted.filter(received_at__lt=_at(filters.last + timedelta(days=1)))
    return wanted


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
