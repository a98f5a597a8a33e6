"""The dry run chooses as routing does: for any books and any kept facts, case by case, in one query."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.categories import ALL_CATEGORIES
from access.context import acting_as_system, hub_id
from access.ids import new_id
from access.models import Grant
from pathways.pathway import Pathway, read_pathway
from referrals.models import RoutingDecision
from referrals.routing import choose
from reporting.rehearsal.moving import move
from reporting.rehearsal.question import Counted, counted, moving, question
from tests.pathways.invented import kept_facts, rules

pytestmark = pytest.mark.usefixtures("hub")

DAY = datetime(2026, 3, 2, tzinfo=UTC)
WINDOW = {"since": DAY, "until": DAY + timedelta(days=7)}
FLAGGED = {"fact": "flags", "contains": "hate_crime"}


def a_book(*pathways: dict[str, Any]) -> list[Pathway]:
    return [
        read_pathway({"title": code, "number": 1, "code": code, **one})
        for code, one in zip("abcd", pathways, strict=False)
    ]


def a_route(service: str, **more: Any) -> dict[str, Any]:
    return {
        "name": service, "service": service, "purpose": "victim_support", "categories": ["identity"],
        "basis": "consent", "answer_within": {"days": 2}, **more,
    }  # fmt: skip


@st.composite
def books(draw: st.DrawFn) -> list[Pathway]:
    """Some pathways, each route to a service of its own name, so that services tell which were taken."""

    def routes(pathway: int) -> list[dict[str, Any]]:
        return [
            a_route(
                f"{pathway}-{index}",
                when=draw(rules()),
                group=draw(st.sampled_from(["", "one", "two"])),
                priority=draw(st.integers(0, 2)),
            )
            for index in range(draw(st.integers(0, 3)))
        ]  # fmt: skip

    return a_book(
        *(
            {
                "entry": draw(st.just({"all": []}) | rules()),
                "general": draw(st.booleans()),
                "routes": routes(pathway),
                "default": a_route(f"{pathway}-default", group=draw(st.sampled_from(["", "one"]))),
            }
            for pathway in range(draw(st.integers(0, 3)))
        )
    )


def in_python(book: list[Pathway], facts: dict[str, Any]) -> frozenset[str]:
    """The services of the routes that routing follows: with nobody who offers them, each is held by its name."""
    return frozenset(one.plan.service for one in choose(book, facts, [], {}).held)


def keep(facts: dict[str, Any], *, at: datetime = DAY, case: Any = None) -> Any:
    """A decision with these facts, of a case that the hub holds."""
    case = case or new_id()
    grant = {
        "agency_id": hub_id(),
        "case_id": case,
        "person_id": new_id(),
        "granted_at": at,
        "because": "hub",
    }
    if not Grant.objects.filter(case_id=case).exists():
        Grant.objects.bulk_create([Grant(**grant, categories=list(ALL_CATEGORIES))])
    RoutingDecision.objects.bulk_create(
        [RoutingDecision(id=new_id(), case_id=case, versions=[], asked_by=str(new_id()), facts=facts, offers=[],
                         tried={}, decision={}, decided_at=at, decided_by="tests")]
    )  # fmt: skip
    return case


def rehearsed(before: list[Pathway], after: list[Pathway]) -> list[Counted]:
    asked = question(before, after, **WINDOW, hub_id=hub_id())
    with connection.cursor() as cursor:
        cursor.execute(asked.text, asked.params)
        return counted(cursor.fetchall(), before, after)


def elsewhere(before: list[Pathway], after: list[Pathway]) -> set[Any]:
    asked = moving(before, after, **WINDOW, hub_id=hub_id(), most=100)
    with connection.cursor() as cursor:
        cursor.execute(asked.text, asked.params)
        return {row[0] for row in cursor.fetchall()}


def goes_elsewhere(before: list[Pathway], after: list[Pathway], facts: dict[str, Any]) -> bool:
    change = move(before, after, facts)
    moved = in_python(before, facts) != in_python(after, facts)
    assert moved == bool(change.lost or change.gained)
    return moved


def services(one: Counted) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(r.service for r in one.before), frozenset(r.service for r in one.after)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(books(), books(), st.lists(kept_facts(), min_size=1, max_size=20))
def test_every_case_takes_the_routes_that_routing_would_follow(before, after, cases):
    with acting_as_system("tests"), transaction.atomic():
        for facts in cases:
            keep(facts)
        # As the database gives them back, which is how they would be routed again.
        decisions = dict(RoutingDecision.objects.exclude(facts={}).values_list("id", "facts"))
        held = list(decisions.values())
        rows = rehearsed(before, after)
        moved = elsewhere(before, after)
        transaction.set_rollback(True)
    assert moved == {one for one, facts in decisions.items() if goes_elsewhere(before, after, facts)}
    expected = Counter((in_python(before, facts), in_python(after, facts)) for facts in held)
    told: Counter[Any] = Counter()
    for one in rows:
        if not one.group:
            told[services(one)] += one.cases
    assert told == expected
    for group in ("entitlement", "age", "area"):
        assert sum(one.cases for one in rows if one.group == group) == len(held)


OLD = a_book({"entry": {"all": []}, "routes": [a_route("hate", when=FLAGGED)], "default": a_route("rest")})
NEW = a_book({"entry": {"all": []}, "routes": [], "default": a_route("rest")})


def test_a_case_counts_once_by_its_latest_facts_of_the_window():
    hate, none = {"flags": ["hate_crime"]}, {"flags": []}
    with acting_as_system("tests"), transaction.atomic():
        again = keep(none)
        keep(hate, at=DAY + timedelta(days=1), case=again)
        keep(none, at=DAY + timedelta(days=30), case=again)
        keep(hate, at=DAY - timedelta(days=1))
        keep({})  # of somebody erased
        found = [one for one in rehearsed(OLD, NEW) if not one.group]
        transaction.set_rollback(True)
    assert [(services(one), one.cases) for one in found if one.cases] == [
        ((frozenset({"hate"}), frozenset({"rest"})), 1)
    ]


def test_each_decision_follows_one_and_is_followed_once_whatever_the_clocks_say():
    with acting_as_system("tests"), transaction.atomic():
        case = keep({})
        keep({}, at=DAY - timedelta(seconds=1), case=case)
        keep({}, at=DAY + timedelta(days=1), case=case)
        written = list(RoutingDecision.objects.filter(case_id=case).order_by("id"))
        transaction.set_rollback(True)
    assert [one.follows_id for one in written] == [None, written[0].id, written[1].id]
