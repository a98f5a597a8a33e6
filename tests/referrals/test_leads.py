"""Several agencies work on one case and one leads: chosen by the hub, passed on by it, and gone with its referral."""

from collections import Counter

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from agencies.models import Notification
from messaging.models import Event
from messaging.relay import run_due
from referrals.actions.leads import CannotLead, choose_lead, take_lead_back
from referrals.actions.referral import recall
from referrals.actions.transfers import hand_over
from referrals.models import Case, Lead, Referral
from referrals.queries.leads import ANOTHER, YOU
from referrals.queries.referrals import own
from referrals.serializers import for_partner
from tests.referrals.road import answer, referrals_of, routed
from tests.referrals.test_transfers import service

pytestmark = pytest.mark.usefixtures("hub")


@pytest.fixture
def case(cast) -> Case:
    """Safe Steps and Victim Care work on it together."""
    return routed(cast, flags=["hate_crime", "domestic_abuse"], risk="medium")


@pytest.fixture
def both(case) -> dict[str, Referral]:
    """Their referrals, by agency."""
    return {one.agency.code: one for one in referrals_of(case)}


def leads(cast, case: Case, referral: Referral) -> Lead:
    """Priya lets it lead."""
    with acting_as(cast.actor("priya")) as priya:
        return choose_lead(actor=priya, case_id=case.id, referral_id=referral.id)


def leading(case: Case) -> list:
    with acting_as_system("tests"):
        return list(Lead.objects.filter(case=case, ended_at=None).values_list("referral_id", flat=True))


def told_of_leads(case: Case) -> dict[str, list[str]]:
    """The first names of whoever was told, by kind."""
    run_due()
    with acting_as_system("tests"):
        found = Notification.objects.filter(case_id=case.id, kind__startswith="lead_")
        pairs = found.values_list("kind", "recipient__email").order_by("id")
        told: dict[str, list[str]] = {}
        for kind, email in pairs:
            told.setdefault(kind, []).append(email.partition(".")[0])
        return told


def told_to(cast, name: str, referral: Referral) -> str:
    """What the agency's own system reads of it."""
    with acting_as(cast.actor(name)) as actor:
        return for_partner(own(actor=actor, referral_id=referral.id))["lead"]


def test_the_hub_chooses_who_leads_and_passes_the_lead_on(cast, case, both):
    priya, helen, ruth = (cast.browser(name) for name in ("priya", "helen", "ruth"))
    page = priya.get(f"/cases/{case.reference}/").content.decode()
    assert "Several services work on this case, and nobody leads." in page
    for agency, reader, other in (("safe-steps", helen, ruth), ("victim-care", ruth, helen)):
        given = {"to": str(both[agency].id)}
        page = priya.post(f"/cases/{case.reference}/lead/", given, follow=True).content.decode()
        assert page.count("Leads the joint work.") == 1
        assert leading(case) == [both[agency].id]
        led, others = both[agency], next(one for code, one in both.items() if code != agency)
        assert "You lead." in reader.get(f"/referrals/{led.id}/").content.decode()
        seen = other.get(f"/referrals/{others.id}/").content.decode()
        assert "Another service leads." in seen
        # The rules name every agency that agreed to them.
        assert led.agency.name not in seen.partition("Why it is with you")[0]
    assert (told_to(cast, "helen", both["safe-steps"]), told_to(cast, "ruth", both["victim-care"])) == (
        ANOTHER,
        YOU,
    )
    told = told_of_leads(case)
    assert "helen" in told["lead_given"]
    assert "ruth" in told["lead_given"]
    assert "helen" in told["lead_passed_on"]
    assert "lead_wanted" not in told
    story = priya.get(f"/cases/{case.reference}/timeline/?kind=referral").content.decode()
    assert story.count("Lead of the joint work chosen") == 2
    assert "No longer leads the joint work" in story


