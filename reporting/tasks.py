"""Roll-ups follow every event; folding is woken by beat. Dry runs are worked out by a worker."""

from uuid import UUID

from celery import shared_task

from access.context import current_actor
from messaging.subscribers import subscriber, witness
from reporting.actions.dry_runs import WORK_OUT, work_out
from reporting.actions.rollups import fold, note

witness(note)


@shared_task(ignore_result=True, name="reporting.fold")
def fold_deltas() -> None:
    fold()


@subscriber(name=WORK_OUT, account="rehearsal")
def work_out_dry_run(payload: dict[str, str]) -> None:
    work_out(actor=current_actor(), dry_run_id=UUID(payload["dry_run"]))
