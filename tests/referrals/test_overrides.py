"""Telling an agency without consent: one asks, another decides, the routing says who, and it ends with its day."""

from datetime import timedelta
from time import sleep

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from access.models import Grant
from agencies.models import Agency
from hub.integrity import check_all
from messaging.relay import run_due
from referrals.actions import override as verbs
from referrals.models import Override, RoutingDecision
from referrals.offer import Offer
from referrals.routing import choose
from tests.factories import fresh
from tests.referrals.road import consent, referrals_of, routed, the_referral
from tests.referrals.test_routing_rules import NORTHSHIRE, offers_of_northshire

pytestmark = pytest.mark.usefixtures("hub")
PARTNER = "victim-care"


def asked(cast, case, *, by: str = "priya", until=None, categories=("identity", "contact")) -> Override:
    with acting_as(cast.actor(by)) as actor:
        return verbs.ask_override(
            actor=actor,
            case_id=case.id,
            agency_id=Agency.objects.get(code=PARTNER).id,
            categories=categories,
            reason_code="serious_harm",
            reason_words="He knows where she is.",
            until=until or timezone.now() + timedelta(days=10),
        )


def approved(cast, case, **given) -> Override:
    override = asked(cast, case, **given)
    with acting_as(cast.actor("dana")) as dana:
        return verbs.approve_override(
            actor=dana, case_id=case.id, override_id=override.id, words="It cannot wait."
        )


def test_without_consent_and_a_second_person_nothing_is_told(cast):
    case = routed(cast, refused=[PARTNER], consents=[])
    assert referrals_of(case) == []
    asked(cast, case)
    run_due()
    assert referrals_of(case) == []
    assert "a supervisor decides" in fresh(case).decision_wanted


def test_approved_it_is_disclosed_on_that_basis_and_the_decision_says_who_asked_and_approved(cast):
    case = routed(cast, refused=[PARTNER], consents=[])
    until = timezone.now() + timedelta(days=10)
    approved(cast, case, until=until)
    run_due()
    referral = the_referral(case)
    assert (referral.basis, referral.categories) == ("safeguarding_override", ["identity", "contact"])
    assert "Asked by Priya Nair, approved by Dana Ahmed" in referral.why
    with acting_as_system("tests"):
        offers = RoutingDecision.objects.filter(case=case).latest("decided_at").offers
        grant = Grant.objects.get(case_id=case.id, agency_id=referral.agency_id)
    kept = next(one for one in offers if one["agency_code"] == PARTNER)
    assert kept["override_categories"] == ["identity", "contact"]
    assert "approved by Dana Ahmed" in kept["override_words"]
    assert (grant.categories, grant.until) == (["identity", "contact"], until)
    told = cast.system(PARTNER).get(f"referrals/{referral.id}/").json()
    assert told["basis"]["words"] == "safeguarding override"
    assert "He knows where she is." not in str(told)
    assert [check.name for check in check_all() if not check.holds] == []


def test_withdrawing_consent_does_not_touch_what_rests_on_an_override(cast):
    case = routed(cast, refused=[PARTNER], consents=[])
    approved(cast, case)
    run_due()
    consent(cast, case, refused=[PARTNER])
    assert the_referral(case).status == "sent"


def test_when_its_day_has_passed_the_sight_has_ended_and_the_referral_is_recalled(cast):
    case = routed(cast, refused=[PARTNER], consents=[])
    until = timezone.now() + timedelta(seconds=2)
    approved(cast, case, until=until)
    run_due()
    referral = the_referral(case)
    sleep(max(0.0, (until - timezone.now()).total_seconds()))
    assert "identity" not in cast.system(PARTNER).get(f"referrals/{referral.id}/").json()
    run_due()
    assert (the_referral(case).status, the_referral(case).reason_code) == ("recalled", "override_ended")


