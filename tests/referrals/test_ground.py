"""What a partner sees ends with what it rests on: consent, agreement, recall. At once, by the database itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access.context import acting_as, acting_as_system, current_actor, hub_id
from access.models import Grant
from agencies.models import Agency, Agreement
from hub.integrity import check_all
from messaging.models import Event, Message
from messaging.relay import run_due
from referrals.actions import referral as verbs
from referrals.actions.consent import AgencyAnswer, record_consents
from referrals.actions.ground import follow_ground
from referrals.workflow import MoveRefused
from reporting.queries.rollups import drift
from tests.factories import fresh
from tests.referrals.road import TOLD, consent, referrals_of, routed, the_referral
from victims.models import Consent

pytestmark = pytest.mark.usefixtures("hub")
PARTNER = "victim-care"


def grant_of(case) -> Grant:
    with acting_as_system("tests"):
        return Grant.objects.get(case_id=case.id, agency_id=Agency.objects.get(code=PARTNER).id)


def consent_until(cast, case, until, categories=TOLD) -> None:
    with acting_as(cast.actor("priya")) as priya:
        answer = AgencyAnswer(Agency.objects.get(code=PARTNER).id, "given", tuple(categories))
        record_consents(actor=priya, case_id=case.id, answers=[answer], how="by phone", expires_at=until)


def broken() -> list[str]:
    return [check.name for check in check_all() if not check.holds]


def told(cast, case) -> dict:
    return cast.system(PARTNER).get(f"referrals/{the_referral(case).id}/").json()


def test_withdrawn_consent_ends_page_and_api_in_the_transaction_that_records_it(cast):
    case = routed(cast)
    ruth, system = cast.browser("ruth"), cast.system(PARTNER)
    path = f"/referrals/{the_referral(case).id}/"
    surname = told(cast, case)["identity"]["surname"]
    assert surname in ruth.get(path).content.decode()
    consent(cast, case, withdrawn=[PARTNER])  # nothing else runs: no relay, no worker
    assert the_referral(case).status == "recalled"
    page = ruth.get(path).content.decode()
    assert surname not in page
    assert case.reference not in page
    assert "Confirm that you have stopped" in page
    after = told(cast, case)
    assert (after["status"], after["reason"]) == ("recalled", "consent_withdrawn")
    assert "identity" not in after
    topics = [item["topic"] for item in system.get("changes/").json()["items"]]
    assert topics[-1] == "referral.recalled"
    run_due()
    assert broken() == []


def test_a_new_answer_that_covers_less_narrows_at_once_and_one_that_covers_more_gives_it_back(cast):
    case = routed(cast)
    assert {"identity", "contact", "incident"} <= told(cast, case).keys()
    consent(cast, case, consents=[PARTNER], categories=["identity", "contact"])
    narrowed = told(cast, case)
    assert narrowed["status"] == "sent"
    assert narrowed["categories"] == ["identity", "contact"]
    assert "incident" not in narrowed
    consent(cast, case, consents=[PARTNER])
    assert "incident" in told(cast, case)


def test_consent_that_no_longer_says_who_the_person_is_recalls(cast):
    case = routed(cast)
    consent(cast, case, consents=[PARTNER], categories=["incident"])
    assert (the_referral(case).status, the_referral(case).reason_code) == ("recalled", "consent_narrowed")


def test_sight_ends_by_itself_when_consent_runs_out_and_the_recall_follows(cast):
    case = routed(cast)
    until = timezone.now() + timedelta(days=3)
    consent_until(cast, case, until)
    assert grant_of(case).until == until
    with acting_as_system("tests"):
        ends = Message.objects.filter(subscriber="referrals.sight_ends").order_by("available_at")
        assert ends[0].available_at == until
    longer = until + timedelta(days=30)
    consent_until(cast, case, longer)
    assert grant_of(case).until == longer


def test_what_ran_out_is_recalled_with_its_own_reason(cast, monkeypatch):
    case = routed(cast)
    consent_until(cast, case, timezone.now() + timedelta(milliseconds=250))
    with acting_as_system("tests"):
        due = Message.objects.filter(subscriber="referrals.sight_ends").order_by("available_at")[0]
    assert the_referral(case).status == "sent"
    while timezone.now() < due.available_at:
        pass
    assert "identity" not in told(cast, case)  # the database's clock alone
    run_due()
    assert (the_referral(case).status, the_referral(case).reason_code) == ("recalled", "consent_expired")
    assert "consent has run out" in fresh(case).decision_wanted
    assert broken() == []


def test_before_a_consent_runs_out_somebody_is_asked_to_ask_again(cast):
    case = routed(cast)
    consent_until(cast, case, timezone.now() + timedelta(days=30))
    with acting_as_system("tests"):
        due = Message.objects.filter(subscriber="referrals.consent_runs_out")
        assert due.get().available_at == Consent.objects.latest("recorded_at").expires_at - timedelta(days=14)
        due.update(available_at=timezone.now())
    run_due()
    assert fresh(case).decision_wanted.startswith("Consent for Northshire Victim Care runs out on")
    assert fresh(case).status == "routed"


def test_a_consent_that_was_asked_again_reminds_of_nothing(cast):
    case = routed(cast)
    consent_until(cast, case, timezone.now() + timedelta(days=30))
    consent(cast, case, consents=[PARTNER])
    with acting_as_system("tests"):
        Message.objects.filter(subscriber="referrals.consent_runs_out").update(available_at=timezone.now())
    run_due()
    assert fresh(case).decision_wanted == ""


def test_no_sight_outlives_the_agreements_last_day(cast):
    ends_on, case = timezone.localdate() + timedelta(days=5), routed(cast)
    with acting_as_system("tests"):
        terms = {"purposes": ["victim_support"], "categories": list(TOLD), "starts_on": timezone.localdate()}
        short = Agreement.objects.create(
            code="short", name="Short", ends_on=ends_on, review_on=ends_on, **terms
        )
        for agency in (hub_id(), Agency.objects.get(code=PARTNER).id):
            short.parties.create(agency_id=agency)
        Agreement.objects.update(status="offered")
        short.parties.update(signed_on=timezone.localdate(), signed_by="On paper")
        follow_ground(actor=current_actor(), case_id=case.id)
    ends = timezone.localtime(grant_of(case).until)
    assert (ends.date(), ends.hour, ends.minute) == (ends_on + timedelta(days=1), 0, 0)


def test_a_recall_asks_for_the_agencys_word_and_the_hub_sees_what_is_owed(cast):
    case = routed(cast)
    referral = the_referral(case)
    priya = cast.browser("priya")
    consent(cast, case, withdrawn=[PARTNER])
    owed = priya.get("/responses/?list=confirm").content.decode()
    assert case.reference in owed
    system = cast.system(PARTNER)
    offered = system.get(f"referrals/{referral.id}/actions/").json()["actions"]
    assert [one["verb"] for one in offered] == ["confirm"]
    refused = system.post(f"referrals/{referral.id}/confirm/", {"answer": "kept_by_law"})
    assert refused.status_code == 400
    done = system.post(
        f"referrals/{referral.id}/confirm/", {"answer": "kept_by_law", "details": "Limitation Act 1980"}
    )
    assert (done.status_code, done.json()["status"]) == (200, "recalled")
    assert system.post(f"referrals/{referral.id}/confirm/", {"answer": "deleted"}).status_code == 409
    assert case.reference not in priya.get("/responses/?list=confirm").content.decode()
    assert "Limitation Act 1980" in priya.get(f"/cases/{case.reference}/").content.decode()


def test_a_partner_confirms_on_its_page_and_others_cannot(cast):
    case = routed(cast)
    path = f"/referrals/{the_referral(case).id}/confirm/"
    consent(cast, case, withdrawn=[PARTNER])
    assert cast.browser("helen").post(path, {"answer": "deleted"}).status_code == 404
    run_due()
    _, before = drift()
    ruth = cast.browser("ruth")
    assert "Choose what became of what you held" in ruth.post(path, {"answer": ""}).content.decode()
    assert ruth.post(path, {"answer": "deleted"}).status_code == 302
    confirmed = the_referral(case)
    assert (confirmed.confirmation, confirmed.confirmed_by_name) == ("deleted", "Ruth Silva")
    run_due()
    assert drift()[1] == before, "it was counted as recalled already"


def test_what_was_not_recalled_has_nothing_to_confirm(cast):
    case = routed(cast)
    with acting_as(cast.actor("ruth")) as ruth, pytest.raises(MoveRefused, match="Nothing is asked"):
        verbs.confirm_recall(actor=ruth, referral_id=the_referral(case).id, answer="deleted")


def test_a_recall_that_nobody_confirms_in_time_is_told_once(cast):
    case = routed(cast)
    consent(cast, case, withdrawn=[PARTNER])
    with acting_as_system("tests"):
        Message.objects.filter(subscriber="referrals.confirmation_overdue").update(
            available_at=timezone.now()
        )
    run_due()
    run_due()
    with acting_as_system("tests"):
        assert Event.objects.filter(topic="referral.confirmation_overdue").count() == 1
    assert [one.status for one in referrals_of(case)] == ["recalled"]
