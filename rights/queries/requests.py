"""Requests about people's data: what is due, and one person's."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from access.actor import Actor
from referrals.models import Case
from referrals.queries.keyset import Page, SortKey, one_page
from referrals.queries.people import NAMELESS, Name, names_by_person
from rights import scope
from rights.models import Correction, InformationRequest, LegalHold, Notice, Request, RetentionReview
from victims.models import Person

PAGE = 25
MOST = 50
BY_DUE = SortKey("due_at", datetime.fromisoformat)
LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "open": ("To be answered", ("open", "prepared", "decided")),
    "answered": ("Answered", ("done", "refused")),
}


def request_list(
    *, actor: Actor, chosen: str, after: str = "", before: str = ""
) -> Page[tuple[Request, Name]]:
    """One page of requests with the names of the people, the soonest due first (answered ones: the latest first)."""
    states = LISTS[chosen][1]
    page = one_page(
        [scope.requests(actor).filter(state=state) for state in states],
        key=BY_DUE,
        descending=chosen == "answered",
        size=PAGE,
        after=after,
        before=before,
    )
    found = Request.objects.select_related("person").in_bulk(page.ids)
    names = names_by_person(request.person_id for request in found.values())
    return page.page([(one, names.get(one.person_id, NAMELESS)) for one in page.among(found)])


@dataclass(frozen=True)
class PersonRights:
    """Everything about one person's rights on one page."""

    person: Person
    name: Name
    cases: list[Case]
    requests: list[Request]
    corrections: list[Correction]
    holds: list[LegalHold]
    reviews: list[RetentionReview]
    information: list[InformationRequest]
    notices: list[Notice]

    @property
    def open_hold(self) -> LegalHold | None:
        return next((hold for hold in self.holds if hold.lifted_at is None), None)


def person_rights(*, person: Person) -> PersonRights:
    """What was asked, corrected, held and reviewed of one person, the newest first."""
    of = {"person": person}
    return PersonRights(
        person=person,
        name=names_by_person([person.id]).get(person.id, NAMELESS),
        cases=list(Case.objects.filter(person=person).order_by("-id")[:MOST]),
        requests=list(Request.objects.filter(**of).order_by("-id")[:MOST]),
        corrections=list(Correction.objects.filter(person_id=person.id).order_by("-id")[:MOST]),
        holds=list(LegalHold.objects.filter(**of).order_by("-id")[:MOST]),
        reviews=list(RetentionReview.objects.filter(**of).order_by("-id")[:MOST]),
        information=list(InformationRequest.objects.filter(**of).order_by("-id")[:MOST]),
        notices=list(
            Notice.objects.filter(person_id=person.id)
            .select_related("agency", "referral")
            .order_by("-id")[:MOST]
        ),
    )


def request_of(*, actor: Actor, request_id: UUID, kind: str = "") -> Request | None:
    """One request with its person; None where it is not the actor's to see."""
    found = scope.requests(actor).select_related("person").filter(id=request_id)
    return found.filter(**({"kind": kind} if kind else {})).first()
