"""The six pathways and the general one, beside each other: a golden table that a practitioner could check."""

import csv
from dataclasses import replace

import pytest
import yaml

from pathways.facts import clean
from pathways.pathway import Pathway, read_pathway
from referrals.offer import Offer
from referrals.routing import choose
from tests.referrals.test_routing_rules import HUB, ROOT, case_in, offers_of_northshire

GOLDEN = list(csv.DictReader((ROOT / "tests" / "golden" / "pathways.csv").open(encoding="utf-8")))


def book() -> list[Pathway]:
    return [read_pathway(yaml.safe_load((ROOT / file).read_text())) for file in HUB["pathways"]["files"]]


BOOK = book()


def offers(full: list[str]) -> list[Offer]:
    """What Northshire offers; of `full` no place is free."""
    return [
        replace(one, capacity=5, capacity_free=0) if one.service_code in full else one
        for one in offers_of_northshire("all")
    ]


@pytest.mark.parametrize("row", GOLDEN, ids=[row["what"] for row in GOLDEN])
def test_the_golden_table(row):
    tried = dict(pair.split("=") for pair in row["tried"].split())
    facts = {**case_in(row), "risk_score": None}
    decision = choose(BOOK, clean(facts), offers(row["full"].split()), tried)
    assert [one.pathway for one in decision.looked if one.entered] == row["entered"].split()
    assert [plan.service for plan in decision.referrals] == row["sent"].split()
    assert [f"{held.plan.service}:{held.code}" for held in decision.held] == row["held"].split()


def test_each_pathway_is_in_the_table_and_one_of_them_is_general():
    assert {code for row in GOLDEN for code in row["entered"].split()} == {pathway.code for pathway in BOOK}
    assert [pathway.code for pathway in BOOK if pathway.general] == ["general"]


def test_only_the_general_pathway_asks_anything_of_everybody():
    decision = choose(BOOK, clean({}), offers([]), {})
    assert [one.pathway for one in decision.looked if one.entered] == ["general"]


def test_every_service_of_northshire_is_on_some_route_and_every_route_leads_to_one():
    wanted = {service for pathway in BOOK for route in pathway.routes for service in route.services}
    assert wanted | {pathway.default.service for pathway in BOOK} == {
        service["code"] for service in HUB["services"]
    }


def test_every_agency_of_the_agreement_said_something_of_the_pathways():
    assert {entry["agency"] for entry in HUB["pathways"]["ratified"]} == {
        party["agency"] for party in HUB["agreements"][0]["parties"]
    }
