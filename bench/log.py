"""Asks for the queue and a case again and again, in turn with and without the record of looks, and times the database.

Database time is that of every statement and of the commit, which makes a recorded look durable.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hub import embedded

ROUNDS = 100
WARM = 10


def main(feed: Path) -> None:
    """One line of JSON a page: milliseconds of database time of each round, with and without."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from access.context import acting_as_system
    from agencies.models import Practitioner
    from referrals.models import Case

    settings.ALLOWED_HOSTS.append("testserver")
    call_command(
        "import_feed", str(feed), source="northshire-police", wait=True, json=True, stdout=sys.stderr
    )
    with acting_as_system("bench"):
        somebody = Practitioner.objects.filter(role="practitioner").select_related("agency").earliest("name")
        case = Case.objects.filter(status="new").earliest("id")
        browser = Client()
        browser.force_login(somebody)
    for name, address in (("queue", "/triage/"), ("case", f"/cases/{case.reference}/")):
        took: dict[str, list[float]] = {"with": [], "without": []}
        for number in range(2 * (WARM + ROUNDS)):
            kind = ("with", "without")[number % 2]
            with _recording(kind == "with"), _timed(connection) as spent:
                answer = browser.get(address)
            if answer.status_code != 200:
                raise SystemExit(f"{address} answered {answer.status_code}")
            if number >= 2 * WARM:
                took[kind].append(1000 * sum(spent))
        print(json.dumps({"page": name, **took}))


@contextmanager
def _recording(wanted: bool) -> Iterator[None]:
    """Leave the record of looks as it is, or let what was gathered go."""
    from access import looks

    kept = looks.append
    if not wanted:
        looks.append = list  # it takes what was gathered, and writes nothing
    try:
        yield
    finally:
        looks.append = kept


@contextmanager
def _timed(connection: Any) -> Iterator[list[float]]:
    spent: list[float] = []
    commit = connection._commit

    def clocked(call: Callable[..., Any], *given: Any) -> Any:
        began = time.perf_counter()
        try:
            return call(*given)
        finally:
            spent.append(time.perf_counter() - began)

    connection._commit = lambda: clocked(commit)
    try:
        with connection.execute_wrapper(clocked):
            yield spent
    finally:
        with suppress(AttributeError):
            del connection._commit


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    with embedded.attach():
        main(Path(sys.argv[1]))
