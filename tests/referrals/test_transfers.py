"""A referral goes to another team: in its agency with its place, to another one by the hub; never lost, never twice."""

import pytest
from django.db import DatabaseError, transaction

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from access.models import Grant
from agencies.actions.agencies import add_team
from agencies.actions.services import add_service, set_capacity
from agencies.models import Agency, Notification, Service
from messaging.models import Event
from messaging.relay import run_due
from referrals.actions import referral as verbs
from referrals.actions.conflicts import declare_conflict
from referrals.actions.messages import send_message
from referrals.actions.routing import ask_to_route
from referrals.actions.transfers import CannotTransfer, ask_transfer, hand_over, refuse_transfer, transfer
from referrals.models import Referral, ReferralMessage, RoutingDecision, Transfer
from referrals.queries.replay import replayed
from tests.factories import a_referral, fresh
from tests.referrals.road import answer, broken, case_of, consent, referrals_of, routed, the_referral

pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture
def referral(cast) -> Referral:
    return the_referral(routed(cast))


@pytest.fixture
def second_team(cast) -> Service:
    """A second team of Victim Care that offers what the first does, with one place."""
    with acting_as(cast.actor("owen")) as owen:
        team = add_team(actor=owen, agency_id=Agency.objects.get(code="victim-care").id, name="North team")
        made = add_service(actor=owen, team_id=team.id, name="", code="victim-care")
        return set_capacity(actor=owen, service_id=made.id, capacity=1, is_open=True)


def service(code: str) -> Service:
    with acting_as_system("tests"):
        return Service.objects.get(code=code)


def now_of(one: Referral | Service):
    with acting_as_system("tests"):
        return type(one).objects.get(id=one.id)


def asked(cast, referral: Referral) -> None:
    with acting_as(cast.actor("ruth")) as ruth:
        ask_transfer(actor=ruth, referral_id=referral.id, why="Safe Steps knows her.")
    run_due()


def handed(cast, referral: Referral, to: str = "idva") -> Referral:
    with acting_as(cast.actor("priya")) as priya:
        taker = hand_over(
            actor=priya, referral_id=referral.id, service_id=service(to).id, words="They agreed by phone."
        )
    run_due()
    return taker


def sights(referral: Referral) -> set[str]:
    with acting_as_system("tests"):
        codes = dict(Agency.objects.exclude(kind="hub").values_list("id", "code"))
        return {
            codes[one.agency_id]
            for one in Grant.objects.filter(case_id=referral.case_id, agency_id__in=codes)
            if one.until is None or (one.until > one.granted_at and one.categories)
            if Referral.objects.filter(
                case=referral.case_id,
                agency=one.agency_id,
                status__in=("sent", "received", "accepted", "in_progress"),
            ).exists()
        }


def test_inside_its_agency_it_moves_with_its_place_its_status_and_what_was_said(cast, referral, second_team):
    first = now_of(referral).service
    answer(cast, "victim-care", referral, "accept")
    with acting_as(cast.actor("priya")) as priya:
        send_message(actor=priya, referral_id=referral.id, text="Ring after six.")
    ruth = cast.browser("ruth")
    page = ruth.get(f"/referrals/{referral.id}/transfer/").content.decode()
    assert "North team (1 of 1 places free)" in page
    sent = ruth.post(f"/referrals/{referral.id}/transfer/", {"to": str(second_team.id), "why": "She moved."})
    assert sent.status_code == 302
    run_due()
    moved = now_of(referral)
    assert (moved.status, moved.service_id, moved.team_id) == (
        "accepted",
        second_team.id,
        second_team.team_id,
    )
    assert (now_of(first).taken, now_of(second_team).taken) == (0, 1)
    assert (now_of(first).sent, now_of(second_team).sent) == (0, 0), "its shares were agreed since"
    with acting_as(cast.actor("ruth")):
        assert not ReferralMessage.objects.exists(), "the team that had it reads its messages no more"
    with acting_as_system("tests"):
        cast.practitioner("ruth").teams.set([second_team.team_id])
    with acting_as(cast.actor("ruth")):
        assert ReferralMessage.objects.get().text == "Ring after six."
    case_page = cast.browser("priya").get(f"/cases/{case_of(referral).reference}/").content.decode()
    for page in (case_page, cast.browser("ruth").get(f"/referrals/{referral.id}/").content.decode()):
        assert "Moved from Victim care to North team by Ruth Silva" in page
        assert "She moved." in page
    assert "Referral moved to another team of its agency" in case_page
    assert "from Victim care to North team" in case_page
    assert broken() == []


