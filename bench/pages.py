"""What the pages of a working day cost over a history of a given size: time of the server, of the database, queries."""

import json
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from html import unescape
from typing import Any

from hub import embedded

TURNS = 15
YEARS = 5
FURTHER = re.compile(r'href="([^"]+)" rel="next"')
HELD = 20
"""One in so many open cases is on hold."""
QUEUES = {
    "today": "/",
    "queue": "/triage/?stage=waiting",
    "queue, by due last": "/triage/?sort=-due",
    "queue, by reference": "/triage/?sort=reference",
    "queue, by offence": "/triage/?sort=offence",
    "queue, by risk": "/triage/?sort=-risk",
    "queue, by assignee": "/triage/?sort=assigned",
    "queue, overdue": "/triage/?due=overdue",
    "queue, my team's": "/triage/?assigned=team",
    "queue, nobody's": "/triage/?assigned=nobody",
    "queue, high risk": "/triage/?risk=high",
    "queue, hate crime": "/triage/?flag=hate_crime",
    "to be decided": "/triage/?stage=decision",
    "on hold": "/triage/?stage=held",
    "on hold, overdue": "/triage/?stage=held&due=overdue",
    "awaiting partner": "/triage/?stage=partner",
    "suspended": "/triage/?stage=suspended",
    "my cases": "/cases/",
    "my cases, overdue": "/cases/?due=overdue",
    "safeguarding": "/feeds/safeguarding/",
    "responses, to decide": "/responses/?list=decide",
    "responses, waiting": "/responses/?list=waiting",
    "responses, answered": "/responses/?list=answered",
    "my tasks": "/tasks/",
    "diary": "/diary/",
    "clocks": "/clocks/",
    "same person?": "/people/review/",
    "conferences": "/conferences/",
    "notifications": "/notifications/",
}
PARTNERS = {
    "partner's today": "/",
    "partner, to answer": "/referrals/?list=answer",
    "partner, overdue": "/referrals/?list=answer&due=overdue",
    "partner, taken on": "/referrals/?list=work",
    "partner, ended": "/referrals/?list=ended",
}


def main(cases: int) -> None:
    """Load the history into an empty hub, then ask for each page some times; one line of JSON a page."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from reporting.actions.rollups import fold

    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1"]
    began = time.perf_counter()
    call_command("migrate", database="owner", verbosity=0)
    call_command("demo", cases=cases, years=YEARS, stdout=sys.stderr)
    fold()  # as beat has it done at work
    print(json.dumps({"loaded": time.perf_counter() - began}), flush=True)
    for name, ask in pages():
        ask()
        rounds = [measured(ask) for _ in range(TURNS)]
        told = {
            "page": name,
            "took": statistics.median(took for took, _, _ in rounds),
            "in_database": statistics.median(waited for _, waited, _ in rounds),
            "queries": rounds[-1][2],
        }
        print(json.dumps(told), flush=True)


def pages() -> Iterator[tuple[str, Callable[[], Any]]]:
    """What is asked, by a practitioner, a partner's practitioner, a manager and a partner's system."""
    from access.context import acting_as_system
    from referrals.models import Case
    from tests.cast import Cast
    from victims.models import ContactMethod, PersonName

    people = Cast()
    with acting_as_system("bench"):
        open_case = Case.objects.filter(closed_at__isnull=True).order_by("-opened_at").first()
        assert open_case is not None
        one = Case.objects.filter(closed_at__isnull=False).order_by("id")[Case.objects.count() // 2]
        name = PersonName.objects.filter(person=one.person_id)[0]
        number = ContactMethod.objects.filter(person=one.person_id).exclude(kind="email")[0].value
    hold_some(people.actor("dana"))
    works, partner, manager = people.browser("priya"), people.browser("ruth"), people.browser("carys")

    def get(browser: Any, path: str) -> Callable[[], Any]:
        return lambda: _well(browser.get(path))

    def finds(text: str) -> Callable[[], Any]:
        return lambda: _well(works.post("/find/", {"text": text}))

    for page, path in QUEUES.items():
        yield page, get(works, path)
    first = works.get("/triage/?stage=waiting").content.decode()
    if further := FURTHER.search(first):
        yield "queue, second page", get(works, f"/triage/{unescape(further[1])}")
    yield "open case", get(works, f"/cases/{open_case.reference}/")
    yield "its timeline", get(works, f"/cases/{open_case.reference}/timeline/")
    yield "closed case", get(works, f"/cases/{one.reference}/")
    yield "find, full name", finds(f"{name.given_names} {name.surname}")
    yield "find, common surname", finds("Jones")
    yield "find, misspelled", finds(f"{name.given_names} {name.surname[:-1]}x")
    yield "find, telephone", finds(number)
    yield "find, reference", finds(one.reference)
    yield "queue, searched", get(works, works.post("/triage/", {"search": "Jones"})["Location"])
    for page, path in PARTNERS.items():
        yield page, get(partner, path)
    yield "dashboard", get(manager, "/dashboard/")


def hold_some(actor: Any) -> None:
    """Put one in HELD of the open cases on hold, over the whole of what waits."""
    from datetime import timedelta

    from django.utils import timezone

    from access.context import acting_as
    from referrals.actions.hold import hold_case
    from referrals.actions.triage import TriageRefused
    from referrals.models import Case

    until = timezone.now() + timedelta(days=3)
    with acting_as(actor):
        for case_id in (
            Case.objects.filter(closed_at=None).order_by("due_at").values_list("id", flat=True)[::HELD]
        ):
            with suppress(TriageRefused):
                hold_case(actor=actor, case_id=case_id, reason="Away until Monday", until=until)


def measured(ask: Callable[[], Any]) -> tuple[float, float, int]:
    """Milliseconds of one answer, how many of them went to the database, and how many queries it took."""
    from django.db import connection

    waited, queries = 0.0, 0

    def clocked(execute: Any, *arguments: Any) -> Any:
        nonlocal waited, queries
        began = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            waited += time.perf_counter() - began
            queries += 1

    began = time.perf_counter()
    with connection.execute_wrapper(clocked):
        ask()
    return (time.perf_counter() - began) * 1000, waited * 1000, queries


def _well(answer: Any) -> None:
    assert answer.status_code == 200, answer.status_code


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hub.settings")
    with embedded.attach():
        main(int(sys.argv[1]))
