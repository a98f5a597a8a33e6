"""An information sharing agreement: drafted by the hub, signed side by side, kept as it is, and ended at once."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system, hub_id
from access.models import Grant
from agencies.actions import agreements as verbs
from agencies.models import Agency, Agreement, AgreementParty
from agencies.queries import agreements_in_force
from agencies.sharing import Side, Standing, reminded_of, reminders, standing
from hub.integrity import check_all
from messaging.models import Message
from messaging.relay import run_due
from tests.referrals.road import referrals_of, routed

TODAY = date(2026, 6, 1)


def asked(agencies=None, **changed):
    """What a draft is written with: the terms, and the parties beside the hub."""
    today = timezone.localdate()
    with acting_as_system("tests"):
        two = Agency.objects.filter(code__in=("safe-steps", "victim-care")).values_list("id", flat=True)
        agencies = list(two) if agencies is None else agencies
    given = {
        "name": "Sharing with two",
        "purposes": ["victim_support"],
        "categories": ["identity", "contact"],
        "starts_on": today,
        "ends_on": today + timedelta(days=400),
        "review_on": today + timedelta(days=365),
        **changed,
    }
    return {"terms": verbs.Terms(**given), "agencies": agencies}


def offered(cast, **changed) -> Agreement:
    with acting_as(cast.actor("owen")) as owen:
        draft = verbs.draft_agreement(actor=owen, **asked(**changed))
        return verbs.offer(actor=owen, agreement_id=draft.id)


def signed_by(cast, agreement: Agreement, *people: str) -> None:
    for person in people:
        with acting_as(cast.actor(person)) as actor:
            verbs.sign(actor=actor, agreement_id=agreement.id)


def in_force(code: str) -> str:
    with acting_as_system("tests"):
        agency = Agency.objects.get(code=code).id
        basis = agreements_in_force(hub=hub_id(), on=timezone.localdate()).get(agency)
    return basis.code if basis else ""


def sees(case, code: str) -> bool:
    with acting_as_system("tests"):
        held = Grant.objects.filter(case_id=case.id, agency_id=Agency.objects.get(code=code).id)
        return held.filter(until__gt=timezone.now()).exists() or held.filter(until=None).exists()


class TestSigning:
    def test_it_is_in_force_when_hub_and_party_have_signed_and_not_before(self, hub, cast):
        agreement = offered(cast)
        before = in_force("safe-steps")
        signed_by(cast, agreement, "ines")
        assert in_force("safe-steps") == before != agreement.code
        signed_by(cast, agreement, "owen")
        assert in_force("safe-steps") == agreement.code
        assert in_force("victim-care") == before
        with acting_as_system("tests"):
            party = AgreementParty.objects.get(agreement=agreement, agency__code="safe-steps")
        assert (party.signed_by, party.signed_on) == ("Ines Costa", timezone.localdate())

    def test_nobody_signs_twice_nor_a_draft_nor_for_who_is_no_party(self, hub, cast):
        agreement = offered(cast)
        signed_by(cast, agreement, "ines")
        with acting_as(cast.actor("ines")) as ines, pytest.raises(verbs.NotYourSide, match="already"):
            verbs.sign(actor=ines, agreement_id=agreement.id)
        with acting_as_system("tests"):
            others = [Agency.objects.get(code="victim-care").id]
        not_hers = offered(cast, agencies=others)
        with acting_as(cast.actor("ines")) as ines, pytest.raises(verbs.AgreementNotFound):
            verbs.sign(actor=ines, agreement_id=not_hers.id)
        with acting_as(cast.actor("helen")) as helen, pytest.raises(NotAllowed):
            verbs.sign(actor=helen, agreement_id=agreement.id)

    def test_the_database_lets_nobody_sign_for_another(self, hub, cast):
        agreement = offered(cast)
        theirs = AgreementParty.objects.filter(agreement=agreement, agency__code="victim-care")
        for person in ("ines", "owen", "helen", "priya"):
            with acting_as(cast.actor(person)):
                assert theirs.update(signed_on=timezone.localdate(), signed_by="x") == 0, person

    def test_once_offered_the_database_keeps_its_terms_and_signatures(self, hub, cast):
        agreement = offered(cast)
        signed_by(cast, agreement, "ines")
        ours = Agreement.objects.filter(id=agreement.id)
        party = AgreementParty.objects.filter(agreement=agreement, agency__code="safe-steps")
        for change in (
            lambda: ours.update(categories=["identity", "health"]),
            lambda: ours.update(ends_on=None),
            lambda: ours.update(status="draft"),
            ours.delete,
            lambda: party.update(signed_by="Somebody else"),
            party.delete,
        ):
            with acting_as_system("tests"), pytest.raises(DatabaseError), transaction.atomic():
                change()
        with acting_as(cast.actor("owen")) as owen, pytest.raises(verbs.AlreadyOffered):
            verbs.change_draft(actor=owen, agreement_id=agreement.id, **asked())

    def test_a_new_version_is_signed_anew_and_then_counts(self, hub, cast):
        agreement = offered(cast)
        signed_by(cast, agreement, "ines", "owen")
        with acting_as(cast.actor("owen")) as owen:
            draft = verbs.new_version(actor=owen, agreement_id=agreement.id)
            with pytest.raises(verbs.AgreementRefused, match="newer version"):
                verbs.new_version(actor=owen, agreement_id=agreement.id)
            wider = asked(categories=["identity", "contact", "health"])
            verbs.change_draft(actor=owen, agreement_id=draft.id, **wider)
            verbs.offer(actor=owen, agreement_id=draft.id)
        assert in_force("safe-steps") == agreement.code
        signed_by(cast, draft, "owen", "ines")
        assert in_force("safe-steps") == draft.code


class TestEnding:
    def test_withdrawing_a_signature_ends_the_sight_at_once_and_recalls(self, hub, cast):
        case = routed(cast)
        with acting_as_system("tests"):
            agreement = Agreement.objects.get(code="northshire-sharing-2026")
        assert sees(case, "victim-care")
        with acting_as(cast.actor("owen")) as owen:
            verbs.withdraw_signature(actor=owen, agreement_id=agreement.id, reason="To be negotiated anew.")
        assert not sees(case, "victim-care")
        assert cast.browser("ruth").get(f"/referrals/{referrals_of(case)[0].id}/").status_code == 200
        assert case.reference not in cast.browser("ruth").get("/referrals/").content.decode()
        run_due()
        (referral,) = referrals_of(case)
        assert (referral.status, referral.reason_code) == ("recalled", "agreement_ended")
        assert [check.name for check in check_all() if not check.holds] == []

    def test_ending_one_leaves_what_another_still_carries(self, hub, cast):
        case = routed(cast)
        with acting_as_system("tests"):
            first = Agreement.objects.get(code="northshire-sharing-2026")
            both = Agency.objects.get(code="victim-care").id
        second = offered(cast, agencies=[both], categories=["identity", "incident"])
        with acting_as_system("tests"):  # signed on paper
            AgreementParty.objects.filter(agreement=second).update(signed_on=timezone.localdate())
        with acting_as(cast.actor("owen")) as owen:
            verbs.end_agreement(actor=owen, agreement_id=first.id, reason="Replaced.")
        assert not sees(case, "victim-care")
        run_due()
        (referral,) = referrals_of(case)
        assert referral.status == "sent"
        with acting_as_system("tests"):
            grant = Grant.objects.get(case_id=case.id, agency_id=both)
            assert grant.categories == ["identity", "incident"]
        assert sees(case, "victim-care")

    def test_only_who_administers_the_hub_ends_it_and_says_why(self, hub, cast):
        agreement = offered(cast)
        with acting_as(cast.actor("ines")) as ines, pytest.raises(NotAllowed):
            verbs.end_agreement(actor=ines, agreement_id=agreement.id, reason="x")
        with acting_as(cast.actor("owen")) as owen, pytest.raises(verbs.AgreementRefused, match="Say why"):
            verbs.end_agreement(actor=owen, agreement_id=agreement.id, reason=" ")


class TestPages:
    def test_from_draft_to_in_force_on_the_pages(self, hub, cast):
        owen, ines = cast.browser("owen"), cast.browser("ines")
        start = timezone.localdate()
        draft = asked()
        given = {key: value for key, value in vars(draft["terms"]).items() if not isinstance(value, date)}
        given["agencies"] = draft["agencies"]
        days = {
            "starts_on": start,
            "ends_on": start + timedelta(days=400),
            "review_on": start + timedelta(365),
        }
        for name, day in days.items():
            given |= {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}
        answer = owen.post("/agencies/agreements/draft/", {**given, "name": ""})
        assert (answer.status_code, "Enter the agreement&#x27;s name" in answer.content.decode()) == (
            422,
            True,
        )
        page = owen.post("/agencies/agreements/draft/", given)["Location"]
        assert ines.get(page).status_code == 404
        assert owen.post(page + "offer/").status_code == 302
        assert "Not signed" in ines.get(page).content.decode()
        assert ines.post(page + "sign/", {}).status_code == 422
        for administrator in (ines, owen):
            assert administrator.post(page + "sign/", {"agreed": "on"}).status_code == 302
        assert "In force" in ines.get(page).content.decode()
        assert "Sharing with two" in ines.get("/agencies/agreements/").content.decode()
        assert ines.post(page + "withdraw/", {"reason": "We merge."}).status_code == 302
        assert "Signature withdrawn" in ines.get(page).content.decode()

    @pytest.mark.parametrize("person", ["priya", "helen", "grace", "carys"])
    def test_who_administers_nothing_sees_none(self, hub, cast, person):
        assert cast.browser(person).get("/agencies/agreements/").status_code == 403


class TestReminders:
    def test_administrators_are_told_once_by_mail_that_names_nobody(self, hub, cast):
        agreement = offered(cast)
        with acting_as_system("tests"):
            due = Message.objects.filter(
                subscriber="agencies.remind_of_agreement", key__startswith=agreement.id
            )
            assert due.count() == 4
            due.filter(payload__what="review_due").update(available_at=timezone.now())
        run_due()
        run_due()
        (sent,) = mail.outbox
        assert sent.bcc == ["ines.costa@safesteps.example", "owen.pugh@northshire.example"]
        assert not sent.to
        assert "Its review is due." in sent.body

    def test_the_administrators_home_says_what_wants_looking_at(self, hub, cast):
        start = timezone.localdate() - timedelta(days=400)
        agreement = offered(cast, starts_on=start, review_on=timezone.localdate() + timedelta(days=9))
        signed_by(cast, agreement, "ines", "owen")
        assert "its review is due within 30 days" in cast.browser("owen").get("/agencies/").content.decode()


DAYS = st.dates(date(2025, 1, 1), date(2028, 1, 1))
SIDES = st.builds(Side, st.none() | DAYS, st.booleans())


@given(st.sampled_from(["draft", "offered", "ended"]), DAYS, st.none() | DAYS, SIDES, SIDES, DAYS)
def test_it_is_in_force_only_when_both_sides_bind_and_its_days_run(status, starts, ends, hub_side, party, on):
    found = standing(status=status, starts_on=starts, ends_on=ends, hub=hub_side, party=party, on=on)
    assert (found is Standing.IN_FORCE) == (
        status == "offered"
        and starts <= on
        and (ends is None or on <= ends)
        and hub_side.binds(on)
        and party.binds(on)
    )


@given(DAYS, DAYS)
def test_what_it_wants_is_the_reminder_reached_last(review, on):
    wants = reminded_of(review_on=review, ends_on=None, on=on)
    days = reminders(review_on=review, ends_on=None)
    assert (wants == "") == (on < days["review_soon"])
    assert wants in ("", *days)
