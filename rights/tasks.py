"""What follows: carrying out an erasure that was decided, and the nightly walk for records whose time is up."""

from datetime import date
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from access.context import acting_as_system, current_actor
from messaging.events import schedule
from messaging.queries import event_data
from messaging.subscribers import subscriber
from rights.actions.erasure import ASKED, ERASE, Ground, StillWorkedOn, erase
from rights.actions.holds import OnHold
from rights.actions.recalls import recall_document
from rights.actions.retention import find_due
from rights.models import Request, RetentionReview

FIND_DUE = "rights.find_due"


@shared_task(ignore_result=True, name="rights.nightly")
def nightly() -> None:
    """Begin tonight's walk; begun twice in one night it is one walk."""
    with acting_as_system("retention"):
        today = timezone.localdate()
        schedule(FIND_DUE, key=f"{today}:", payload={"day": str(today)}, at=timezone.now())


@subscriber(name=FIND_DUE, account="retention")
def find_due_records(payload: dict[str, str]) -> None:
    """One chunk of the walk, and the next to follow it."""
    after = UUID(payload["after"]) if "after" in payload else None
    last = find_due(actor=current_actor(), after=after, today=date.fromisoformat(payload["day"]))
    if last is not None:
        following = {"day": payload["day"], "after": str(last)}
        schedule(FIND_DUE, key=f"{payload['day']}:{last}", payload=following, at=timezone.now())


@subscriber(name=ERASE, account="retention")
def carry_out(payload: dict[str, str]) -> None:
    """Erase whom it was decided for. What came between (a hold, a new case) gives it back to be decided again."""
    if "request" in payload:
        _carry_out_request(UUID(payload["request"]))
    else:
        _carry_out_review(UUID(payload["review"]))


def _carry_out_request(request_id: UUID) -> None:
    request = Request.objects.select_for_update(of=("self",)).get(id=request_id)
    if request.state != Request.State.DECIDED:
        return
    ground = Ground(ASKED, "", request.decided_by_name, request.decided_at or timezone.now())
    try:
        erase(actor=current_actor(), person_id=request.person_id, ground=ground)
    except (OnHold, StillWorkedOn):
        Request.objects.filter(id=request_id).update(
            state=Request.State.PREPARED, decided_by=None, decided_by_name="", decided_at=None
        )
        return
    Request.objects.filter(id=request_id).update(state=Request.State.DONE)
    _end_reviews(request.person_id)


def _carry_out_review(review_id: UUID) -> None:
    review = RetentionReview.objects.select_for_update(of=("self",)).get(id=review_id)
    if review.state != RetentionReview.State.ERASING:
        return
    ground = Ground(review.rule, review.edition, review.decided_by_name, review.decided_at or timezone.now())
    try:
        erase(actor=current_actor(), person_id=review.person_id, ground=ground)
    except (OnHold, StillWorkedOn):
        RetentionReview.objects.filter(id=review_id).update(state=RetentionReview.State.OPEN)
        return
    _end_reviews(review.person_id)


@subscriber("document.withdrawn", name="rights.recall_document", account="rights")
def recall_from_agencies(payload: dict[str, str]) -> None:
    """Who was ever given a document that was taken out of sight is told to destroy it."""
    recall_document(withdrawal_id=UUID(str(event_data(payload)["withdrawal"])))


def _end_reviews(person_id: UUID) -> None:
    """The record is gone: nothing is left to review or to answer."""
    RetentionReview.objects.filter(person=person_id, state__in=("open", "erasing")).update(
        state=RetentionReview.State.ERASED
    )
    Request.objects.filter(person=person_id, state__in=("open", "prepared", "decided")).update(
        state=Request.State.DONE
    )
