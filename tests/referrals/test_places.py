"""Places of a service: taken by what is sent, free when it ends, never given twice, waited for in order."""

import threading
from collections.abc import Iterable

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from agencies.actions.services import ServiceNotFound, agree_shares, set_capacity
from agencies.models import Service, Team
from hub.integrity import check_all
from messaging.models import Event, Message
from messaging.relay import run_due
from pathways.models import PathwayVersion
from referrals.actions import referral as verbs
from referrals.actions.closing import close_case
from referrals.actions.triage import retriage
from referrals.models import Case, Referral, RoutingDecision, Waiting
from tests.factories import a_case, a_referral, fresh
from tests.pathways.test_pathway_pages import a_version
from tests.referrals.road import answer, referrals_of, routed, the_referral, triaged

HATE = {"flags": ["hate_crime"], "offence_group": "public_order"}


def service(code: str = "hate-crime", **where: object) -> Service:
    with acting_as_system("tests"):
        return Service.objects.get(code=code, **where)


def places(code: str, capacity: int | None, *, is_open: bool = True, by: str = "owen", cast) -> None:
    with acting_as(cast.actor(by)) as actor:
        set_capacity(actor=actor, service_id=service(code).id, capacity=capacity, is_open=is_open)
    run_due()


def only_hate_crime() -> None:
    """From now on the case waits where hate crime support is full: the route has no fallback."""
    with acting_as_system("tests"):
        definition = PathwayVersion.objects.get(code="northshire", number=1).definition
    for route in definition["routes"]:
        if route["service"] == "hate-crime":
            route.pop("fallback", None)
    a_version(2, definition={**definition, "number": 2})


def waiting() -> list[Case]:
    with acting_as_system("tests"):
        return [row.case for row in Waiting.objects.select_related("case").order_by("id")]


def broken(*names: str) -> list[str]:
    checked = [result for result in check_all() if not names or result.name in names]
    return [f"{result.name}: {result.broken}" for result in checked if not result.holds]


def test_a_place_is_taken_by_sending_and_free_again_at_each_end(hub, cast):
    places("hate-crime", 1, cast=cast)
    ends = {
        "decline": {"reason_code": "no_capacity"},
        "return_to_hub": {"reason_words": "Which days?"},
        "complete": {"outcomes": [{"domain": "safety", "result": "improved"}]},
    }
    for verb, given in ends.items():
        referral = the_referral(routed(cast, **HATE))
        assert (referral.service.code, service().taken, service().free) == ("hate-crime", 1, 0)
        if verb == "complete":
            answer(cast, "victim-care", referral, "accept")
        answer(cast, "victim-care", referral, verb, **given)
        assert service().taken == 0
    referral = the_referral(routed(cast, **HATE))
    with acting_as(cast.actor("priya")) as priya:
        verbs.recall(actor=priya, referral_id=referral.id, reason_words="Sent too early.")
    assert service().taken == 0
    referral = the_referral(routed(cast, **HATE))
    with acting_as_system("routing") as system:
        verbs.expire(actor=system, referral_id=referral.id)
    assert (service().taken, service().sent) == (0, 5)
    assert broken("places_counted") == []


def test_a_full_service_gives_way_to_the_fallback(hub, cast):
    places("hate-crime", 1, cast=cast)
    first, second = routed(cast, **HATE), routed(cast, **HATE)
    assert the_referral(first).service.code == "hate-crime"
    assert the_referral(second).service.code == "victim-care"
    with acting_as_system("tests"):
        decision = RoutingDecision.objects.get(case=second)
    assert [(one["code"], one["instead"]) for one in decision.decision["held"]] == [
        ("no_capacity", "victim-care")
    ]
    offer = next(one for one in decision.offers if one["service_code"] == "hate-crime")
    assert (offer["capacity"], offer["capacity_free"]) == (1, 0)


def test_the_database_refuses_one_more_than_there_are(hub, cast):
    places("hate-crime", 1, cast=cast)
    a_referral(a_case(), service="hate-crime")
    with pytest.raises(IntegrityError, match="no place free"), transaction.atomic():
        a_referral(a_case(), service="hate-crime")
    places("hate-crime", 0, cast=cast)  # fewer than it has: nothing is taken away, nothing more is given
    assert (service().taken, service().free) == (1, 0)
    with acting_as_system("tests"):
        Referral.objects.filter(service__code="hate-crime").update(
            status="completed", ended_at=timezone.now()
        )
    assert service().taken == 0


