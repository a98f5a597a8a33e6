"""A referral is asked for the needs that its service meets, of those that the newest assessment found."""

import pytest
from django.db import DatabaseError, transaction

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system, current_actor
from agencies.models import Service
from messaging.models import Event
from referrals.actions.asked_needs import CannotAskFor, change_needs
from referrals.models import AskedNeed, Referral
from referrals.queries.asked_needs import asked_of
from referrals.queries.referrals import own
from referrals.serializers import for_partner
from tests.referrals.road import answer, case_of, referrals_of, routed, the_referral

pytestmark = pytest.mark.usefixtures("hub")
NEEDS = ("mental_physical_health", "accommodation", "finance")


def asks(referral: Referral) -> list[str]:
    with acting_as_system("tests"):
        return asked_of(referral)


def cared(cast, needs=NEEDS) -> Referral:
    """The referral to Victim Care of a case with three needs, of which one takes it to Housing Options too."""
    found = referrals_of(routed(cast, needs=needs))
    return next(one for one in found if one.service.code == "victim-care")


def says(cast, *needs: str) -> None:
    """Victim Care says which needs its service is for."""
    service = Service.objects.get(code="victim-care")
    page = cast.browser("owen").post(
        f"/agencies/services/{service.id}/describe/", {"interpreters": "yes", "needs": needs}
    )
    assert page.status_code == 302


def test_it_is_asked_for_what_its_service_meets_and_where_it_says_nothing_for_all(cast):
    assert asks(cared(cast)) == list(NEEDS)
    says(cast, "finance", "social")
    referral = cared(cast)
    assert asks(referral) == ["finance"]
    with acting_as_system("tests"):
        assert "Needs: finance and benefits, social" in referral.service.changes.latest("id").words
        offer = next(one for one in referral.decision.offers if one["service_code"] == "victim-care")
    assert offer["needs"] == ["finance", "social"], "kept with the decision"


def test_the_agency_reads_what_it_is_told_of_and_nobody_else_anything(cast):
    says(cast, "mental_physical_health", "accommodation", "finance")
    referral = cared(cast)
    with acting_as(cast.client_actor("victim-care")):
        told = for_partner(own(actor=current_actor(), referral_id=referral.id))
    assert [one["code"] for one in told["needs"]] == ["accommodation", "finance"], "health is not told"
    page = cast.browser("ruth").get(f"/referrals/{referral.id}/").content.decode()
    assert "What you are asked for" in page
    assert "Shelter and accommodation" in page
    assert "physical health" not in page
    with acting_as(cast.actor("ruth")):
        assert set(AskedNeed.objects.values_list("need", flat=True)) == {"accommodation", "finance"}
    with acting_as(cast.actor("helen")):
        assert not AskedNeed.objects.exists()
    case = cast.browser("priya").get(f"/cases/{case_of(referral).reference}/").content.decode()
    assert "Asked for: mental and physical health; shelter and accommodation; finance and benefits" in case


def test_the_hub_changes_it_with_a_reason_until_it_is_accepted(cast):
    referral = cared(cast, ("family", "finance"))
    url = f"/cases/{case_of(referral).reference}/referrals/{referral.id}/needs/"
    priya = cast.browser("priya")
    assert priya.post(url, {"needs": ["finance"], "why": ""}).status_code == 422
    assert priya.post(url, {"needs": ["finance"], "why": "She has a flat now."}).status_code == 302
    assert asks(referral) == ["finance"]
    other = the_referral(routed(cast))
    with acting_as_system("tests"):
        ended = AskedNeed.objects.get(referral=referral, need="family")
        assert (ended.ended_as, ended.ended_why, ended.ended_by_name) == (
            "changed", "She has a flat now.", "Priya Nair",
        )  # fmt: skip
        assert Event.objects.filter(topic="referral.needs_changed", referral_id=referral.id).count() == 1
        with pytest.raises(DatabaseError, match="stays on record"), transaction.atomic():
            AskedNeed.objects.filter(id=ended.id).update(ended_as="split")
        with pytest.raises(DatabaseError, match="policy"), transaction.atomic():
            AskedNeed.objects.bulk_create([AskedNeed(**row(referral), family_id=other.id)])
    assert "Nobody is asked for:" in priya.get(f"/cases/{case_of(referral).reference}/").content.decode()
    with acting_as(cast.actor("priya")) as actor, pytest.raises(CannotAskFor, match="assess again"):
        change_needs(actor=actor, referral_id=referral.id, needs=["social"], why="She asked.")
    with acting_as(cast.actor("ruth")) as actor, pytest.raises(NotAllowed):
        change_needs(actor=actor, referral_id=referral.id, needs=[], why="Not ours.")
    answer(cast, "victim-care", referral, "accept")
    with acting_as(cast.actor("priya")) as actor, pytest.raises(CannotAskFor, match="has answered"):
        change_needs(actor=actor, referral_id=referral.id, needs=[], why="Too late.")


def row(referral: Referral) -> dict[str, object]:
    return {
        "case_id": referral.case_id,
        "referral": referral,
        "need": "social",
        "category": "assessment",
        "asked_by_name": "Tests",
        "asked_at": referral.sent_at,
    }


def test_what_ends_undone_is_asked_of_nobody(cast):
    referral = cared(cast, ("family", "finance"))
    answer(cast, "victim-care", referral, "decline", reason_code="no_capacity")
    assert asks(referral) == []
    page = cast.browser("priya").get(f"/cases/{case_of(referral).reference}/").content.decode()
    assert "family, friends and children; finance and benefits" in page.partition("Nobody is asked for:")[2]