def test_the_asker_never_decides_nor_who_may_not(cast):
    case = routed(cast, refused=[PARTNER], consents=[])
    override = asked(cast, case, by="dana")
    with acting_as(cast.actor("dana")) as dana, pytest.raises(verbs.NotTheAsker):
        verbs.approve_override(actor=dana, case_id=case.id, override_id=override.id, words="x")
    with acting_as(cast.actor("priya")) as priya, pytest.raises(NotAllowed):
        verbs.approve_override(actor=priya, case_id=case.id, override_id=override.id, words="x")
    with acting_as(cast.actor("carys")) as carys, pytest.raises(NotAllowed):
        asked(cast, case, by="carys")
        assert carys


def test_the_database_alone_wants_two_people_and_keeps_what_was_decided(cast):
    case = routed(cast, refused=[PARTNER], consents=[])
    own = asked(cast, case, by="dana")
    decision = {"status": "approved", "decided_at": timezone.now(), "decided_words": "x"}
    mine = Override.objects.filter(id=own.id)
    for person in ("dana", "priya"):
        actor = cast.actor(person)
        with acting_as(actor), transaction.atomic():
            try:
                changed = mine.update(decided_by=actor.id, decided_by_name="x", **decision)
            except DatabaseError:
                transaction.set_rollback(True)
                changed = 0
            assert changed == 0, person
    with acting_as(cast.actor("dana")), pytest.raises(DatabaseError), transaction.atomic():
        mine.update(categories=["identity", "health"])
    for person in ("helen", "ruth", "owen", "grace"):
        with acting_as(cast.actor(person)):
            assert not Override.objects.exists(), person


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"categories": ["contact"]}, "without who the person is"),
        ({"until": timedelta(days=-1)}, "at most 90 days"),
        ({"until": timedelta(days=91)}, "at most 90 days"),
    ],
)
def test_nonsense_is_refused_with_what_to_change(cast, changed, words):
    case = routed(cast, refused=[PARTNER], consents=[])
    if "until" in changed:
        changed = {"until": timezone.now() + changed["until"]}
    with pytest.raises(verbs.OverrideRefused, match=words):
        asked(cast, case, **changed)


def test_asked_and_decided_on_the_pages_and_kept_on_the_case(cast):
    case = routed(cast, refused=[PARTNER], consents=[])
    priya, dana = cast.browser("priya"), cast.browser("dana")
    path = f"/cases/{case.reference}/overrides/ask/"
    with acting_as_system("tests"):
        agency = str(Agency.objects.get(code=PARTNER).id)
    day = timezone.localdate() + timedelta(days=5)
    sent = {
        "agency": agency,
        "categories": ["identity"],
        "reason_code": "child_at_risk",
        "until_day": day.day,
        "until_month": day.month,
        "until_year": day.year,
    }
    refused = priya.post(path, sent)
    assert refused.status_code == 422
    assert "Say in words why it cannot wait" in refused.content.decode()
    assert priya.post(path, {**sent, "reason_words": "Her son is with him."}).status_code == 302
    with acting_as_system("tests"):
        override = Override.objects.get(case=case)
    decide = f"/cases/{case.reference}/overrides/{override.id}/"
    assert decide not in priya.get(f"/cases/{case.reference}/").content.decode()
    assert decide in dana.get(f"/cases/{case.reference}/").content.decode()
    assert "Her son is with him." in dana.get(decide).content.decode()
    assert dana.post(decide, {"answer": "refuse", "words": "The school has told them."}).status_code == 302
    run_due()
    assert referrals_of(case) == []
    page = priya.get(f"/cases/{case.reference}/").content.decode()
    assert "Refused by Dana Ahmed" in page
    assert "The school has told them." in page


@pytest.mark.parametrize("consented", ["none", "-victim-care", "all"])
def test_an_override_is_used_only_where_consent_stands_in_the_way(consented):
    offers = [
        Offer(
            **{**one.to_json(), "override_categories": ("identity",), "override_words": "Asked and approved"}
        )
        for one in offers_of_northshire(consented)
    ]
    decision = choose([NORTHSHIRE], {}, offers, {})
    bases = {plan.basis for plan in decision.referrals}
    assert decision.referrals
    assert bases == ({"consent"} if consented == "all" else {"safeguarding_override"})
    for plan in decision.referrals:
        if plan.basis == "safeguarding_override":
            assert plan.categories == ("identity",)
            assert "Asked and approved" in plan.why