def test_a_full_team_takes_nothing_and_another_agency_s_team_is_none(cast, referral, second_team):
    with acting_as_system("tests"):
        Service.objects.filter(id=second_team.id).update(capacity=0)
    with acting_as(cast.actor("ruth")) as ruth:
        for to in (second_team, service("idva")):
            with pytest.raises(CannotTransfer):
                transfer(actor=ruth, referral_id=referral.id, service_id=to.id, why="She moved.")
        assert not Transfer.objects.exists()
        with pytest.raises(DatabaseError), transaction.atomic():
            Referral.objects.filter(id=referral.id).update(
                team_id=service("idva").team_id, service_id=service("idva").id
            )
    with acting_as(cast.actor("priya")) as priya, pytest.raises(NotAllowed):
        transfer(actor=priya, referral_id=referral.id, service_id=second_team.id, why="She moved.")
    assert now_of(referral).team_id == referral.team_id


def test_a_partner_s_system_moves_it_once_and_reads_why(cast, referral, second_team):
    system = cast.system("victim-care")
    body = {"service": str(second_team.id), "details": "She moved."}
    for _ in range(2):
        told = system.post(
            f"referrals/{referral.id}/transfer/", body, **{"Idempotency-Key": "t-1", "If-Match": '"1"'}
        )
        assert (told.status_code, told.json()["version"]) == (200, 2)
    assert system.post(f"referrals/{referral.id}/transfer/", body, **{"If-Match": '"1"'}).status_code == 412
    (line,) = system.get(f"referrals/{referral.id}/").json()["transfers"]
    assert (line["from"], line["to"], line["why"]) == (
        "victim-care-team",
        second_team.team.code,
        "She moved.",
    )
    assert system.post(f"referrals/{referral.id}/ask-transfer/", {"details": "Too far."}).status_code == 200
    topics = [item["topic"] for item in system.get("changes/").json()["items"]]
    assert topics[-2:] == ["referral.transferred", "transfer.asked"]


def test_another_agency_has_it_by_the_hub_s_decision_and_the_first_sees_it_no_more(cast, referral):
    answer(cast, "victim-care", referral, "accept")
    ruth, priya = cast.browser("ruth"), cast.browser("priya")
    sent = ruth.post(f"/referrals/{referral.id}/transfer/", {"to": "ask", "why": "Safe Steps knows her."})
    assert sent.status_code == 302
    run_due()
    reference = case_of(referral).reference
    assert case_of(referral).decision_wanted.endswith("asks to hand its referral over: Safe Steps knows her.")
    assert now_of(referral).status == "accepted", "it stays until the hub has decided"
    door = f"/cases/{reference}/referrals/{referral.id}/hand-over/"
    page = priya.get(door).content.decode()
    assert "Ruth Silva of Northshire Victim Care asks for it" in page
    assert "No agreement in force with Age Well Northshire." in page
    done = priya.post(door, {"to": str(service("idva").id), "words": "They agreed by phone."})
    assert done.status_code == 302
    run_due()
    old, new = referrals_of(fresh(case_of(referral)))
    assert (old.status, old.reason_code, new.status, new.agency.code) == (
        "returned", "handed_over", "sent", "safe-steps",
    )  # fmt: skip
    assert (case_of(referral).decision_wanted, case_of(referral).status) == ("", "routed")
    assert sights(referral) == {"safe-steps"}
    gone = ruth.get(f"/referrals/{referral.id}/").content.decode()
    assert "Handed over by the hub to another agency" in gone
    assert "Safe Steps" not in gone.replace("Safe Steps knows her.", "")
    told = cast.browser("helen").get(f"/referrals/{new.id}/").content.decode()
    assert "Victim Care" not in told.partition("Why it is with you")[0]
    with acting_as_system("tests"):
        kinds = Notification.objects.values_list("kind", flat=True)
        assert {"transfer_asked", "transfer_answered", "referral_came"} <= set(kinds)
        decision = RoutingDecision.objects.get(asked_by=f"handed_over:{referral.id}")
        (again,) = replayed(decision_id=decision.id)
    assert (again.differs, again.reworded) == ([], [])
    assert broken() == []


