"""Several pathways in force at once: which a case enters, which it stays on, and what catches the rest."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from access.context import acting_as, acting_as_system
from messaging.relay import run_due
from pathways.models import PathwayVersion
from pathways.pathway import read_pathway
from pathways.queries.versions import versions_in_force
from referrals.actions import referral as verbs
from referrals.actions.routing import ask_to_route, route_under_new_version
from referrals.models import Referral, RoutingDecision
from referrals.queries.rulebook import preview
from referrals.routing import choose
from tests.factories import fresh
from tests.referrals.road import referrals_of, routed, the_referral
from tests.referrals.test_routing_rules import offers_of_northshire


def a_route(name: str, service: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "service": service,
        "purpose": "victim_support",
        "categories": ["identity"],
        "basis": "consent",
        "answer_within": {"working_days": 1},
        **more,
    }


def a_definition(code: str, entry: dict[str, Any], *routes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "code": code,
        "number": 1,
        "title": code.title(),
        "entry": entry,
        "routes": list(routes),
        "default": a_route(f"{code} default", "victim-care"),
        **more,
    }


HATE = {"fact": "flags", "contains": "hate_crime"}
SEXUAL = {"fact": "offence_group", "is": "sexual"}
BOOK = [
    read_pathway(one)
    for one in (
        a_definition("hate", HATE, a_route("Hate crime", "hate-crime", when={"all": []}, group="lead")),
        a_definition(
            "sexual", SEXUAL, a_route("Sexual", "isva", when={"all": []}, group="lead", priority=10)
        ),
        a_definition("fraud", {"fact": "offence_group", "is": "fraud"}),
        a_definition(
            "everybody",
            {"all": []},
            a_route("Housing", "housing", when={"fact": "needs", "contains": "accommodation"}),
            general=True,
        ),
    )
]


@pytest.mark.parametrize(
    ("facts", "entered", "sent"),
    [
        ({"offence_group": "sexual", "flags": []}, ["everybody", "sexual"], ["isva"]),
        # Of one group the first by priority, whichever pathway it stands in.
        ({"offence_group": "sexual", "flags": ["hate_crime"]}, ["everybody", "hate", "sexual"], ["isva"]),
        # The general pathway's own routes run beside those of others; its default only where nothing matches.
        (
            {"offence_group": "violence", "flags": ["hate_crime"], "needs": ["accommodation"]},
            ["everybody", "hate"],
            ["housing", "hate-crime"],
        ),
        ({"offence_group": "drugs", "flags": []}, ["everybody"], ["victim-care"]),
        # A pathway that is entered and has no route that matches takes its own default, beside other routes.
        (
            {"offence_group": "fraud", "flags": ["hate_crime"]},
            ["everybody", "fraud", "hate"],
            ["hate-crime", "victim-care"],
        ),
        ({}, ["everybody"], ["victim-care"]),
    ],
)
def test_a_case_enters_each_pathway_whose_rule_holds(facts, entered, sent):
    decision = choose(BOOK, facts, offers_of_northshire("all"), {})
    assert [one.pathway for one in decision.looked] == ["everybody", "fraud", "hate", "sexual"]
    assert [one.pathway for one in decision.looked if one.entered] == entered
    assert [plan.service for plan in decision.referrals] == sent


def test_a_version_that_was_not_entered_says_what_was_missing():
    decision = choose(BOOK, {"offence_group": "sexual"}, offers_of_northshire("all"), {})
    hate = next(one for one in decision.looked if one.pathway == "hate")
    assert (hate.entered, hate.why, dict(hate.read)) == (
        False,
        "the flags include hate crime",
        {"flags": None},
    )
    assert [leaf.found for leaf in hate.missing] == ["not known"]


def in_force(definition: dict[str, Any], **changes: Any) -> PathwayVersion:
    with acting_as_system("tests"):
        return PathwayVersion.objects.create(
            **{
                "code": definition["code"],
                "number": definition["number"],
                "title": definition["title"],
                "definition": definition,
                "status": "ratified",
                "in_force_from": date(2026, 4, 2),
                "binds": [],
                **changes,
            }
        )


def test_of_each_pathway_the_newest_version_that_has_begun_is_in_force(hub):
    with acting_as_system("tests"):
        before = {one.code for one in versions_in_force(on=timezone.localdate())}
    hate = a_definition("hate-added", HATE)
    in_force(hate)
    second = in_force({**hate, "number": 2}, in_force_from=timezone.localdate())
    in_force({**hate, "number": 3}, in_force_from=timezone.localdate() + timedelta(days=1))
    in_force({**hate, "number": 4}, status="proposed")
    with acting_as_system("tests"):
        found = {one.code: one for one in versions_in_force(on=timezone.localdate())}
    assert found.keys() == before | {"hate-added"}
    assert found["hate-added"] == second


def test_a_case_stays_on_the_versions_that_routed_it_until_somebody_takes_it_to_the_new_ones(hub, cast):
    case = routed(cast, flags=["hate_crime"], offence_group="public_order")
    first = the_referral(case)
    assert first.service.code == "hate-crime"
    added = in_force(
        a_definition("hate-added", HATE, a_route("New for hate crime", "mental-health", when={"all": []}))
    )
    with acting_as(cast.client_actor("victim-care")) as client:
        verbs.decline(actor=client, referral_id=first.id, reason_code="no_capacity")
    run_due()
    assert [one.service.code for one in referrals_of(case)] == ["hate-crime", "victim-care"]
    with acting_as_system("tests"):
        books = list(RoutingDecision.objects.filter(case=case).values_list("versions", flat=True))
        assert books[0] == books[1]
        assert added.id not in books[0]
        looked = preview(fresh(case), versions=versions_in_force(on=timezone.localdate()), at=timezone.now())
        assert Referral.objects.filter(case=case).count() == 2
    assert looked.differs
    assert [plan.service for plan in looked.new_decision.referrals] == ["mental-health"]
    with acting_as(cast.actor("priya")) as priya:
        ask_to_route(actor=priya, case_id=case.id)
    run_due()
    assert len(referrals_of(case)) == 2
    with acting_as(cast.actor("priya")) as priya:
        route_under_new_version(actor=priya, case_id=case.id)
    run_due()
    newest = referrals_of(case)[-1]
    assert (newest.service.code, newest.pathway_version) == ("mental-health", added)
    assert newest.why.startswith("New for hate crime: because always.")


def test_every_version_that_was_looked_at_stands_on_the_case_page(hub, cast):
    in_force(a_definition("hate-added", HATE))
    case = routed(cast)
    page = cast.browser("priya").get(f"/cases/{case.reference}/").content.decode()
    assert "Hate-Added, version 1" in page
    assert "Northshire victim pathway, version 1" in page
    assert "not entered: it is for cases where the flags include hate crime" in page
    assert "the offence group: violence" in page
    assert "It has no limit of places" in page
