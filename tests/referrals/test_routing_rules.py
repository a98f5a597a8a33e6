"""Where cases go: a golden table over the Northshire pathway, and laws that hold for any pathway and any offers."""

import copy
import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from access.categories import ALL_CATEGORIES
from pathways.facts import clean
from pathways.pathway import BASES, PathwayError, read_pathway, required_assessments, validate_pathway
from pathways.rules import evaluate
from referrals.decision import Decision
from referrals.offer import Offer
from referrals.routing import choose
from referrals.workflow import OPEN, STATUS_WORDS
from tests.pathways.invented import facts, rules

ROOT = Path(__file__).parents[2]
DEFINITION: dict[str, Any] = yaml.safe_load((ROOT / "tests" / "founded" / "northshire.yaml").read_text())
HUB: dict[str, Any] = yaml.safe_load((ROOT / "hub" / "data" / "northshire.yaml").read_text())
NORTHSHIRE = read_pathway(DEFINITION)
GOLDEN = list(csv.DictReader((ROOT / "tests" / "golden" / "routing.csv").open(encoding="utf-8")))
DAY = date(2026, 11, 16)


def offers_of_northshire(consent: str) -> list[Offer]:
    """What the founding file puts on offer; `consent` lists agencies, "all" or "none", "-" before one refused."""
    agencies = {agency["code"]: agency for agency in HUB["agencies"]}
    teams = {team["code"]: team for team in HUB["teams"]}
    agreement = HUB["agreements"][0]
    assert agreement["starts_on"] <= DAY <= agreement["ends_on"]
    signed = {party["agency"] for party in agreement["parties"] if party.get("signed_on")}
    offers = []
    for service in HUB["services"]:
        agency = teams[service["team"]]["agency"]
        given = agency in consent.split() or consent == "all"
        refused = f"-{agency}" in consent.split()
        offers.append(
            Offer(
                service_code=service["code"],
                team_id=service["team"],
                agency_id=agency,
                agency_code=agency,
                agency_name=agencies[agency]["name"],
                agreement_id=agreement["code"] if agency in signed else None,
                agreement_purposes=tuple(agreement["purposes"]),
                agreement_categories=tuple(agreement["categories"]),
                consent="refused" if refused else "given" if given else "not_recorded",
                consent_categories=tuple(agreement["categories"]) if given else (),
            )
        )
    return offers


def case_in(row: dict[str, str]) -> dict[str, Any]:
    number = {name: int(row[name]) if row[name] else None for name in ("age", "severity", "incidents")}
    return clean(
        {
            "offence_group": row["offence_group"],
            "offence_properties": row["properties"].split(),
            "flags": row["flags"].split(),
            "age": number["age"],
            "risk_grade": row["risk"],
            "needs": row["needs"].split(),
            "needs_severity": number["severity"],
            "repeat_incidents_12m": number["incidents"],
        }
    )


@pytest.mark.parametrize("row", GOLDEN, ids=[row["what"] for row in GOLDEN])
def test_the_golden_table(row):
    tried = dict(pair.split("=") for pair in row["tried"].split())
    decision = choose([NORTHSHIRE], case_in(row), offers_of_northshire(row["consent"]), tried)
    assert [plan.service for plan in decision.referrals] == row["sent"].split()
    assert [f"{held.plan.service}:{held.code}" for held in decision.held] == row["held"].split()
    assert decision.wants_decision or decision.referrals or decision.skipped


def test_the_risk_checklist_is_asked_where_it_may_be_called_for():
    needed = [
        required_assessments([NORTHSHIRE], case)
        for case in (
            {"flags": ["domestic_abuse"], "offence_properties": []},
            {"flags": [], "offence_properties": ["burglary"]},
            {"flags": None},
        )
    ]
    assert needed == [["needs-8", "risk-24"], ["needs-8"], ["needs-8", "risk-24"]]


def test_the_definition_is_the_same_after_the_database_has_kept_it_as_json():
    kept = {name: value for name, value in DEFINITION.items() if name not in ("ratified", "in_force_from")}
    assert json.loads(json.dumps(kept)) == kept
    assert read_pathway(json.loads(json.dumps(kept))) == NORTHSHIRE


# Stories


def advocacy(**changes: Any) -> list[Offer]:
    """Safe Steps and Victim Care, consented to, with changes to Safe Steps."""
    offers = [offer for offer in offers_of_northshire("all") if offer.service_code in ("idva", "victim-care")]
    return [replace(offer, **changes) if offer.service_code == "idva" else offer for offer in offers]


