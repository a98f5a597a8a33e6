"""What goes on by itself about people: comparisons of everybody, begun each night, and estimates of the weights."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from access.context import acting_as_system, current_actor
from messaging.subscribers import subscriber
from victims.actions.deduplication import COMPARE, DeduplicationRuns, compare_batch, start_deduplication
from victims.actions.weights import ESTIMATE, estimate_step

ACCOUNT = "recognition"


@subscriber(name=COMPARE, account=ACCOUNT)
def compare_next(payload: dict[str, str]) -> None:
    """The next batch of a comparison of everybody."""
    after = UUID(payload["after"]) if payload["after"] else None
    compare_batch(actor=current_actor(), run_id=UUID(payload["run"]), after=after)


@subscriber(name=ESTIMATE, account=ACCOUNT)
def estimate_next(payload: dict[str, str]) -> None:
    """The next step of an estimate of the weights."""
    estimate_step(actor=current_actor(), estimate_id=UUID(payload["estimate"]), step=int(payload["step"]))


@shared_task(ignore_result=True, name="victims.deduplicate")
def deduplicate_tonight() -> None:
    """Begin to compare everybody, once a day; harmless to run again."""
    with acting_as_system(ACCOUNT) as actor:
        try:
            start_deduplication(actor=actor, day=timezone.localdate())
        except DeduplicationRuns:
            return  # the one before still goes on; tomorrow's begins when it is done
