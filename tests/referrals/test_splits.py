"""Split work: some needs go to another team by a referral of its own, and no need is ever lost or asked for twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.context import acting_as, acting_as_system, current_actor
from agencies.actions.agencies import add_team
from agencies.actions.services import add_service
from agencies.models import Agency, Notification, Service
from messaging.models import Event
from messaging.relay import run_due
from referrals.actions.conflicts import declare_conflict
from referrals.actions.referral import recall
from referrals.actions.splits import CannotSplit, ask_split, refuse_split, split
from referrals.actions.transfers import hand_over
from referrals.models import AskedNeed, Referral, RoutingDecision, Split
from referrals.queries.asked_needs import asked_of
from referrals.queries.referrals import own
from referrals.queries.replay import replayed
from referrals.serializers import for_partner
from referrals.workflow import MoveRefused
from tests.referrals.road import answer, broken, case_of, consent, referrals_of, routed, the_referral

NEEDS = ("family", "finance", "outlook")


@pytest.fixture
def referral(hub, cast) -> Referral:
    return the_referral(routed(cast, needs=NEEDS))


def service(code: str) -> Service:
    with acting_as_system("tests"):
        return Service.objects.get(code=code)


def asks(referral: Referral) -> list[str]:
    with acting_as_system("tests"):
        return asked_of(referral)


def splitted(cast, referral: Referral, *needs: str, to: str = "idva") -> Referral:
    with acting_as(cast.actor("priya")) as priya:
        part = split(
            actor=priya,
            referral_id=referral.id,
            service_id=service(to).id,
            needs=needs,
            words="They know debts.",
        )
    run_due()
    return part


def told_to(cast, agency: str, referral: Referral) -> dict:
    with acting_as(cast.client_actor(agency)):
        found = own(actor=current_actor(), referral_id=referral.id)
        assert found is not None
        return for_partner(found)


def test_the_hub_gives_a_part_to_another_agency_and_each_reads_only_its_own(cast, referral):
    answer(cast, "victim-care", referral, "accept")
    priya, reference = cast.browser("priya"), case_of(referral).reference
    door = f"/cases/{reference}/referrals/{referral.id}/split/"
    assert "No agreement in force with Age Well Northshire." in priya.get(door).content.decode()
    wrong = priya.post(door, {"to": str(service("idva").id), "words": "They know debts."})
    assert (wrong.status_code, "Choose which needs" in wrong.content.decode()) == (422, True)
    note = {"first": "She has two loans.", "about": "identity"}
    done = priya.post(
        door, {"to": str(service("idva").id), "needs": "finance", "words": "They know debts.", **note}
    )
    assert done.status_code == 302
    run_due()
    first, part = referrals_of(case_of(referral))
    assert (first.status, part.status, part.agency.code, part.split_from_id) == (
        "accepted", "sent", "safe-steps", first.id,
    )  # fmt: skip
    assert (asks(first), asks(part)) == (["family", "outlook"], ["finance"])
    told = told_to(cast, "safe-steps", part)
    assert (told["rest"], told["split_from"], told["splits"]) == ("another", None, [])
    assert told["handover"]["first"] == "She has two loans."
    assert told_to(cast, "victim-care", first)["rest"] == "another"
    theirs = cast.browser("ruth").get(f"/referrals/{first.id}/").content.decode()
    assert "went to another service, Priya Nair" in theirs.replace("\n", " ")
    assert "Safe Steps" not in theirs.partition("Why it is with you")[0]
    case = priya.get(f"/cases/{reference}/").content.decode()
    assert "finance and benefits went to Domestic abuse advocacy, Safe Steps" in case
    assert "Split by hand" in case
    with acting_as_system("tests"):
        assert Event.objects.filter(topic="referral.split", referral_id=first.id).count() == 1
        assert {"referral_came", "needs_changed"} <= set(Notification.objects.values_list("kind", flat=True))
        decision = RoutingDecision.objects.get(id=part.decision_id)
        (again,) = replayed(decision_id=decision.id)
    assert (again.differs, broken()) == ([], [])


def test_an_agency_gives_to_its_own_team_at_once_and_asks_the_hub_for_another(cast, referral):
    with acting_as(cast.actor("owen")) as owen:
        team = add_team(actor=owen, agency_id=Agency.objects.get(code="victim-care").id, name="North team")
        north = add_service(actor=owen, team_id=team.id, name="", code="victim-care")
    with acting_as_system("tests"):  # so that its agency is told of them
        Service.objects.filter(team__agency__code="victim-care").update(needs=NEEDS)
    referral = the_referral(routed(cast, needs=NEEDS))
    with acting_as_system("tests"):
        north_has_it = referral.team_id == team.id
    to = service_of_other_team(referral)
    ruth = cast.browser("ruth") if not north_has_it else None
    with acting_as(cast.client_actor("victim-care")) as client:
        ask_split(actor=client, referral_id=referral.id, needs=["family"], why="Near her.", service_id=to.id)
    run_due()
    _, part = referrals_of(case_of(referral))
    assert (part.service_id, asks(part), asks(referral)) == (to.id, ["family"], ["finance", "outlook"])
    told = told_to(cast, "victim-care", part)
    assert (told["rest"], told["split_from"], told["part"]["why"]) == ("you", referral.id, "Near her.")
    if ruth is not None:
        page = ruth.post(
            f"/referrals/{referral.id}/split/", {"needs": "finance", "to": "ask", "why": "A debt adviser."}
        )
        assert page.status_code == 302
        run_due()
        assert case_of(referral).decision_wanted.endswith("to somebody else: A debt adviser.")
        with acting_as(cast.actor("priya")) as priya:
            refuse_split(actor=priya, referral_id=referral.id, words="You have one yourselves.")
        assert "You have one yourselves." in ruth.get(f"/referrals/{referral.id}/").content.decode()
        assert case_of(referral).decision_wanted == ""
    assert north.code == "victim-care"


def service_of_other_team(referral: Referral) -> Service:
    with acting_as_system("tests"):
        same = Service.objects.filter(code="victim-care").exclude(team=referral.team_id)
        return same.get()


def test_a_part_that_ends_undone_gives_its_needs_back_or_asks_the_hub(cast, referral):
    part = splitted(cast, referral, "finance")
    answer(cast, "safe-steps", part, "decline", reason_code="no_capacity")
    assert (asks(referral), asks(part)) == (list(NEEDS), [])
    assert len(referrals_of(case_of(referral))) == 2, "no fallback is sent: the first has it again"
    with acting_as_system("tests"):
        assert Event.objects.filter(topic="referral.needs_given_back", referral_id=referral.id).exists()
    other = splitted(cast, referral, "finance", to="isva")
    with acting_as(cast.actor("priya")) as priya:
        taker = hand_over(
            actor=priya, referral_id=referral.id, service_id=service("young-victims").id, words="She is 17."
        )
    run_due()
    assert (asks(taker), taker.split_from_id) == (["family", "outlook"], referral.id)
    with acting_as(cast.actor("dana")) as dana:
        recall(actor=dana, referral_id=other.id, reason_words="Sent in error.")
    run_due()
    assert asks(taker) == list(NEEDS), "whoever took the first over has it"
    third = splitted(cast, taker, "family", to="hate-crime")
    with acting_as(cast.actor("dana")) as dana:
        recall(actor=dana, referral_id=taker.id, reason_words="Sent in error.")
    run_due()
    answer(cast, "victim-care", third, "decline", reason_code="no_capacity")
    assert "nobody is left to take it back" in case_of(referral).decision_wanted
    assert broken() == []


@pytest.mark.parametrize("why", ["consent", "conflict", "full", "all", "not asked", "itself"])
def test_it_is_not_split_where_it_may_not_be_sent(cast, referral, why):
    to, needs = service("idva"), ["finance"]
    if why == "consent":
        consent(cast, case_of(referral), withdrawn=["safe-steps"])
    elif why == "conflict":
        with acting_as(cast.actor("dana")) as dana:
            agency = Agency.objects.get(code="safe-steps").id
            declare_conflict(
                actor=dana, case_id=referral.case_id, agency_id=agency, why="knows", words="An uncle."
            )
    elif why == "full":
        with acting_as_system("tests"):
            Service.objects.filter(id=to.id).update(capacity=0)
    needs = {"all": list(NEEDS), "not asked": ["social"]}.get(why, needs)
    to = service("victim-care") if why == "itself" else to
    run_due()
    with acting_as(cast.actor("priya")) as priya, pytest.raises(CannotSplit):
        split(actor=priya, referral_id=referral.id, service_id=to.id, needs=needs, words="Please.")
    assert (asks(referral), len(referrals_of(case_of(referral)))) == (list(NEEDS), 1)


def test_the_database_refuses_a_need_twice_in_a_family_and_another_agency_s_split(cast, referral):
    part = splitted(cast, referral, "finance")
    with acting_as_system("tests"):
        twice = AskedNeed.objects.get(referral=part, ended_at=None)
        twice.pk, twice.referral_id = None, referral.id
        twice._state.adding = True
        twice.id = RoutingDecision().id
        with pytest.raises(IntegrityError, match="asked_need_once"), transaction.atomic():
            AskedNeed.objects.bulk_create([twice])
    with acting_as(cast.actor("helen")):
        assert not Split.objects.exists()


def test_of_two_who_split_at_once_no_need_is_lost_or_doubled(committed_hub, cast):
    referral = the_referral(routed(cast, needs=NEEDS))
    actors = [cast.actor("priya"), cast.actor("liam")]
    wanted = [(actors[0], "idva", ["family", "finance"]), (actors[1], "isva", ["finance", "outlook"])]

    def act(who, to, needs) -> str:
        try:
            with acting_as(who) as actor:
                split(
                    actor=actor,
                    referral_id=referral.id,
                    service_id=service(to).id,
                    needs=needs,
                    words="At once.",
                )
            return "split"
        except MoveRefused as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as two:
        answers = list(two.map(lambda one: act(*one), wanted))
    assert sorted(one == "split" for one in answers) == [False, True], answers
    run_due()
    held = [need for one in referrals_of(case_of(referral)) for need in asks(one)]
    assert sorted(held) == sorted(NEEDS)
    assert broken() == []


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["split", "decline"]), st.integers(0, 3), st.sets(st.sampled_from(NEEDS))),
        max_size=5,
    )
)
def test_whatever_is_split_and_declined_every_need_has_one_place(cast, referral, steps):
    free = ["idva", "isva", "hate-crime", "young-victims", "stalking"]
    with transaction.atomic():
        for verb, place, needs in steps:
            family = [one for one in referrals_of(case_of(referral)) if one.status == "sent"]
            one = family[place % len(family)]
            try:
                if verb == "split":
                    splitted(cast, one, *needs, to=free[0])
                    free.pop(0)
                elif one.id != referral.id and one.agency.code in ("safe-steps", "victim-care"):
                    answer(cast, one.agency.code, one, "decline", reason_code="no_capacity")
            except MoveRefused:
                pass
            held = [need for each in referrals_of(case_of(referral)) for need in asks(each)]
            assert sorted(held) == sorted(NEEDS)
        transaction.set_rollback(True)
