"""The same pages with row-level policies on and off, turn by turn, in one process on one database.

Off is: the owner has disabled row-level security on every table of this throw-away database, so that the role,
the connection, the queries and the scopes are the same and nothing but the policies differs.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hub import embedded

TURNS = 9
ASKED_AT_ONCE = 10
SENT = 600  # referrals of one partner, each with its grant and its entry in the partner's feed


def main(feed: Path) -> None:
    """Fill a founded hub from the feed, then measure each page in turns; one line of JSON a page and turn."""
    import django

    django.setup()
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    fill(feed)
    for turn in range(TURNS):
        for is_on in (True, False) if turn % 2 else (False, True):
            with policies(on=is_on):
                for name, ask in pages():
                    ask()  # plans are made anew after a change of policies: that is not what is measured
                    took, in_database = timed(ask)
                    told = {"page": name, "on": is_on, "took": took, "in_database": in_database}
                    print(json.dumps(told), flush=True)


def fill(feed: Path) -> None:
    """Cases from the feed, and referrals of some of them to Victim Care."""
    from django.core.management import call_command
    from django.utils import timezone

    from access.context import acting_as_system
    from access.models import Grant
    from messaging.events import Happening, publish
    from referrals.models import Case
    from tests.cast import give_passwords_and_clients
    from tests.factories import a_referral

    give_passwords_and_clients()
    call_command(
        "import_feed", str(feed), source="northshire-police", wait=True, json=True, stdout=sys.stderr
    )
    with acting_as_system("bench"):
        cases = list(Case.objects.order_by("id")[:SENT])
        for case in cases:
            referral = a_referral(case)
            Grant.objects.create(
                agency_id=referral.agency_id,
                case_id=case.id,
                person_id=case.person_id,
                categories=["identity", "contact", "incident"],
                granted_at=timezone.now(),
                because=f"referral:{referral.id}",
            )
            told = Happening("referral.sent", at=timezone.now(), case_id=case.id, referral_id=referral.id,
                             audience=[referral.agency_id])  # fmt: skip
            publish(told)
    _owner("ANALYZE")


def pages() -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is asked, by whom: the queue by a practitioner, the list and the changes by a partner's system."""
    from tests.cast import Cast

    browser, system = Cast().browser("priya"), Cast().system("victim-care")
    yield "queue page", lambda: _well(browser.get("/triage/"))
    yield "API, list", lambda: _well(system.get("referrals/"))
    yield "API, changes", lambda: _well(system.get("changes/?after=0"))


def timed(ask: Callable[[], Any]) -> tuple[float, float]:
    """Seconds for one answer, and how many of them were spent waiting for the database."""
    from django.db import connection

    waited = 0.0

    def clocked(execute: Any, *arguments: Any) -> Any:
        nonlocal waited
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            waited += time.perf_counter() - began

    began = time.perf_counter()
    with connection.execute_wrapper(clocked):
        for _ in range(ASKED_AT_ONCE):
            ask()
    return (time.perf_counter() - began) / ASKED_AT_ONCE, waited / ASKED_AT_ONCE


@contextmanager
def policies(*, on: bool) -> Iterator[None]:
    """Row-level security of every table that has it, as it is or switched off."""
    if on:
        yield
        return
    switched = _owner("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind IN ('r', 'p')")
    try:
        for name in switched:
            _owner(f'ALTER TABLE "{name}" DISABLE ROW LEVEL SECURITY')
        yield
    finally:
        for name in switched:
            _owner(f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY')


def _owner(statement: str) -> list[str]:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


def _well(answer: Any) -> None:
    assert answer.status_code == 200, answer.status_code


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    with embedded.attach():
        main(Path(sys.argv[1]))
