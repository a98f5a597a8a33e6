"""A handover note: written by whoever gives, read first and acknowledged by whoever receives, by what each is told."""

import pytest
from django.db import DatabaseError, connection, transaction

from access.context import acting_as, acting_as_system
from agencies.models import Service
from messaging.relay import run_due
from referrals.actions.handovers import Handover, write_handover
from referrals.actions.messages import CannotBeSaid
from referrals.models import HandoverNote, Referral
from tests.referrals.road import case_of, consent, referrals_of, routed, the_referral

pytestmark = pytest.mark.usefixtures("hub")
WRITTEN = {
    "first": "Her brother must not know.",
    "told": "She herself",
    "address_as": "Ms Kay",
    "about": "identity",
}
CALL = {"call_day_day": "30", "call_day_month": "11", "call_day_year": "2026", "call_hour": "15:30"}


@pytest.fixture
def referral(cast) -> Referral:
    return the_referral(routed(cast))


def test_the_hub_hands_on_what_the_first_team_wrote_and_the_next_says_that_it_read_it(cast, referral):
    ruth, priya, helen = (cast.browser(name) for name in ("ruth", "priya", "helen"))
    asked = {"to": "ask", "why": "Safe Steps knows her.", **WRITTEN, **CALL}
    assert ruth.post(f"/referrals/{referral.id}/transfer/", asked).status_code == 302
    own = ruth.get(f"/referrals/{referral.id}/").content.decode()
    assert "It waits for whoever takes the referral over." in own
    case_page = f"/cases/{case_of(referral).reference}/"
    door = f"{case_page}referrals/{referral.id}/hand-over/"
    page = priya.get(door).content.decode()
    assert "Her brother must not know." in page
    assert "Tell them that the note is from Ruth Silva, Northshire Victim Care" in page
    with acting_as_system("tests"):
        to = str(Service.objects.get(code="idva").id)
    sent = {"to": to, "words": "Agreed.", **WRITTEN, **CALL, "names_giver": "on"}
    assert priya.post(door, sent).status_code == 302
    run_due()
    taker = referrals_of(case_of(referral))[-1]
    before, _, after = helen.get(f"/referrals/{taker.id}/").content.decode().partition("Know this first")
    assert "Safe contact now" not in before
    for words in (
        "Her brother must not know.", "Ms Kay", "She herself", "30 Nov 2026 15:30",
        "From Ruth Silva, Northshire Victim Care, passed on by Priya Nair",
    ):  # fmt: skip
        assert words in after
    assert "Not read yet." in priya.get(case_page).content.decode()
    assert helen.post(f"/referrals/{taker.id}/acknowledge/").status_code == 302
    assert "Read by Helen Marsh" in priya.get(case_page).content.decode()
    assert "We have read this" not in helen.get(f"/referrals/{taker.id}/").content.decode()
    with acting_as(cast.actor("ruth")):
        assert not HandoverNote.objects.exists(), "whoever handed it over reads it no more"


def test_a_note_follows_what_the_agency_is_told_and_stays_as_it_was_written(cast, referral):
    priya, ruth = cast.actor("priya"), cast.actor("ruth")
    with acting_as(priya), pytest.raises(CannotBeSaid):
        write_handover(actor=priya, referral_id=referral.id, note=Handover("Her tablets.", about="health"))
    page = cast.browser("priya").post(
        f"/cases/{case_of(referral).reference}/referrals/{referral.id}/handover-note/",
        {**WRITTEN, "about": "incident"},
    )
    assert page.status_code == 302
    with acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute("SELECT text FROM referrals_handovernote")
        assert "brother" not in cursor.fetchone()[0]
    with acting_as(ruth), pytest.raises(DatabaseError, match="stays as it was"), transaction.atomic():
        HandoverNote.objects.update(text={"first": "Nothing."})
    with acting_as(priya):
        assert HandoverNote.objects.update(acknowledged_by_name="Priya Nair") == 0
    for name in ("helen", "martin", "owen"):
        with acting_as(cast.actor(name)):
            assert not HandoverNote.objects.exists(), name
    consent(cast, case_of(referral), consents=["victim-care"], categories=["identity", "contact"])
    with acting_as(ruth):
        assert not HandoverNote.objects.exists(), "it is told no more of what happened"


def test_a_partner_s_system_gives_and_acknowledges_one(cast, referral):
    system, priya = cast.system("victim-care"), cast.actor("priya")
    with acting_as(priya):
        write_handover(actor=priya, referral_id=referral.id, note=Handover("Ring twice."))
    verbs = [one["verb"] for one in system.get(f"referrals/{referral.id}/actions/").json()["actions"]]
    assert "acknowledge" in verbs
    told = system.get(f"referrals/{referral.id}/").json()["handover"]
    assert (told["first"], told["waits"], told["joint_call_at"]) == ("Ring twice.", True, None)
    assert system.post(f"referrals/{referral.id}/acknowledge/").status_code == 200
    assert system.post(f"referrals/{referral.id}/acknowledge/").status_code == 409
    body = {
        "details": "Too far.",
        "handover": {"first": "She is deaf.", "joint_call_at": "2026-11-30T15:30Z"},
    }
    assert system.post(f"referrals/{referral.id}/ask-transfer/", body).status_code == 200
    with acting_as(priya):
        newest = HandoverNote.objects.latest("id")
    assert (newest.text["first"], newest.from_hub, newest.joint_call_at is None) == (
        "She is deaf.",
        False,
        False,
    )
