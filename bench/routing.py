"""Decisions that a Celery worker makes, and tasks that do nothing, through the same broker in the same run.

The cases have what routing looks at: consents, services with places and shares, two teams for one service.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hub import embedded

WORKER = (
    sys.executable,
    "-m",
    "celery",
    "-A",
    "hub",
    "worker",
    "--pool=threads",
    "--concurrency=4",
    "--loglevel=ERROR",
)
KINDS: tuple[dict[str, Any], ...] = (
    {"flags": ["domestic_abuse"], "risk": "high"},
    {"offence_group": "sexual"},
    {"flags": ["hate_crime"], "offence_group": "public_order"},
    {"offence_group": "theft"},
)


def main(many: int) -> None:
    """One line of JSON: how many decisions and how many tasks that do nothing were done in a second."""
    import django

    django.setup()
    from django.utils import timezone

    from access.context import acting_as_system
    from hub.celery import app
    from messaging.events import Happening, publish
    from messaging.models import Message
    from referrals.models import Referral, RoutingDecision

    cases = _cases(many)
    worker = subprocess.Popen(WORKER)
    try:
        app.send_task("celery.accumulate", ignore_result=True)
        _until(lambda: _left(app) == 0)

        began = time.perf_counter()
        with acting_as_system("bench"):
            publish(*(Happening("case.triaged", at=timezone.now(), case_id=case) for case in cases))

        def decided() -> bool:
            with acting_as_system("bench"):
                return RoutingDecision.objects.count() >= many

        _until(decided)
        decisions = many / (time.perf_counter() - began)

        def quiet() -> bool:
            with acting_as_system("bench"):
                return not Message.objects.filter(done_at=None, available_at__lte=timezone.now()).exists()

        _until(quiet)  # what follows from the decisions would be done beside the tasks of nothing
        followed = many / (time.perf_counter() - began)
        _until(lambda: _left(app) == 0)
        began = time.perf_counter()
        for _ in range(many):
            app.send_task("celery.accumulate", ignore_result=True)
        _until(lambda: _left(app) == 0)
        nothing = many / (time.perf_counter() - began)
    finally:
        worker.terminate()
        worker.wait(30)
    with acting_as_system("bench"):
        referrals = Referral.objects.count()
    told = {"decisions": decisions, "followed": followed, "nothing": nothing, "referrals": referrals}
    print(json.dumps(told))


def _cases(many: int) -> list[Any]:
    """Triaged cases of several kinds that consented to every partner, and services that have to be chosen among."""
    from django.utils import timezone

    from access.context import acting_as_system
    from agencies.models import Agency, Service, Team
    from tests.factories import a_case
    from victims.models import Consent

    now = timezone.now()
    cases = [a_case(status="triaged", **KINDS[number % len(KINDS)]) for number in range(many)]
    with acting_as_system("tests"):
        partners = list(Agency.objects.filter(kind="partner"))
        Consent.objects.bulk_create(
            Consent(
                person=case.person,
                case_id=case.id,
                agency=agency,
                answer="given",
                categories=["identity", "contact", "incident", "assessment"],
                how="by phone",
                recorded_by=case.id,
                recorded_by_name="bench",
                recorded_at=now,
                expires_at=now + timedelta(days=365),
            )
            for case in cases
            for agency in partners
        )
        Service.objects.create(
            code="hate-crime", name="Hate crime", team=Team.objects.get(code="young-voices-team"), share=40
        )
        Service.objects.filter(code="hate-crime", share=None).update(share=60)
        Service.objects.filter(code__in=("idva", "isva")).update(capacity=many // 8)
    return [case.id for case in cases]


def _left(app: Any) -> int:
    """Tasks that the broker holds, or that a worker has taken and not finished."""
    with app.connection_for_read() as connection:
        client = connection.default_channel.client
        return client.llen("celery") + client.hlen("unacked")


def _until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 900
    while not done():
        if time.monotonic() > until:
            raise SystemExit("The worker did not come to an end.")
        time.sleep(0.05)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    with embedded.attach():
        main(int(sys.argv[1]))
