"""Retention: records whose time is up go on the review queue; a person decides to erase them or to keep them."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish, schedule
from rights import scope
from rights.actions.erasure import ERASE, refuse_if_needed
from rights.actions.requests import RightsRefused, cases_of
from rights.models import RetentionReview
from rights.queries.retention import CHUNK, closed_people, dues_of


class ReviewNotFound(Exception):
    """There is no such review for the actor."""


def find_due(*, actor: Actor, after: UUID | None, today: date) -> UUID | None:
    """Put the next chunk of people whose time is up on the queue; the last person looked at, None at the end.

    Finding somebody again changes nothing: at most one review of a person is open. Raises NotAllowed.
    """
    actor.require(Capability.ERASE)
    now = timezone.now()
    people = closed_people(after=after, today=today)
    found = dues_of(people)
    RetentionReview.objects.bulk_create(
        [
            RetentionReview(
                person_id=person, rule=due.rule.code, edition=due.rule.edition, due_on=due.on, found_at=now
            )
            for person, due in found.items()
            if due.on <= today
        ],
        ignore_conflicts=True,
    )
    return people[-1] if len(people) == CHUNK else None


@transaction.atomic
def keep(*, actor: Actor, review_id: UUID, reason: str, until: date) -> RetentionReview:
    """Keep the record until a day, with the reason; then it comes back. Raises NotAllowed, RightsRefused."""
    review = _locked(actor, review_id)
    if not reason.strip():
        raise RightsRefused("Say why it is still needed.")
    if not timezone.localdate() < until <= date(timezone.localdate().year + 10, 12, 31):
        raise RightsRefused("Choose a day that lies ahead, within ten years.")
    review.keep_until = until
    return _decide(review, actor, RetentionReview.State.KEPT, reason)


@transaction.atomic
def erase_after_review(*, actor: Actor, review_id: UUID, reason: str) -> RetentionReview:
    """Have the record destroyed by the schedule. Raises NotAllowed, OnHold, StillWorkedOn, RightsRefused."""
    review = _locked(actor, review_id)
    refuse_if_needed(review.person_id)
    _decide(review, actor, RetentionReview.State.ERASING, reason)
    schedule(ERASE, key=f"review:{review.id}", payload={"review": str(review.id)}, at=timezone.now())
    return review


def _locked(actor: Actor, review_id: UUID) -> RetentionReview:
    actor.require(Capability.REVIEW_RETENTION)
    review = scope.reviews(actor).select_for_update().filter(id=review_id).first()
    if review is None:
        raise ReviewNotFound("There is no such review.")
    if review.state != RetentionReview.State.OPEN:
        raise RightsRefused(f"This record is {review.get_state_display()} now.")
    return review


def _decide(review: RetentionReview, actor: Actor, state: str, reason: str) -> RetentionReview:
    now = timezone.now()
    review.state, review.reason = state, reason.strip()
    review.decided_by, review.decided_by_name, review.decided_at = actor.id, actor.name, now
    review.save()
    publish(
        *(
            Happening("rights.retention_decided", at=now, case_id=case, data={"decision": str(state)})
            for case in cases_of(review.person_id)
        )
    )
    return review
