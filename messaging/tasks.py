"""Celery's part: being woken. The work itself is in the outbox, so a lost or doubled wake-up is harmless."""

from celery import shared_task
from django.db import connection

from messaging.relay import run_due


@shared_task(ignore_result=True, name="messaging.wake")
def wake() -> int:
    """Do what is overdue. Sent on commit, and by beat as a sweep."""
    return run_due()


@shared_task(ignore_result=True, name="messaging.prepare_months")
def prepare_months() -> None:
    """Keep a year of monthly partitions ready for the record of looks and of changes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_prepare_months(12)")