DOMESTIC = clean(
    {"flags": ["domestic_abuse"], "age": 35, "risk_grade": "medium", "offence_group": "violence"}
)


@pytest.mark.parametrize(
    ("changes", "code", "reason", "sent"),
    [
        ({"agreement_id": None}, "no_agreement", "No agreement in force with Safe Steps.", ["victim-care"]),
        ({"agreement_purposes": ("safeguarding",)}, "purpose_not_covered", "cover victim support", ["victim-care"]),
        ({"agreement_categories": ("identity",)}, "category_not_covered", "contact, incident", ["victim-care"]),
        ({"consent": "not_recorded"}, "consent_not_recorded", "Consent for Safe Steps not recorded.", []),
        ({"consent_categories": ("identity",)}, "consent_not_covering", "contact, incident, assessment", []),
        ({"consent": "refused"}, "consent_refused", "refused or withdrawn", ["victim-care"]),
        ({"is_open": False}, "closed", "takes no referrals", ["victim-care"]),
        ({"capacity_free": 0}, "no_capacity", "no room", ["victim-care"]),
        ({"service_code": "somewhere-else"}, "no_offer", "Nobody offers", ["victim-care"]),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_said_and_what_can_be_done_is_done(changes, code, reason, sent):
    decision = choose([NORTHSHIRE], DOMESTIC, advocacy(**changes), {})
    assert [plan.service for plan in decision.referrals] == sent
    (held,) = decision.held
    assert held.code == code
    assert reason in held.reason
    assert held.instead == ("victim-care" if sent else "")
    assert decision.wants_decision == ("" if sent else held.reason)


def test_an_agreement_is_wanted_even_where_consent_is_not():
    case = {**DOMESTIC, "risk_grade": "high"}
    decision = choose([NORTHSHIRE], case, advocacy(agreement_id=None, consent="not_recorded"), {})
    assert [(held.plan.basis, held.code) for held in decision.held] == [("safeguarding", "no_agreement")]


def test_a_decision_says_why_in_sentences():
    case = {**DOMESTIC, "risk_grade": "high"}
    decision = choose([NORTHSHIRE], case, advocacy(), {})
    (plan,) = decision.referrals
    assert plan.why.startswith("High-risk domestic abuse: because the flags include domestic abuse and")
    assert "safeguarding: the risk of serious harm is high" in plan.why
    assert plan.urgent
    assert plan.answer_within == {"working_hours": 4}
    assert [one.route for one in decision.matched] == ["High-risk domestic abuse", "Domestic abuse"]
    near = {one.route: [leaf.words for leaf in one.missing] for one in decision.nearly}
    assert near["Stalking"] == ["what marks the offence include stalking"]


def test_of_two_teams_the_one_with_more_room_is_chosen_and_of_equals_always_the_same():
    first, second = (
        replace(advocacy()[0], team_id=team, capacity_free=free) for team, free in (("a", 1), ("b", 5))
    )
    assert choose([NORTHSHIRE], DOMESTIC, [first, second], {}).referrals[0].team_id == "b"
    equal = replace(second, capacity_free=1)
    assert choose([NORTHSHIRE], DOMESTIC, [equal, first], {}).referrals[0].team_id == "a"
    unusable = replace(first, team_id="c", capacity_free=None, agreement_id=None)
    assert choose([NORTHSHIRE], DOMESTIC, [unusable, equal], {}).referrals[0].team_id == "b"


def test_a_case_that_does_not_enter_is_left_for_somebody_to_decide():
    pathway = read_pathway({**DEFINITION, "entry": {"fact": "area", "is": "NP20"}})
    for area in ("NP44", None):
        decision = choose([pathway], {"area": area}, offers_of_northshire("all"), {})
        assert (decision.entered, decision.referrals, decision.held) == (False, (), ())
        assert [(one.number, one.entered, one.why) for one in decision.looked] == [
            (1, False, "the postcode district is NP20")
        ]
        assert "entry criteria" in decision.wants_decision


def test_what_somebody_must_decide_fits_the_case_s_line():
    offers = [
        replace(offer, agency_name=f"{offer.agency_name} {'N' * 300}", consent="not_recorded")
        for offer in offers_of_northshire("none")
    ]
    case = {**DOMESTIC, "needs": ["accommodation"], "needs_severity": 3}
    said = choose([NORTHSHIRE], case, offers, {}).wants_decision
    assert len(said) == 200
    assert said.endswith(" And 1 more.")


# Laws

SERVICES = ["idva", "isva", "victim-care", "housing"]
some_categories = st.lists(st.sampled_from(ALL_CATEGORIES), unique=True).map(tuple)
offers = st.lists(
    st.builds(
        Offer,
        service_code=st.sampled_from(SERVICES),
        team_id=st.sampled_from("abcd"),
        agency_id=st.sampled_from("wxyz"),
        agency_code=st.sampled_from("wxyz"),
        agency_name=st.sampled_from(["Safe Steps", "Calder House"]),
        is_open=st.booleans(),
        capacity_free=st.none() | st.integers(0, 3),
        agreement_id=st.none() | st.just("2026"),
        agreement_purposes=st.sampled_from([(), ("victim_support",), ("victim_support", "safeguarding")]),
        agreement_categories=some_categories | st.just(ALL_CATEGORIES),
        consent=st.sampled_from(["given", "refused", "not_recorded"]),
        consent_categories=some_categories | st.just(ALL_CATEGORIES),
    ),
    max_size=6,
    unique_by=lambda offer: (offer.service_code, offer.team_id),
)
tried = st.dictionaries(st.sampled_from(SERVICES), st.sampled_from(list(STATUS_WORDS)))


@st.composite
def pathways(draw: st.DrawFn) -> Any:
    def route(name: str, **more: Any) -> dict[str, Any]:
        service = draw(st.sampled_from(SERVICES))
        return {
            "name": name,
            "service": service,
            "purpose": draw(st.sampled_from(["victim_support", "safeguarding"])),
            "categories": draw(
                st.lists(st.sampled_from(ALL_CATEGORIES), min_size=1, max_size=3, unique=True)
            ),
            "basis": draw(st.sampled_from(list(BASES))),
            "basis_reason": "because",
            "answer_within": {"working_days": 2},
            "fallback": draw(
                st.lists(st.sampled_from([one for one in SERVICES if one != service]), max_size=2)
            ),
            **more,
        }

    routes = [
        route(
            f"route {index}",
            when=draw(rules()),
            group=draw(st.sampled_from(["", "one", "two"])),
            priority=draw(st.integers(0, 3)),
        )
        for index in range(draw(st.integers(0, 4)))
    ]
    return read_pathway(
        {
            "code": "any",
            "number": 1,
            "title": "Any",
            "entry": {"all": []},
            "routes": routes,
            "default": route("default"),
        }
    )


@settings(max_examples=100, deadline=None)
@given(pathways(), facts(), offers, tried)
def test_nothing_is_sent_but_under_an_agreement_and_a_basis(pathway, case, on_offer, before):
    decision = choose([pathway], case, on_offer, before)
    for plan in decision.referrals:
        offer = next(
            one for one in on_offer if (one.service_code, one.team_id) == (plan.service, plan.team_id)
        )
        assert offer.agreement_id == plan.agreement_id is not None
        assert plan.purpose in offer.agreement_purposes
        assert set(plan.categories) <= set(offer.agreement_categories)
        if plan.basis == "consent":
            assert offer.consent == "given"
            assert set(plan.categories) <= set(offer.consent_categories)
        else:
            assert plan.basis_reason
        assert offer.is_open
        assert offer.capacity_free != 0
        assert before.get(plan.service) in (None, "returned")


@settings(max_examples=100, deadline=None)
@given(pathways(), facts(), offers, tried)
def test_no_case_falls_through(pathway, case, on_offer, before):
    decision = choose([pathway], case, on_offer, before)
    assert decision.matched
    assert decision.referrals or decision.held or decision.skipped
    sent_or_had = {plan.service for plan in decision.referrals} | {
        service for service, status in before.items() if status in OPEN or status == "completed"
    }
    for held in decision.held:
        assert held.reason
        assert held.instead == "" or held.instead in sent_or_had
    if not decision.wants_decision:
        assert sent_or_had


@settings(max_examples=100, deadline=None)
@given(pathways(), facts(), offers, tried, st.randoms(use_true_random=False))
def test_the_same_input_in_any_order_gives_the_same_decision(pathway, case, on_offer, before, order):
    decision = choose([pathway], case, on_offer, before)
    shuffled, mixed = list(on_offer), list(case.items())
    order.shuffle(shuffled)
    order.shuffle(mixed)
    assert choose([pathway], dict(mixed), shuffled, before) == decision


@settings(max_examples=100, deadline=None)
@given(pathways(), facts(), offers, tried)
def test_a_decision_can_be_replayed_from_what_was_kept(pathway, case, on_offer, before):
    decision = choose([pathway], case, on_offer, before)
    kept = json.loads(json.dumps({
        "facts": clean(case), "offers": [offer.to_json() for offer in on_offer], "decision": decision.to_json(),
    }))  # fmt: skip
    assert Decision.from_json(kept["decision"]) == decision
    assert [Offer.from_json(offer) for offer in kept["offers"]] == on_offer
    again = choose([pathway], kept["facts"], [Offer.from_json(offer) for offer in kept["offers"]], before)
    assert again == decision


@settings(max_examples=100, deadline=None)
@given(pathways(), facts(), offers, tried)
def test_one_referral_a_service_and_one_route_a_group(pathway, case, on_offer, before):
    decision = choose([pathway], case, on_offer, before)
    services = [plan.service for plan in decision.referrals]
    assert len(set(services)) == len(services)
    followed = {one.plan.route for one in decision.held} | {
        one.route for one in (*decision.referrals, *decision.skipped)
    }
    for group in ("one", "two"):
        matching = [
            route for route in pathway.routes if route.group == group and evaluate(route.when, case).value
        ]
        assert [route.name for route in matching if route.name in followed] == [
            route.name for route in matching[:1]
        ]


# Definitions


def with_route(**changes: Any) -> dict[str, Any]:
    return {**DEFINITION, "routes": [{**DEFINITION["routes"][0], **changes}]}


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        ([], "must be an object"),
        ({}, "needs `routes`"),
        ({**DEFINITION, "color": "red"}, "unknown entry 'color'"),
        ({**DEFINITION, "entry": {"fact": "shoe_size", "is": 1}}, "The entry rule: There is no fact"),
        ({**DEFINITION, "assessments": [{"instrument": "risk-24"}]}, "needs `instrument` and `when`"),
        ({**DEFINITION, "review": {"weeks": 3}}, "The review: a length of time"),
        ({**DEFINITION, "routes": ["idva"]}, "A route must be an object"),
        ({**DEFINITION, "routes": DEFINITION["routes"][:1] * 2}, "another route has the same name"),
        ({**DEFINITION, "default": {**DEFINITION["default"], "when": {"all": []}}}, "has no `when`"),
        (with_route(when={"fact": "risk_grade", "is": "extreme"}), "Route High-risk domestic abuse: risk_grade"),
        (with_route(service=""), "`service` is missing"),
        (with_route(categories=["everything"]), "`categories` must list"),
        (with_route(basis="because"), "`basis` must be one of"),
        (with_route(basis_reason=""), "must say why safeguarding applies"),
        (with_route(answer_within={"working_hours": 0}), "a length of time"),
        (with_route(answer_within={"working_hours": 4, "hours": 4}), "a length of time"),
        (with_route(priority="high"), "`priority` must be"),
        (with_route(fallback="victim-care"), "must be a list of service codes"),
        (with_route(fallback=["idva"]), "cannot fall back on its own service"),
        (with_route(urgent="yes"), "`urgent` must be"),
        (with_route(colour="red"), "unknown entry 'colour'"),
    ],
)  # fmt: skip
def test_a_wrong_definition_is_refused_in_words(definition, problem):
    assert any(problem in said for said in validate_pathway(definition)), validate_pathway(definition)
    with pytest.raises(PathwayError):
        read_pathway(definition)


def places_in(thing: Any, path: tuple = ()) -> list[tuple]:
    inner = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    return [place for key, value in inner for place in ((*path, key), *places_in(value, (*path, key)))]


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(places_in(DEFINITION)),
    st.sampled_from([None, True, 0, -1, 2.5, "", "all", [], [[]], [None], {}, {"all": None}, {"fact": {}}]),
)
def test_a_definition_spoilt_anywhere_is_either_still_good_or_refused_in_words(place, spoilt):
    definition = copy.deepcopy(DEFINITION)
    inner = definition
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = spoilt
    if validate_pathway(definition) == []:
        choose([read_pathway(definition)], DOMESTIC, offers_of_northshire("all"), {})
