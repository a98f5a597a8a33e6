"""A practitioner's own cases: only theirs, only open ones, next due first, at a cost that does not grow."""

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Look
from referrals.models import Case
from referrals.queries import triage as queue
from tests.factories import a_case, a_suggestion


def references(answer) -> list[str]:
    return [row.case.reference for row in answer.context["page"].rows]


def test_they_are_mine_and_open_and_the_next_due_is_first(hub, cast):
    priya = cast.actor("priya")
    later = a_case(assigned_to=priya.id, status="routed", due_in=timedelta(hours=9))
    overdue = a_case(assigned_to=priya.id, status="triaging", due_in=-timedelta(hours=1))
    a_case(assigned_to=priya.id, status="closed", closed_at=timezone.now())
    a_case(assigned_to=cast.actor("liam").id)
    a_case()
    answer = cast.browser("priya").get("/cases/")
    assert references(answer) == [overdue.reference, later.reference]
    assert "Overdue 1 h" in answer.content.decode()


def test_every_open_status_is_listed_and_narrows(hub, cast):
    priya = cast.actor("priya")
    by_status = {
        status: a_case(assigned_to=priya.id, status=status).reference
        for status in ("new", "triaging", "triaged", "routed", "suspended")
    }
    browser = cast.browser("priya")
    assert sorted(references(browser.get("/cases/"))) == sorted(by_status.values())
    for status, reference in by_status.items():
        assert references(browser.get("/cases/", {"status": status})) == [reference]
    assert len(references(browser.get("/cases/", {"status": "closed"}))) == 5


def test_who_carries_nothing_is_told_where_to_take_a_case(hub, cast):
    page = cast.browser("liam").get("/cases/").content.decode()
    assert "You carry no cases" in page
    assert 'href="/triage/"' in page


def test_pages_keep_their_place_while_a_case_goes(hub, cast, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 2)
    priya = cast.actor("priya")
    cases = [a_case(assigned_to=priya.id, due_in=timedelta(hours=hour)) for hour in range(1, 6)]
    browser = cast.browser("priya")
    first = browser.get("/cases/")
    with acting_as_system("tests"):
        Case.objects.filter(id=cases[0].id).update(status="closed")
    second = browser.get("/cases/", {"after": first.context["page"].next})
    assert references(first) + references(second) == [case.reference for case in cases[:4]]


def test_listing_them_is_on_record(hub, cast):
    case = a_case(assigned_to=cast.actor("priya").id)
    cast.browser("priya").get("/cases/")
    with acting_as(cast.actor("grace")):
        look = Look.objects.get(door="my_cases")
    assert (look.action, look.subjects) == ("list", [case.id])


def test_thirty_cost_as_many_queries_as_three(hub, cast, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 60)
    browser = cast.browser("priya")
    priya = cast.actor("priya")

    def cost(rows: int) -> int:
        for _ in range(rows):
            a_suggestion(a_case(assigned_to=priya.id, interpreter=True).person, a_case().person)
        browser.get("/cases/")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/cases/")
        return len(queries)

    few = cost(3)
    assert cost(27) == few
    assert few <= 22
