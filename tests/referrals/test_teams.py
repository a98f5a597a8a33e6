"""Which of several teams takes a case: what keeps each out, who comes first, and laws that hold for any of them."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agencies.offering import opens_at, works_in
from pathways.pathway import read_pathway
from referrals.offer import Offer
from referrals.routing import choose
from tests.referrals.test_several_pathways import a_definition, a_route

ALL = ("identity",)


def an_offer(team: str, **given: Any) -> Offer:
    return Offer(
        **{
            "service_code": "care",
            "team_id": team,
            "team_name": f"Team {team}",
            "agency_id": f"agency {team}",
            "agency_code": f"agency-{team}",
            "agency_name": f"Agency {team}",
            "agreement_id": "2026",
            "agreement_purposes": ("victim_support",),
            "agreement_categories": ALL,
            "consent": "given",
            "consent_categories": ALL,
            **given,
        }
    )


def care(**route: Any) -> list[Any]:
    """A pathway of one route, to the service `care`."""
    definition = a_definition("care", {"all": []}, a_route("Care", "care", when={"all": []}, **route))
    return [read_pathway({**definition, "default": a_route("Else", "elsewhere")})]


def goes_to(offers: list[Offer], facts: dict[str, Any] | None = None, **route: Any) -> str:
    """The team that is chosen; where none is, what stands in the way."""
    decision = choose(care(**route), facts or {}, offers, {})
    return decision.referrals[0].team_id if decision.referrals else decision.held[0].code


@pytest.mark.parametrize(
    ("changes", "facts", "code"),
    [
        ({"areas": ("NS2", "CF")}, {"area": "NS1"}, "out_of_area"),
        ({"criteria": {"fact": "age", "at_least": 18}}, {"age": 17}, "criteria_not_met"),
        ({"interpreters": False}, {"language": "Polish"}, "language"),
        ({"interpreters": False}, {"interpreter": True}, "language"),
        ({"access": ("step_free",)}, {"access_needs": ["sign_language"]}, "accessibility"),
        ({"is_open": False}, {}, "closed"),
        ({"capacity": 4, "capacity_free": 0}, {}, "no_capacity"),
        ({"in_conflict": True}, {}, "conflict_of_interest"),
    ],
)
def test_what_keeps_a_team_out_and_the_other_is_asked(changes, facts, code):
    a, b = an_offer("a", **changes), an_offer("b", access=("step_free", "sign_language"))
    assert goes_to([a, b], facts) == "b"
    decision = choose(care(), facts, [a], {})
    assert [held.code for held in decision.held] == [code]
    assert "Agency a" in decision.held[0].reason


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({"areas": ("NS", "CF10")}, {"area": "NS1"}),
        ({"areas": ("NS1",)}, {}),  # where nobody knows, the team is asked
        ({"criteria": {"fact": "age", "at_least": 18}}, {}),
        ({"interpreters": False, "languages": ("Polish",)}, {"language": "polish"}),
        ({"interpreters": False}, {"language": "English"}),
        ({"access": ("sign_language",)}, {"access_needs": ["sign_language"]}),
    ],
)
def test_what_keeps_no_team_out(changes, facts):
    assert goes_to([an_offer("a", **changes)], facts) == "a"


@pytest.mark.parametrize(
    ("first", "second", "facts", "route"),
    [
        ({"languages": ("Polish",)}, {"sent": 0, "share": 90}, {"language": "Polish"}, {}),
        ({"opens_at": ""}, {"opens_at": "2026-11-16T09:00:00+00:00", "share": 90}, {}, {"urgent": True}),
        ({"share": 60, "sent": 50}, {"share": 40, "sent": 50}, {}, {}),
        ({"share": 60, "sent": 0}, {"share": 40, "sent": 0}, {}, {}),
        ({"share": 10, "sent": 0}, {"sent": 0}, {}, {}),
        ({"capacity_free": 5}, {"capacity_free": 4}, {}, {}),
        ({}, {"capacity_free": 900}, {}, {}),
        ({"sent": 2}, {"sent": 3}, {}, {}),
    ],
)
def test_who_comes_first(first, second, facts, route):
    a, b = an_offer("z", **first), an_offer("b", **second)
    assert goes_to([a, b], facts, **route) == "z"
    assert goes_to([b, a], facts, **route) == "z"


def test_opening_hours_matter_only_where_it_is_urgent():
    closed, open_now = an_offer("a", opens_at="2026-11-16T09:00:00+00:00"), an_offer("b")
    assert goes_to([closed, open_now]) == "a"
    assert goes_to([closed, open_now], urgent=True) == "b"


def test_why_this_team_and_not_another_is_said():
    offers = [
        an_offer("a", share=60, sent=50, capacity=9, capacity_free=3),
        an_offer("b", share=40, sent=50),
        an_offer("c", capacity=2, capacity_free=0),
    ]
    decision = choose(care(), {}, offers, {})
    assert [(one.team_id, one.chosen, one.code) for one in decision.teams] == [
        ("a", True, ""),
        ("b", False, ""),
        ("c", False, "no_capacity"),
    ]
    chosen, passed, full = (one.words for one in decision.teams)
    assert chosen == "It has 3 of 9 places free; it has had 50 of 100 for a share of 60%; it is open now."
    assert passed == (
        "It has had 50 of 100 for a share of 40%;"
        " of the team that was chosen, it has had 50 of 100 for a share of 60%."
    )
    assert full == "Agency c, Team c has no room in this service now."


FULL = {"capacity": 1, "capacity_free": 0}


@pytest.mark.parametrize(
    ("route", "sent", "waits"),
    [
        ({}, [], ["care"]),
        ({"fallback": ["other"]}, ["other"], []),
        ({"fallback": ["other"], "wait_for_room": True}, [], ["care"]),
        ({"overflow": ["spare"], "fallback": ["other"], "wait_for_room": True}, ["spare"], []),
        ({"overflow": ["no-such"], "fallback": ["other"]}, ["other"], []),
    ],
)
def test_where_all_teams_are_full_the_version_says_what_follows(route, sent, waits):
    spares = [an_offer("s", service_code="spare"), an_offer("o", service_code="other")]
    decision = choose(care(**route), {}, [an_offer("a", **FULL), an_offer("b", **FULL), *spares], {})
    assert [plan.service for plan in decision.referrals] == sent
    assert decision.waits_for_room == waits


def test_what_one_team_declined_goes_to_the_next_before_the_fallback():
    offers = [an_offer("a"), an_offer("b"), an_offer("o", service_code="other")]
    pathways = care(fallback=["other"])
    assert choose(pathways, {}, offers, {"care/a": "declined"}).referrals[0].team_id == "b"
    both = {"care/a": "declined", "care/b": "expired"}
    assert choose(pathways, {}, offers, both).referrals[0].team_id == "o"
    assert choose(pathways, {}, offers, {"care/a": "returned"}).referrals[0].team_id == "a"
    # What the hub took back is not sent to another team unless somebody says so.
    assert choose(pathways, {}, offers, {"care/a": "recalled"}).held[0].code == "recalled"
    assert choose(pathways, {}, offers, {"care/b": "accepted"}).skipped[0].service == "care"


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-16T08:59", "2026-11-16T09:00"),  # a Monday
        ("2026-11-16T09:00", None),
        ("2026-11-16T16:59", None),
        ("2026-11-16T17:00", "2026-11-18T12:00"),
        ("2026-11-18T18:00", "2026-11-23T09:00"),
    ],
)
def test_when_a_service_next_opens(at, opens):
    hours = {"mon": ["09:00", "17:00"], "wed": ["12:00", "18:00"]}
    found = opens_at(hours, datetime.fromisoformat(at))
    assert found == (datetime.fromisoformat(opens) if opens else None)
    assert opens_at({}, datetime.fromisoformat(at)) is None


def test_an_area_is_a_district_or_all_districts_of_its_letters():
    assert works_in([], "NS1")
    assert works_in(["ns"], "NS10")
    assert works_in(["NS1"], "NS1")
    assert not works_in(["NS1"], "NS10")
    assert not works_in(["N"], "NS1")


# Laws

teams = st.lists(
    st.builds(
        an_offer,
        st.sampled_from("abcdef"),
        capacity_free=st.none() | st.integers(0, 5),
        share=st.none() | st.integers(1, 40),
        sent=st.integers(0, 200),
        languages=st.sampled_from([(), ("Polish",)]),
        interpreters=st.booleans(),
        is_open=st.booleans(),
        opens_at=st.sampled_from(["", "2026-11-16T09:00:00+00:00", "2026-11-17T09:00:00+00:00"]),
        access=st.sampled_from([(), ("step_free",)]),
        areas=st.sampled_from([(), ("NS1",), ("CF",)]),
    ),
    max_size=6,
    unique_by=lambda offer: offer.team_id,
)
persons = st.fixed_dictionaries(
    {
        "language": st.sampled_from([None, "Polish", "English"]),
        "interpreter": st.booleans(),
        "area": st.sampled_from([None, "NS1", "CF10"]),
        "access_needs": st.sampled_from([None, [], ["step_free"]]),
    }
)


@settings(max_examples=200, deadline=None)
@given(teams, persons, st.booleans(), st.randoms(use_true_random=False))
def test_whoever_can_take_it_does_whoever_is_full_does_not_and_the_order_of_asking_is_nothing(
    offers, facts, urgent, order
):
    decision = choose(care(urgent=urgent), facts, offers, {})
    shuffled = list(offers)
    order.shuffle(shuffled)
    assert choose(care(urgent=urgent), facts, shuffled, {}) == decision
    able = {one.team_id for one in decision.teams if not one.code}
    assert bool(decision.referrals) is bool(able)
    assert len(decision.teams) == len(offers)
    assert all(one.words for one in decision.teams)
    for plan in decision.referrals:
        chosen = next(one for one in offers if one.team_id == plan.team_id)
        assert chosen.is_open
        assert chosen.capacity_free != 0
        assert plan.team_id in able


@settings(max_examples=60, deadline=None)
@given(st.integers(5, 95), st.integers(20, 150))
def test_shares_are_kept_to_within_one_referral(share, number):
    sent = Counter({"a": 0, "b": 0})
    for _ in range(number):
        offers = [
            an_offer("a", share=share, sent=sent["a"]),
            an_offer("b", share=100 - share, sent=sent["b"]),
        ]
        sent[goes_to(offers)] += 1
    assert abs(sent["a"] - number * share / 100) <= 1


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.integers(1, 60))
def test_without_shares_work_is_spread_evenly(number, cases):
    sent = Counter(dict.fromkeys("abcdef"[:number], 0))
    for _ in range(cases):
        sent[goes_to([an_offer(team, sent=count) for team, count in sent.items()])] += 1
    assert max(sent.values()) - min(sent.values()) <= 1


def test_an_offer_kept_before_there_were_teams_is_read_as_it_was_meant():
    kept = an_offer("a").to_json()
    old = {key: kept[key] for key in ("service_code", "team_id", "agency_id", "agency_code", "agency_name")}
    assert Offer.from_json(old) == replace(
        Offer(**old), interpreters=True, capacity=None, share=None, areas=(), criteria=None
    )