def test_cases_wait_for_a_place_and_are_taken_up_oldest_first(hub, cast):
    only_hate_crime()
    places("hate-crime", 1, cast=cast)
    having, first, second = (routed(cast, **HATE) for _ in range(3))
    assert waiting() == [first, second]
    assert fresh(first).decision_wanted == "Northshire Victim Care has no room in this service now."
    answer(cast, "victim-care", the_referral(having), "decline", reason_code="criteria_not_met")
    assert the_referral(first).status == "sent"
    assert (fresh(first).decision_wanted, fresh(first).status) == ("", "routed")
    assert referrals_of(second) == []
    assert waiting() == [second]
    places("hate-crime", 5, cast=cast)
    assert the_referral(second).status == "sent"
    assert waiting() == []
    with acting_as_system("tests"):
        asked = Event.objects.filter(topic="case.place_found")
        assert sorted(asked.values_list("case_id", flat=True)) == sorted([first.id, second.id])
        for event in asked:
            assert RoutingDecision.objects.filter(asked_by=str(event.id)).count() == 1
    assert broken() == []


def test_a_place_that_the_oldest_no_longer_needs_goes_to_the_next(hub, cast):
    only_hate_crime()
    places("hate-crime", 1, cast=cast)
    having, gone, closed, next_one = (routed(cast, **HATE) for _ in range(4))
    with acting_as(cast.actor("priya")) as priya:
        retriage(actor=priya, case_id=gone.id)
        close_case(
            actor=priya,
            case_id=closed.id,
            end_state="declined",
            reason="Wants nothing.",
            without="Nobody recorded it here.",
        )
    answer(cast, "victim-care", the_referral(having), "decline", reason_code="criteria_not_met")
    assert the_referral(next_one).status == "sent"
    assert referrals_of(closed) == []
    assert closed not in waiting()


def test_a_closed_service_takes_none_and_opening_it_takes_up_who_waits(hub, cast):
    only_hate_crime()
    places("hate-crime", 1, cast=cast)
    routed(cast, **HATE)
    late = routed(cast, **HATE)
    places("hate-crime", 9, is_open=False, cast=cast)
    assert referrals_of(late) == []
    places("hate-crime", 9, cast=cast)
    assert the_referral(late).status == "sent"


def test_who_may_set_the_places_of_a_service(hub, cast):
    for who in ("ruth", "owen"):
        places("hate-crime", 3, by=who, cast=cast)
    for who, refusal in (("helen", ServiceNotFound), ("priya", NotAllowed), ("carys", NotAllowed)):
        with acting_as(cast.actor(who)) as actor, pytest.raises(refusal):
            set_capacity(actor=actor, service_id=service().id, capacity=1, is_open=True)
    with acting_as_system("tests"):
        told = Event.objects.filter(topic="service.capacity_set").latest("id")
    assert told.data["capacity"] == 3
    assert service().capacity_set_by == "Owen Pugh"


def test_two_teams_share_a_service_by_contract(hub, cast):
    with acting_as_system("tests"):
        other = Service.objects.create(
            code="hate-crime", name="Hate crime support", team=Team.objects.get(code="young-voices-team")
        )
    first = service(team__code="victim-care-team")
    with acting_as(cast.actor("owen")) as owen:
        agree_shares(actor=owen, code="hate-crime", shares={first.id: 75, other.id: 25})
    teams = [the_referral(routed(cast, **HATE)).service_id for _ in range(8)]
    assert teams.count(first.id) == 6
    with acting_as_system("tests"):
        decision = RoutingDecision.objects.latest("decided_at").decision
    assert len(decision["teams"]) == 2
    assert all("for a share of" in one["words"] for one in decision["teams"])
    assert broken("places_counted") == []


def race(cast, cases: Iterable[Case]) -> list[BaseException]:
    """Every case's triage is followed at the same moment, each by a worker of its own."""
    with acting_as_system("tests"):
        messages = list(Message.objects.filter(subscriber="referrals.route", done_at__isnull=True))
    start, failures = threading.Barrier(len(messages)), []

    def work() -> None:
        try:
            start.wait()
            run_due(limit=1)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in messages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@pytest.mark.slow
def test_the_last_place_is_given_once_however_many_ask_at_once(committed_hub, cast, monkeypatch):
    monkeypatch.setattr("messaging.relay.BATCH", 1)
    places("hate-crime", 2, cast=cast)
    cases = [triaged(cast, **HATE) for _ in range(6)]
    assert race(cast, cases) == []
    run_due()
    assert service().taken == 2
    sent = [the_referral(case).service.code for case in cases]
    assert sorted(sent) == ["hate-crime"] * 2 + ["victim-care"] * 4
    assert broken("places_counted", "decisions_made_their_referrals", "triaged_cases_routed_once") == []
