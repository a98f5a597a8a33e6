"""Hub and partner on a referral: messages for both alone, questions whose time stands still, and what has been read."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from access.context import acting_as, acting_as_system
from messaging.models import Event, Message
from messaging.relay import run_due
from referrals.actions.messages import CannotBeSaid, inform, send_message
from referrals.models import Case, Clock, MessageMark, Referral, ReferralMessage
from tests.referrals.road import case_of, routed, the_referral

pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture
def referral(cast) -> Referral:
    return the_referral(routed(cast))


def page_of(referral: Referral) -> str:
    return f"/referrals/{referral.id}/messages/"


def case_page_of(referral: Referral) -> str:
    return f"/cases/{case_of(referral).reference}/referrals/{referral.id}/messages/"


def now_of(referral: Referral) -> Referral:
    with acting_as_system("tests"):
        return Referral.objects.get(id=referral.id)


def clock_of(referral: Referral) -> Clock:
    with acting_as_system("tests"):
        return Clock.objects.get(referral=referral)


def test_both_sides_write_read_and_see_that_it_was_read(cast, referral):
    ruth, priya = cast.browser("ruth"), cast.browser("priya")
    sent = ruth.post(page_of(referral), {"text": "Does she work on Fridays?", "about": "identity"})
    assert sent.status_code == 302
    page = priya.get(case_page_of(referral)).content.decode()
    assert "Does she work on Fridays?" in page
    assert "Ruth Silva" in page
    assert "Read by Priya Nair" in ruth.get(page_of(referral)).content.decode()
    assert (
        priya.post(case_page_of(referral), {"text": "She does not.", "about": "identity"}).status_code == 302
    )
    assert "She does not." in ruth.get(page_of(referral)).content.decode()
    with acting_as_system("tests"):
        events = Event.objects.filter(topic="message.sent", referral_id=referral.id)
        assert [event.data["side"] for event in events.order_by("id")] == ["partner", "hub"]
        assert "Fridays" not in str([event.data for event in events])


def test_queues_mark_what_nobody_of_the_readers_side_has_read(cast, referral):
    ruth, priya, dana = (cast.browser(name) for name in ("ruth", "priya", "dana"))
    responses, queue = "/responses/?list=waiting", "/referrals/"
    mark = "Message from {} not read"
    ruth.post(page_of(referral), {"text": "Does she work on Fridays?", "about": "identity"})
    for place in (responses, "/triage/?stage=partner"):
        assert mark.format("a partner") in dana.get(place).content.decode()
    assert mark.format("a partner") not in ruth.get(queue).content.decode()
    priya.get(case_page_of(referral))
    assert mark.format("a partner") not in dana.get(responses).content.decode()
    priya.post(case_page_of(referral), {"text": "She does not.", "about": "identity"})
    assert mark.format("the hub") in ruth.get(queue).content.decode()
    ruth.get(page_of(referral))
    assert mark.format("the hub") not in ruth.get(queue).content.decode()


def test_nobody_else_reads_a_message_and_nobody_changes_one(cast, referral):
    ruth, priya = cast.actor("ruth"), cast.actor("priya")
    with acting_as(priya):
        send_message(actor=priya, referral_id=referral.id, text="Ring after six.")
    with acting_as(ruth):
        assert ReferralMessage.objects.get().text == "Ring after six."
    for name in ("helen", "ines", "martin", "owen", "grace"):
        with acting_as(cast.actor(name)):
            assert not ReferralMessage.objects.exists(), name
            assert not MessageMark.objects.exists(), name
    assert cast.browser("helen").get(page_of(referral)).status_code == 404
    for actor in (priya, ruth):
        with acting_as(actor), pytest.raises(DatabaseError), transaction.atomic():
            ReferralMessage.objects.update(written_by_name="Somebody else")
        with acting_as(actor):
            assert ReferralMessage.objects.all().delete()[0] == 0


def test_another_team_of_the_agency_does_not_read_it(cast, referral):
    ruth, priya = cast.practitioner("ruth"), cast.actor("priya")
    with acting_as(priya):
        send_message(actor=priya, referral_id=referral.id, text="For the team.")
    with acting_as_system("tests"):
        ruth.teams.clear()
        elsewhere = ruth.as_actor()
    with acting_as(elsewhere):
        assert Referral.objects.filter(id=referral.id).exists()
        assert not ReferralMessage.objects.exists()


def test_a_message_is_of_a_category_that_the_referral_tells_and_is_kept_sealed(cast, referral):
    priya = cast.actor("priya")
    with acting_as(priya), pytest.raises(CannotBeSaid):
        send_message(actor=priya, referral_id=referral.id, text="Her tablets.", about="health")
    with acting_as(priya):
        send_message(actor=priya, referral_id=referral.id, text="It happened at work.", about="incident")
    with acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute("SELECT text FROM referrals_referralmessage")
        assert "work" not in cursor.fetchone()[0]
    assert "It happened at work." in cast.browser("ruth").get(page_of(referral)).content.decode()


def test_while_a_question_waits_the_time_to_answer_stands_still_and_then_runs_on(cast, referral):
    ruth, priya = cast.browser("ruth"), cast.browser("priya")
    answer = ruth.post(page_of(referral), {"text": "Which days?", "about": "identity", "asks": "on"})
    assert answer.status_code == 302
    run_due()
    assert (now_of(referral).status, now_of(referral).waits_for_hub) == ("received", True)
    assert clock_of(referral).state == "paused"
    with acting_as_system("tests"):
        Message.objects.filter(subscriber="referrals.expire").update(available_at=timezone.now())
        assert Case.objects.get(id=referral.case_id).due_at is None or (
            Case.objects.get(id=referral.case_id).due_at != referral.answer_due_at
        )
    run_due()
    assert now_of(referral).status == "received", "it is not over while the hub owes the answer"
    assert "Answer the question" in priya.get(f"/cases/{case_of(referral).reference}/").content.decode()
    asked = clock_of(referral)
    with acting_as_system("tests"):
        asked.pauses.update(started_at=timezone.now() - timedelta(days=20))
        Clock.objects.filter(id=asked.id).update(started_at=timezone.now() - timedelta(days=21))
    sent = priya.post(case_page_of(referral), {"text": "Mondays.", "about": "identity", "answers": "on"})
    assert sent.status_code == 302
    after, clock = now_of(referral), clock_of(referral)
    assert (after.status, after.waits_for_hub, clock.state) == ("received", False, "running")
    assert after.answer_due_at == clock.due_at > timezone.now()
    with acting_as_system("tests"):
        last = Message.objects.filter(subscriber="referrals.expire").latest("id")
        assert last.payload["due"] == after.answer_due_at.isoformat()
        Message.objects.filter(id=last.id).update(available_at=timezone.now())
    run_due()
    assert now_of(referral).status == "expired"


def test_a_question_that_nobody_asked_is_not_answered_and_an_ended_referral_is_silent(cast, referral):
    priya = cast.actor("priya")
    with acting_as(priya), pytest.raises(CannotBeSaid):
        inform(actor=priya, referral_id=referral.id, text="Mondays.")
    cast.browser("ruth").post(f"/referrals/{referral.id}/decline/", {"reason_code": "no_capacity"})
    with acting_as(priya), pytest.raises(CannotBeSaid):
        send_message(actor=priya, referral_id=referral.id, text="Are you sure?")


def test_a_partner_s_system_writes_once_reads_by_pages_and_hears_of_it_by_id(cast, referral):
    system, priya = cast.system("victim-care"), cast.actor("priya")
    address = f"referrals/{referral.id}/messages/"
    for _ in range(2):
        told = system.post(address, {"details": "Which days?"}, **{"Idempotency-Key": "m-1"})
        assert told.status_code == 201, told.content
    with acting_as(priya):
        send_message(actor=priya, referral_id=referral.id, text="Mondays.")
    first = system.get(f"{address}?limit=1").json()
    assert [(one["side"], one["text"]) for one in first["items"]] == [("hub", "Mondays.")]
    second = system.get(f"{address}?limit=1&before={first['next']}").json()
    assert [(one["side"], one["text"]) for one in second["items"]] == [("partner", "Which days?")]
    assert second["next"] is None
    changes = system.get("changes/?after=0").json()["items"]
    topics = [one["topic"] for one in changes if one["referral"] == str(referral.id)]
    assert topics.count("message.sent") == 2
    assert "Mondays" not in str(changes)
    stale = system.post(address, {"details": "Again"}, **{"If-Match": '"99"'})
    assert stale.status_code == 412
    assert cast.system("safe-steps").get(address).status_code == 404


def test_a_partner_s_system_asks_before_it_answers(cast, referral):
    system = cast.system("victim-care")
    moves = system.get(f"referrals/{referral.id}/actions/").json()["actions"]
    assert "ask" in [one["verb"] for one in moves]
    told = system.post(f"referrals/{referral.id}/ask/", {"details": "Which days?"})
    assert told.json()["status"] == "received"
    assert now_of(referral).waits_for_hub