def test_it_is_routed_neither_back_nor_twice_and_goes_on_where_the_taker_declines(cast, referral):
    taker = handed(cast, referral)
    with acting_as(cast.actor("priya")) as priya:
        with pytest.raises(verbs.MoveRefused):
            hand_over(actor=priya, referral_id=referral.id, service_id=service("isva").id, words="Again.")
        ask_to_route(actor=priya, case_id=referral.case_id)
    run_due()
    assert len(referrals_of(case_of(referral))) == 2, "whoever took it over has it: its route is followed"
    answer(cast, "safe-steps", taker, "decline", reason_code="no_capacity")
    case = case_of(referral)
    assert len(referrals_of(case)) == 2, "it is not sent back to whoever handed it over"
    assert "cannot go on with this case" in case.decision_wanted


@pytest.mark.parametrize("why", ["refused", "conflict", "full", "has it"])
def test_what_stands_in_the_way_of_routing_stands_in_the_way_of_this(cast, referral, why):
    case, to = case_of(referral), service("idva")
    if why == "refused":
        consent(cast, case, withdrawn=["safe-steps"])
    elif why == "conflict":
        with acting_as(cast.actor("dana")) as dana:
            words, agency = "Her sister works there.", to.team.agency_id
            declare_conflict(actor=dana, case_id=case.id, why="knows", words=words, agency_id=agency)
    else:
        with acting_as_system("tests"):
            Service.objects.filter(id=to.id).update(capacity=0 if why == "full" else None)
            if why == "has it":
                a_referral(case, service="idva", status="accepted")
    run_due()
    with acting_as(cast.actor("priya")) as priya, pytest.raises(CannotTransfer, match="stays where it is"):
        hand_over(actor=priya, referral_id=referral.id, service_id=to.id, words="Please.")
    assert now_of(referral).status == "sent"


def test_it_may_come_back_the_same_way(cast, referral):
    back = handed(cast, handed(cast, referral), to="victim-care")
    assert [one.status for one in referrals_of(case_of(back))] == ["returned", "returned", "sent"]
    assert sights(back) == {"victim-care"}


def test_the_hub_says_no_in_words_that_the_agency_reads(cast, referral):
    asked(cast, referral)
    with acting_as(cast.actor("ruth")) as ruth, pytest.raises(CannotTransfer):
        ask_transfer(actor=ruth, referral_id=referral.id, why="Once more.")
    with acting_as(cast.actor("ruth")) as ruth, pytest.raises(NotAllowed):
        refuse_transfer(actor=ruth, referral_id=referral.id, words="No.")
    with acting_as(cast.actor("priya")) as priya:
        refuse_transfer(actor=priya, referral_id=referral.id, words="She wants to stay with you.")
    run_due()
    assert case_of(referral).decision_wanted == ""
    assert (
        "She wants to stay with you."
        in cast.browser("ruth").get(f"/referrals/{referral.id}/").content.decode()
    )
    with acting_as_system("tests"):
        assert Event.objects.filter(topic="transfer.refused", referral_id=referral.id).count() == 1
    with acting_as(cast.actor("helen")):
        assert not Transfer.objects.exists()


def test_what_was_taken_on_and_cannot_go_on_comes_back_and_goes_to_somebody_else(cast, referral):
    answer(cast, "victim-care", referral, "accept")
    answer(cast, "victim-care", referral, "start")
    page = cast.browser("ruth").post(
        f"/referrals/{referral.id}/return/", {"reason_code": "cannot_go_on", "reason_words": "We close."}
    )
    assert page.status_code == 302
    run_due()
    case = case_of(referral)
    assert case.decision_wanted == "Northshire Victim Care cannot go on with its referral: We close."
    with acting_as(cast.actor("priya")) as priya:
        ask_to_route(actor=priya, case_id=case.id)
    run_due()
    assert [one.status for one in referrals_of(case)] == ["returned"], "not sent again to whoever gave it up"
