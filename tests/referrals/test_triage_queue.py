"""The triage queue as its readers use it: what shows, in which order, narrowed how, and to whom."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import a_case, a_suggestion


def references(answer) -> list[str]:
    return [row.case.reference for row in answer.context["page"].rows]


def test_the_overdue_come_first_and_say_so_in_words(hub, cast):
    later = a_case(due_in=timedelta(hours=3))
    overdue = a_case(due_in=-timedelta(hours=2, minutes=10))
    soon = a_case(due_in=timedelta(minutes=25, seconds=30))
    answer = cast.browser("priya").get("/triage/")
    assert answer.status_code == 200
    assert references(answer) == [overdue.reference, soon.reference, later.reference]
    page = answer.content.decode()
    assert "Overdue 2 h 10 m" in page
    assert "Due in 25 m" in page
    assert "3 referrals waiting" in page
