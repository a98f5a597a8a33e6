"""The Celery application. The broker is only a doorbell; PostgreSQL is the record.

Beside the tasks, each worker has a ticker of its own that sweeps every second and needs no broker,
so that work goes on, a second late, while the broker is away.
"""

import logging
import os
import threading
from pathlib import Path
from typing import Any

from celery import Celery, bootsteps
from celery.schedules import crontab
from celery.signals import beat_init, worker_init, worker_ready
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
logger = logging.getLogger(__name__)

SWEEP_SECONDS = 1.0

app = Celery("hub")
app.conf.update(
    broker_url=settings.BROKER_URL,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_connection_timeout=1,
    broker_transport_options={"socket_timeout": 2, "socket_connect_timeout": 1, "visibility_timeout": 60},
    task_publish_retry=False,
    beat_schedule_filename=str(settings.HUB_HOME / "beat-schedule"),
    beat_schedule={
        "sweep": {"task": "messaging.wake", "schedule": 5.0, "options": {"expires": 5}},
        "check-feeds": {"task": "referrals.check_feeds", "schedule": 60.0, "options": {"expires": 60}},
        "watch-clocks": {"task": "referrals.watch_clocks", "schedule": 30.0, "options": {"expires": 30}},
        "fold": {"task": "reporting.fold", "schedule": 10.0, "options": {"expires": 10}},
        "verify-log": {"task": "access.verify_log", "schedule": 15 * 60.0, "options": {"expires": 15 * 60}},
        "retention": {"task": "rights.nightly", "schedule": crontab(hour=2, minute=15)},
        "deduplicate": {"task": "victims.deduplicate", "schedule": crontab(hour=1, minute=30)},
        "digests": {"task": "agencies.digests", "schedule": crontab(hour=7, minute=30)},
        "find-hints": {"task": "referrals.find_hints", "schedule": 6 * 60 * 60.0},
        "prepare-months": {"task": "messaging.prepare_months", "schedule": 24 * 60 * 60.0},
    },
)
if settings.BROKER_URL.startswith("amqp"):
    app.conf.task_default_queue_type = "quorum"  # RabbitMQ's replicated, durable kind
app.autodiscover_tasks()


class Ticker(bootsteps.StartStopStep):
    """Sweeps the outbox every second in a thread of the worker, with the broker or without."""

    def __init__(self, worker: Any, **kwargs: Any) -> None:
        super().__init__(worker, **kwargs)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="outbox-ticker", daemon=True)

    def start(self, worker: Any) -> None:
        self._thread.start()

    def stop(self, worker: Any) -> None:
        self._stop.set()

    def _tick(self) -> None:
        from django.db import close_old_connections

        from messaging.relay import run_due

        while not self._stop.wait(SWEEP_SECONDS):
            try:
                close_old_connections()
                run_due()
            except Exception as error:  # the database may be restarting: come back in a second
                logger.warning("Sweep put off: %s", type(error).__name__)


app.steps["worker"].add(Ticker)


@worker_init.connect
@beat_init.connect
def _refuse_a_harmful_role(**kwargs: Any) -> None:
    """Stop here where the database role is not bound by the policies. A signal's exception would only be logged."""
    from hub.harmless import HarmfulRole, refuse_to_start

    try:
        refuse_to_start()
    except HarmfulRole as problem:
        raise SystemExit(str(problem)) from None


@worker_ready.connect
@beat_init.connect
def _say_ready(**kwargs: Any) -> None:
    """Tell whoever started us that we work: touch the file that READY_FILE names, if it names one."""
    if path := os.environ.get("READY_FILE"):
        Path(path).touch()
