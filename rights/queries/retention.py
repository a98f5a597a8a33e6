"""Whose record has been kept long enough, and the queue of what must be reviewed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone

from access.actor import Actor
from agencies.models import Agency
from referrals.models import Case, ContactAttempt, FeedSource
from referrals.queries.keyset import Page, SortKey, one_page
from referrals.queries.people import NAMELESS, Name, names_by_person
from rights import scope
from rights.models import Certificate, LegalHold, RetentionReview
from rights.retention import ClosedCase, Due, Rule, due, schedule, shortest
from victims.models import Person

CHUNK = 500
PAGE = 25
BY_DUE = SortKey("due_on", date.fromisoformat)


def closed_people(*, after: UUID | None, today: date) -> list[UUID]:
    """The next people, by id, all of whose cases are closed, who are not on the queue, kept or on hold: a chunk."""
    cases = Case.objects.filter(person=OuterRef("id"))
    standing = RetentionReview.objects.filter(person=OuterRef("id")).filter(
        Q(state__in=("open", "erasing")) | Q(state="kept", keep_until__gt=today)
    )
    found = Person.objects.filter(
        Exists(cases.filter(closed_at__lt=timezone.now() - shortest())),
        ~Exists(cases.filter(closed_at__isnull=True)),
        ~Exists(standing),
        ~Exists(LegalHold.objects.filter(person=OuterRef("id"), lifted_at__isnull=True)),
        ~Exists(Certificate.objects.filter(person_id=OuterRef("id"))),
    )
    if after is not None:
        found = found.filter(id__gt=after)
    return list(found.order_by("id").values_list("id", flat=True)[:CHUNK])


def dues_of(people: Sequence[UUID]) -> dict[UUID, Due]:
    """When each of the people's records has been kept long enough, by the schedule."""
    police = set(FeedSource.objects.filter(agency__kind=Agency.Kind.POLICE).values_list("name", flat=True))
    cases = Case.objects.filter(person__in=people, closed_at__isnull=False)
    contacts = dict(
        ContactAttempt.objects.filter(case__in=cases.values("id"))
        .values_list("case_id")
        .annotate(last=Max("attempted_at"))
    )
    closed: dict[UUID, list[ClosedCase]] = defaultdict(list)
    for case in cases.only("id", "person_id", "end_state", "closed_at", "source_name"):
        last = contacts.get(case.id)
        closed[case.person_id].append(
            ClosedCase(
                end_state=case.end_state,
                closed_on=timezone.localdate(case.closed_at),
                last_contact_on=timezone.localdate(last) if last else None,
                from_police=case.source_name in police,
            )
        )
    born = dict(Person.objects.filter(id__in=people).values_list("id", "date_of_birth"))
    found = {person: due(of, born=born.get(person)) for person, of in closed.items()}
    return {person: one for person, one in found.items() if one is not None}


@dataclass(frozen=True)
class ReviewRow:
    """One record to be reviewed: whose, by which rule, and since when it is due."""

    review: RetentionReview
    reference: str
    name: Name
    rule: Rule | None
    on_hold: bool


def review_queue(*, actor: Actor, after: str = "", before: str = "") -> Page[ReviewRow]:
    """One page of records whose time is up, the longest overdue first."""
    waiting = scope.reviews(actor).filter(state=RetentionReview.State.OPEN)
    page = one_page([waiting], key=BY_DUE, descending=False, size=PAGE, after=after, before=before)
    return page.page(_rows(page.ids))


def _rows(ids: Sequence[UUID]) -> list[ReviewRow]:
    reviews = RetentionReview.objects.select_related("person").in_bulk(ids)
    people = [review.person_id for review in reviews.values()]
    names = names_by_person(people)
    held = set(
        LegalHold.objects.filter(person__in=people, lifted_at__isnull=True).values_list(
            "person_id", flat=True
        )
    )
    return [
        ReviewRow(
            review=reviews[one],
            reference=reviews[one].person.reference,
            name=names.get(reviews[one].person_id, NAMELESS),
            rule=rule_of(reviews[one]),
            on_hold=reviews[one].person_id in held,
        )
        for one in ids
        if one in reviews
    ]


def review_row(review: RetentionReview) -> ReviewRow:
    """One review as the queue shows it."""
    return _rows([review.id])[0]


def rule_of(review: RetentionReview) -> Rule | None:
    """The rule and edition that a review came by; None where the schedule no longer has it."""
    same = (rule for rule in schedule() if (rule.code, rule.edition) == (review.rule, review.edition))
    return next(same, None)
