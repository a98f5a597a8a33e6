"""A contested decline: the hub's reasons, the agency's answer, and what was settled, each said once."""

import pytest
from django.db import DatabaseError, transaction

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from messaging.models import Event
from referrals.actions import referral as verbs
from referrals.actions.conflicts import declare_conflict
from referrals.actions.disputes import DisputeRefused, answer_dispute, contest_decline, resolve_dispute
from referrals.actions.referral import ReferralNotFound
from referrals.models import Dispute, Referral
from tests.factories import a_case, a_referral
from tests.reading import words_of

WHY = "The criteria are met: it is the third incident."


def declined(cast) -> Referral:
    referral = a_referral(a_case(status="triaged"), service="idva")
    with acting_as(cast.actor("helen")) as helen:
        return verbs.decline(actor=helen, referral_id=referral.id, reason_code="criteria_not_met")


def contested(cast, referral: Referral, who: str = "priya") -> Dispute:
    with acting_as(cast.actor(who)) as actor:
        return contest_decline(actor=actor, referral_id=referral.id, words=WHY)


def answered(cast, referral: Referral, stance: str, who: str = "helen") -> Dispute:
    with acting_as(cast.actor(who)) as actor:
        return answer_dispute(actor=actor, referral_id=referral.id, stance=stance, words="We looked again.")


def settled(cast, referral: Referral, resolution: str, who: str = "priya") -> Dispute:
    with acting_as(cast.actor(who)) as actor:
        return resolve_dispute(
            actor=actor, referral_id=referral.id, resolution=resolution, words="Agreed by phone."
        )


def asked_to_route(referral: Referral) -> list[dict]:
    with acting_as_system("tests"):
        events = Event.objects.filter(topic="case.route_asked", case_id=referral.case_id)
        return [event.data for event in events]


def test_in_pages_contested_answered_and_taken_up_again(hub, cast):
    referral = declined(cast)
    with acting_as_system("tests"):
        reference = referral.case.reference
    priya, helen = cast.browser("priya"), cast.browser("helen")
    page = f"/cases/{reference}/referrals/{referral.id}/dispute/"
    assert page in priya.get(f"/cases/{reference}/").content.decode()
    assert priya.post(page, {"words": ""}).status_code == 422
    assert priya.post(page, {"words": WHY}).status_code == 302
    own = f"/referrals/{referral.id}/"
    assert "Your decline is contested" in words_of(helen.get(own))
    assert WHY in words_of(helen.get(f"{own}dispute/"))
    assert reference not in words_of(helen.get(f"{own}dispute/")), "the case is closed to it"
    assert helen.post(f"{own}dispute/", {"words": "So."}).status_code == 422
    assert helen.post(f"{own}dispute/", {"stance": "takes_up", "words": "We can."}).status_code == 302
    assert priya.post(page, {"resolution": "taken_up", "words": "By phone."}).status_code == 302
    assert "The referral is taken up again. By phone." in words_of(helen.get(f"{own}dispute/"))
    assert asked_to_route(referral) == [{"again": ["idva"]}]


def test_by_the_api(hub, cast):
    referral = declined(cast)
    client = cast.system("safe-steps")
    address = f"referrals/{referral.id}/dispute/"
    assert client.get(address).status_code == 404, "nobody contests it yet"
    contested(cast, referral)
    assert client.get(address).json()["hub_words"] == WHY
    topics = [item["topic"] for item in client.get("changes/?after=0").json()["items"]]
    assert topics[-1] == "dispute.opened"
    body = {"stance": "stands", "details": "Out of our remit."}
    answers = [client.post(address, body, **{"Idempotency-Key": "one"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert client.post(address, body).status_code in (409, 422)
    assert cast.system("victim-care").get(address).status_code == 404


def test_what_is_upheld_routes_nobody_and_elsewhere_asks_the_pathway(hub, cast):
    upheld, elsewhere = declined(cast), declined(cast)
    for referral, resolution in ((upheld, "upheld"), (elsewhere, "elsewhere")):
        contested(cast, referral)
        answered(cast, referral, "stands")
        settled(cast, referral, resolution)
    assert asked_to_route(upheld) == []
    assert asked_to_route(elsewhere) == [{"again": []}]


def test_each_side_speaks_for_itself_and_once(hub, cast):
    referral = declined(cast)
    for who, error in (("helen", NotAllowed), ("carys", NotAllowed)):
        with pytest.raises(error):
            contested(cast, referral, who)
    contested(cast, referral)
    with pytest.raises(DisputeRefused):
        contested(cast, referral)
    with pytest.raises(ReferralNotFound):
        answered(cast, referral, "stands", "ruth")
    with pytest.raises(NotAllowed):
        settled(cast, referral, "upheld", "helen")
    with pytest.raises(DisputeRefused):
        settled(cast, referral, "taken_up")
    answered(cast, referral, "stands")
    with pytest.raises(DisputeRefused):
        answered(cast, referral, "takes_up")
    settled(cast, referral, "upheld")
    with pytest.raises(DisputeRefused):
        settled(cast, referral, "elsewhere")


def test_only_a_decline_is_contested(hub, cast):
    with pytest.raises(DisputeRefused):
        contested(cast, a_referral(a_case(status="routed"), service="idva"))


@pytest.mark.parametrize(
    "change", [{"hub_words": "Other."}, {"status": "resolved"}, {"status": "open", "agency_words": "Other."}]
)
def test_what_was_said_is_not_rewritten_past_the_verbs(hub, cast, change):
    referral = declined(cast)
    contested(cast, referral)
    with pytest.raises(DatabaseError), acting_as(cast.actor("helen")), transaction.atomic():
        Dispute.objects.filter(referral=referral).update(**change)


def test_whoever_is_in_conflict_sees_nothing_of_it(hub, cast):
    referral = declined(cast)
    contested(cast, referral)
    address = f"/referrals/{referral.id}/dispute/"
    assert cast.browser("helen").get(address).status_code == 200
    with acting_as(cast.actor("dana")) as dana:
        helen = cast.practitioner("helen").id
        declare_conflict(
            actor=dana, case_id=referral.case_id, why="knows", words="Neighbours.", practitioner_id=helen
        )
    assert cast.browser("helen").get(address).status_code == 404
    with acting_as(cast.actor("helen")):
        assert not Dispute.objects.exists()
