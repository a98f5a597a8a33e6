"""One meaning, two engines: Python and PostgreSQL say the same of every rule and whatever a row may hold."""

import json
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathways.rules import evaluate
from pathways.sql import Sql, condition
from tests.pathways.invented import facts, kept_facts, rules

pytestmark = pytest.mark.django_db

HIGH = {"fact": "risk_grade", "at_least": "medium"}
DOMESTIC = {"fact": "flags", "contains": "domestic_abuse"}
MINOR = {"fact": "age", "less_than": 18}


def in_both(asked: list[Any], cases: list[Any]) -> tuple[list[list[bool | None]], list[list[bool | None]]]:
    """What each engine says, case by case and rule by rule: of the same rows, all of them in one query."""
    query = Sql.built(
        "SELECT facts, {} FROM jsonb_array_elements({}::jsonb) WITH ORDINALITY AS kept (facts, n) ORDER BY n",
        Sql.joined(", ", [condition(rule) for rule in asked]),
        json.dumps(cases),
    )
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        rows = cursor.fetchall()
    # Python reads the facts as the database gives them back, as it would those of a decision.
    as_kept = [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in rows]
    in_python = [[evaluate(rule, found).value for rule in asked] for found in as_kept]
    return in_python, [list(row[1:]) for row in rows]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(
    st.lists(rules(), min_size=1, max_size=12),
    st.lists(kept_facts() | facts(), min_size=1, max_size=12),
)
def test_python_and_sql_say_the_same_of_every_rule_and_case(asked, cases):
    in_python, in_sql = in_both(asked, cases)
    assert in_sql == in_python


def test_every_value_of_three_comes_out_of_every_way_to_join():
    joined = [
        {"all": []},
        {"any": [HIGH, DOMESTIC]},
        {"all": [HIGH, DOMESTIC, MINOR]},
        {"not": {"all": [HIGH, DOMESTIC]}},
        {"at_least": {"n": 2, "of": [HIGH, DOMESTIC, MINOR]}},
        {"fact": "age", "known": False},
    ]
    cases = [
        {},
        {"risk_grade": "high", "flags": ["domestic_abuse"], "age": 17},
        {"risk_grade": "standard", "flags": [], "age": 40},
        {"risk_grade": "medium", "flags": None},
        {"risk_grade": "not_assessed", "flags": ["domestic_abuse"], "age": 16.5},
        {"risk_grade": ["high"], "flags": [["domestic_abuse"]], "age": "17"},
    ]
    in_python, in_sql = in_both(joined, cases)
    assert in_sql == in_python
    assert in_sql[1:4] == [
        [True, True, True, False, True, False],
        [True, False, False, True, False, False],
        [True, True, None, None, None, True],
    ]
    assert in_sql[0] == in_sql[5] == [True, None, None, None, None, True]


def test_no_value_of_a_rule_stands_in_the_text():
    asked = condition({"fact": "area", "in": ["x'); DROP TABLE referrals_case; --", "%s"]})
    assert "DROP" not in asked.text
    assert in_both([{"fact": "area", "is": "%s'\\"}], [{"area": "%s'\\"}, {"area": "NS1"}]) == (
        [[True], [False]],
        [[True], [False]],
    )
