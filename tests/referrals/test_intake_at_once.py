"""Several workers at the same feeds: every row gets one verdict, in the order in which the sender spoke."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from access.context import acting_as_system
from messaging.models import Event, Message
from messaging.relay import run_due
from referrals.models import Case, FeedRow, FeedRun, Incident, SourceRecord
from tests.referrals.feeds import a_row, as_csv

pytestmark = pytest.mark.slow

PEOPLE = 450
WORKERS = 3
SOON = timedelta(minutes=10)


def deliver(folder: Path, update: int) -> None:
    rows = [
        a_row(CRIME_REF=f"31/{one:05d}/26", NOMINAL_REF=f"N{one}", UPDATE_NO=str(update), OIC=f"PC {update}")
        for one in range(PEOPLE)
    ]
    path = folder / f"{update}.csv"
    path.write_bytes(as_csv(rows))
    call_command("import_feed", str(path), source="northshire-police", stdout=StringIO())


def test_workers_at_once_give_each_row_one_verdict_and_the_last_word_stands(committed_hub, tmp_path):
    for update in range(3):
        deliver(tmp_path, update)

    def work() -> None:
        try:
            # A founded hub has messages for days far ahead: reviews of its agreements.
            while Message.objects.filter(done_at=None, available_at__lt=timezone.now() + SOON).exists():
                run_due()
                time.sleep(0.05)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as workers:
        for done in [workers.submit(work) for _ in range(WORKERS)]:
            done.result(timeout=120)
    with acting_as_system("tests"):
        counts = list(FeedRun.objects.order_by("number").values_list("status", "judged", "counts"))
        assert counts == [
            ("finished", PEOPLE, {"workable": PEOPLE}),
            ("finished", PEOPLE, {"update": PEOPLE}),
            ("finished", PEOPLE, {"update": PEOPLE}),
        ]
        assert not FeedRow.objects.filter(verdict="").exists()
        assert Case.objects.count() == Incident.objects.count() == SourceRecord.objects.count() == PEOPLE
        assert set(Incident.objects.values_list("update_no", "officer")) == {(2, "PC 2")}
        assert Event.objects.filter(topic="case.opened").count() == PEOPLE
        assert Event.objects.filter(topic="case.updated").count() == 2 * PEOPLE
        assert Event.objects.filter(topic="feed.finished").count() == 3