@pytest.mark.parametrize("how", ["decline", "return_to_hub", "complete", "recall", "hand_over"])
def test_the_lead_falls_away_with_its_referral_and_the_hub_is_told(cast, case, both, how):
    led = both["safe-steps"]
    leads(cast, case, led)
    run_due()
    if how == "recall":
        with acting_as(cast.actor("liam")) as liam:
            recall(actor=liam, referral_id=led.id, reason_words="Sent in error.")
    elif how == "hand_over":
        with acting_as(cast.actor("liam")) as liam:
            hand_over(actor=liam, referral_id=led.id, service_id=service("victim-care").id, words="Full.")
    elif how == "complete":
        answer(cast, "safe-steps", led, "accept")
        answer(cast, "safe-steps", led, how, outcomes=[{"domain": "safety", "result": "improved"}])
    else:
        reason = {
            "decline": {"reason_code": "no_capacity"},
            "return_to_hub": {"reason_words": "More, please."},
        }
        answer(cast, "safe-steps", led, how, **reason[how])
    assert leading(case) == []
    with acting_as_system("tests"):
        (ended,) = Event.objects.filter(case_id=case.id, topic="lead.ended")
        ends = Referral.objects.get(id=led.id).status
    assert ended.data["reason_code"] == ends
    assert told_of_leads(case)["lead_wanted"]


def test_one_alone_does_not_lead_nor_one_that_has_ended(cast, case, both):
    answer(cast, "victim-care", both["victim-care"], "decline", reason_code="out_of_area")
    alone = [one for one in referrals_of(case) if one.status == "sent"]
    with pytest.raises(CannotLead, match="has ended"):
        leads(cast, case, both["victim-care"])
    if len(alone) == 1:
        with pytest.raises(CannotLead, match="Only one"):
            leads(cast, case, alone[0])
    with acting_as(cast.actor("ruth")) as ruth, pytest.raises(NotAllowed):
        choose_lead(actor=ruth, case_id=case.id, referral_id=both["safe-steps"].id)


def test_chosen_twice_is_chosen_once_and_taken_back_nobody_leads(cast, case, both):
    first = leads(cast, case, both["safe-steps"])
    assert leads(cast, case, both["safe-steps"]).chosen_at == first.chosen_at
    with acting_as(cast.actor("priya")) as priya:
        take_lead_back(actor=priya, case_id=case.id)
        take_lead_back(actor=priya, case_id=case.id)
    assert leading(case) == []
    assert leads(cast, case, both["safe-steps"]).id == first.id
    leads(cast, case, both["victim-care"])
    leads(cast, case, both["safe-steps"])
    run_due()
    # Who works beside it pulls that something changed, each time that it did, and never who leads.
    feed = cast.system("victim-care").get("changes/").json()["items"]
    told = [one for one in feed if one["topic"].startswith("lead.")]
    assert Counter(one["topic"] for one in told) == {"lead.changed": 4, "lead.chosen": 1, "lead.passed_on": 1}
    assert {one["referral"] for one in told} == {str(both["victim-care"].id)}
    with acting_as_system("tests"):
        topics = Event.objects.filter(case_id=case.id, topic__startswith="lead.").order_by("id")
        assert [one.topic for one in topics] == ["lead.chosen", *["lead.passed_on", "lead.chosen"] * 3]


def test_the_database_keeps_one_lead_that_is_live_and_the_hubs_to_choose(cast, case, both):
    led = leads(cast, case, both["safe-steps"])
    made = {"case": case, "referral": both["victim-care"], "chosen_by_name": "R", "chosen_at": timezone.now()}
    with acting_as(cast.actor("priya")), pytest.raises(DatabaseError, match="one"), transaction.atomic():
        Lead.objects.create(**made)
    with acting_as(cast.actor("ruth")):
        # Ruth finds that somebody leads, and nothing that says who; she cannot end it, nor take it.
        assert Lead.objects.get(case=case).referral_id == led.referral_id
        assert not Referral.objects.filter(id=led.referral_id).exists()
        assert Lead.objects.filter(case=case).update(ended_at=timezone.now()) == 0
    with acting_as_system("tests"), pytest.raises(DatabaseError, match="leads nothing"), transaction.atomic():
        Referral.objects.filter(id=led.referral_id).update(status="declined")
    with acting_as(cast.actor("priya")) as priya:
        take_lead_back(actor=priya, case_id=case.id)
    with (
        acting_as(cast.actor("helen")),
        pytest.raises(DatabaseError, match="row-level"),
        transaction.atomic(),
    ):
        Lead.objects.filter(id=led.id).update(ended_at=None)
