"""Roll-ups follow every event; folding is woken by beat."""

from celery import shared_task

from messaging.subscribers import witness
from reporting.actions import fold, note

witness(note)


@shared_task(ignore_result=True, name="reporting.fold")
def fold_deltas() -> None:
    fold()
