"""What was acknowledged against what is there, when all is quiet again."""

import json
from collections import Counter
from datetime import timedelta
from uuid import UUID

import requests

from scripts.prove.at_work import System
from scripts.prove.ledger import GIVE_UP, PARTNERS, Ledger
from tests.platform.stage import Instance, eventually

TIMED = ("referrals.expire", "agencies.mail_notifications")  # they have their own times, storm or not

NEXT_TRY = timedelta(minutes=6)  # what failed in the storm waits for its next try: five minutes at most


def settle(stage: Instance, port: int, ledger: Ledger, systems: list[System]) -> None:
    """Until everything runs, nothing that is due is left, and every partner has pulled since and found nothing.

    A partner may answer after the last message was done: what its answer sets going must come to its end, too.
    """
    from django.db import Error, connections
    from django.utils import timezone

    from access.context import acting_as_system
    from messaging.models import Message

    def nothing_due() -> bool:
        try:
            requests.get(f"http://127.0.0.1:{port}/health/", timeout=5).raise_for_status()
            with acting_as_system("proof"):
                due = Message.objects.filter(
                    done_at__isnull=True, available_at__lte=timezone.now() + NEXT_TRY
                )
                return not due.exclude(subscriber__in=TIMED).exists()
        except (Error, requests.RequestException):
            connections.close_all()
            return False

    def brought() -> int:
        return sum(map(len, ledger.pulled.values()))

    def at_rest() -> bool:
        before = brought()
        if any(one.answering for one in systems) or not nothing_due():
            return False
        # The pull that is under way may have begun before; the one after it has not.
        enough = [(one, one.pulls + 2) for one in systems]
        if not eventually(lambda: all(one.pulls >= pulls for one, pulls in enough), GIVE_UP):
            return False
        return brought() == before

    if not eventually(lambda: ledger.gave_up or at_rest(), GIVE_UP):
        raise SystemExit(f"The hub did not come to rest in {GIVE_UP} s: see {stage.home}.")


def count(ledger: Ledger) -> list[tuple[str, int, int]]:
    """What was acknowledged against what is there: in words, how many are lost or doubled, and of how many."""
    from access.context import acting_as_system
    from messaging.models import Event, FeedEntry
    from referrals.models import FeedRow, FeedRun, Referral, RoutingDecision

    with acting_as_system("proof"):
        rows_lost = 0
        for number, received in ledger.runs.items():
            run = FeedRun.objects.filter(number=number).first()
            judged = FeedRow.objects.filter(run=run).exclude(verdict="").count() if run else 0
            rows_lost += received - judged
        asked = {
            str(one): 0 for one in Event.objects.filter(topic="case.triaged").values_list("id", flat=True)
        }
        for event in RoutingDecision.objects.values_list("asked_by", flat=True):
            if event in asked:
                asked[event] += 1
        triaged = set(Event.objects.filter(topic="case.triaged").values_list("case_id", flat=True))
        routes = Counter(Referral.objects.values_list("case_id", "service_id"))
        states = {str(one): status for one, status in Referral.objects.values_list("id", "status")}
        entries = dict.fromkeys(PARTNERS, 0)
        for code in FeedEntry.objects.filter(event__topic__startswith="referral.").values_list(
            "agency_id", flat=True
        ):
            entries[_codes()[code]] += 1
    pulled = [item for items in ledger.pulled.values() for item in items]
    gaps = sum(
        [position for position, _, _ in items] != list(range(1, len(items) + 1))
        for items in ledger.pulled.values()
    )
    return [
        ("Rows of acknowledged feeds without their verdict", rows_lost, sum(ledger.runs.values())),
        ("Finished triages lost", len(ledger.triaged - triaged), len(ledger.triaged)),
        ("Triaged cases not routed", sum(not times for times in asked.values()), len(asked)),
        ("Triaged cases routed twice", sum(times > 1 for times in asked.values()), len(asked)),
        ("Cases sent twice to one service", sum(times > 1 for times in routes.values()), len(routes)),
        (
            "Answers of partners lost",
            sum(states.get(one) != status for one, status in ledger.moves.items()),
            len(ledger.moves),
        ),
        ("Changes that no pull brought", sum(entries.values()) - len(pulled), sum(entries.values())),
        ("Changes pulled twice", len(pulled) - len({event for _, event, _ in pulled}), len(pulled)),
        ("Partners' feeds with a gap", gaps, len(PARTNERS)),
    ]


def _codes() -> dict[UUID, str]:
    from agencies.models import Agency

    return dict(Agency.objects.values_list("id", "code"))


def integrity(stage: Instance) -> list[tuple[str, int, int]]:
    """The product's own invariants on what is left."""
    done = stage.python("manage.py", "check_integrity", "--json", seconds=GIVE_UP)
    checks = json.loads(done.stdout)["checks"]
    return [(f"Exceptions to: {one['says'].lower()}", len(one["broken"]), one["looked_at"]) for one in checks]
