"""The six pathways and the general one, beside each other: a golden table that a practitioner could check."""

import csv
from dataclasses import replace
from typing import Any

import pytest
import yaml

from pathways.facts import clean
from pathways.pathway import Pathway, read_pathway
from referrals.offer import Offer
from referrals.routing import choose
from tests.referrals.test_routing_rules import ROOT, case_in, offers_of_northshire

CODES = (
    "domestic-abuse-high", "domestic-abuse", "sexual-violence", "hate-crime", "young-people", "theft-and-fraud",
    "general",
)  # fmt: skip
GOLDEN = list(csv.DictReader((ROOT / "tests" / "golden" / "pathways.csv").open(encoding="utf-8")))


def book() -> list[Pathway]:
    folder = ROOT / "pathways" / "data"
    return [read_pathway(yaml.safe_load((folder / f"{code}.yaml").read_text())) for code in CODES]


BOOK = book()


def offers(full: list[str]) -> list[Offer]:
    """What Northshire offers, and the conference that its police coordinate; of `full` no place is free."""
    on_offer = offers_of_northshire("all")
    police = next(one for one in on_offer if one.agency_code == "safe-steps")
    marac: dict[str, Any] = {
        "service_code": "marac", "agency_code": "northshire-police", "agency_id": "northshire-police",
        "agency_name": "Northshire Police", "team_id": "marac-coordinators", "team_name": "MARAC coordinators",
    }  # fmt: skip
    return [
        replace(one, capacity=5, capacity_free=0) if one.service_code in full else one
        for one in (*on_offer, replace(police, **marac))
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
    assert {code for row in GOLDEN for code in row["entered"].split()} == set(CODES)
    assert [pathway.code for pathway in BOOK if pathway.general] == ["general"]


def test_only_the_general_pathway_asks_anything_of_everybody():
    decision = choose(BOOK, clean({}), offers([]), {})
    assert [one.pathway for one in decision.looked if one.entered] == ["general"]
