"""Two records known to be of one person: the stricter of both counts everywhere, and undoing gives back what was."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import SameAs
from agencies.models import Agency
from referrals.actions.consent import AgencyAnswer, record_consents
from referrals.actions.contact import ChannelNotSafe, record_contact
from referrals.actions.restriction import restrict
from referrals.actions.same_person import answer_suggestion, undo_link
from referrals.models import Case, Referral
from referrals.queries.circumstances import Circumstances
from referrals.queries.offers import offers_for
from referrals.queries.referrals import partner_file
from referrals.queries.repeats import repeats_by_person
from tests.factories import a_case, a_suggestion
from tests.referrals.road import routed
from tests.referrals.test_intake_pages import words_of
from victims.actions.links import NeverLinked
from victims.models import (
    Consent,
    ContactMethod,
    Identifier,
    PersonLink,
    PersonName,
    Relationship,
    SafeAddress,
)

VICTIM_CARE, SAFE_STEPS = "victim-care", "safe-steps"


def link(cast, case: Case, other: Case, who: str = "priya") -> PersonLink:
    suggestion = a_suggestion(case.person, other.person)
    with acting_as(cast.actor(who)) as actor:
        answer_suggestion(actor=actor, case_id=case.id, suggestion_id=suggestion.id, same=True)
    with acting_as_system("tests"):
        return PersonLink.objects.latest("id")


def undo(cast, case: Case, held: PersonLink, *, different: bool = True) -> int:
    with acting_as(cast.actor("priya")) as actor:
        return undo_link(
            actor=actor, case_id=case.id, link_id=held.id, words="Two cousins.", different=different
        ).left


def say(cast, case: Case, answer: str, *categories: str, agency: str = VICTIM_CARE) -> None:
    with acting_as(cast.actor("priya")) as actor:
        of = Agency.objects.get(code=agency)
        record_consents(
            actor=actor, case_id=case.id, answers=[AgencyAnswer(of.id, answer, categories)], how="by phone"
        )


def offered(case: Case, agency: str = VICTIM_CARE) -> tuple[str, tuple[str, ...]]:
    with acting_as_system("tests"):
        offer = next(o for o in offers_for(Circumstances(case, at=timezone.now())) if o.agency_code == agency)
        return offer.consent, offer.consent_categories


def method_of(case: Case) -> ContactMethod:
    with acting_as_system("tests"):
        return ContactMethod.objects.get(person=case.person_id, kind="mobile")


def entitlement(case: Case) -> tuple[str, str]:
    with acting_as_system("tests"):
        return Case.objects.values_list("entitlement", "entitlement_reason").get(id=case.id)


def test_whoever_refused_has_refused_for_both_however_new_the_answer_on_this_record_is(hub, cast):
    case, other = a_case(), a_case()
    say(cast, case, "given", "identity", "contact")
    say(cast, other, "refused")
    held = link(cast, case, other)
    assert offered(case) == ("refused", ())
    page = cast.browser("priya").get(f"/cases/{case.reference}/").content.decode()
    assert "Victim Care: not to be told." in page
    say(cast, case, "given", "identity")
    assert offered(case) == ("refused", ())
    undo(cast, case, held)
    assert offered(case) == ("given", ("identity",))


def test_a_refusal_elsewhere_is_lifted_here_where_the_person_was_told_of_it_and_takes_it_back(hub, cast):
    case, other, third = a_case(), a_case(), a_case()
    say(cast, other, "refused")
    held = link(cast, case, other)
    browser, address = cast.browser("priya"), f"/cases/{case.reference}/consent/"
    field = f"again_{VICTIM_CARE}"
    shown = browser.get(address).context["form"].fields[field].choices[0][0]
    asked = {
        "how": "by phone",
        f"answer_{VICTIM_CARE}": "given",
        f"told_{VICTIM_CARE}": ["identity"],
    }
    page = browser.post(address, asked, follow=True).content.decode()
    assert "is still told less" in page
    assert offered(case) == ("refused", ())

    asked["seen"] = browser.get(address).context["consents"].newest
    say(cast, other, "refused")  # again, and nobody told the person of it
    assert browser.post(address, {**asked, field: shown}).status_code == 422
    assert offered(case) == ("refused", ())

    shown = browser.get(address).context["form"].fields[field].choices[0][0]
    page = browser.post(address, {**asked, field: shown}, follow=True).content.decode()
    assert "is still told less" not in page
    assert offered(case) == ("given", ("identity",))
    assert offered(other) == ("refused", ())  # on its own record it stands until it is answered there
    two = link(cast, third, other)
    assert offered(case) == ("refused", ())  # who they are has changed: asked again
    undo(cast, third, two)
    undo(cast, case, held)
    assert offered(case) == ("given", ("identity",))


def test_the_database_lets_no_answer_take_back_what_somebody_else_said(hub, cast):
    case, other, stranger = a_case(), a_case(), a_case()
    say(cast, other, "refused")
    say(cast, stranger, "refused")
    say(cast, other, "refused", agency="safe-steps")
    with acting_as_system("tests"):
        said = {(one.person_id, one.agency.code): one.id for one in Consent.objects.select_related("agency")}
    a_suggestion(case.person, stranger.person)  # only believed to be the same
    link(cast, case, other)
    for wrong in ((stranger.person_id, VICTIM_CARE), (other.person_id, "safe-steps")):
        with acting_as(cast.actor("priya")) as priya, pytest.raises(IntegrityError), transaction.atomic():
            answer = AgencyAnswer(
                Agency.objects.get(code=VICTIM_CARE).id, "given", ("identity",), replaces=(said[wrong],)
            )
            record_consents(actor=priya, case_id=case.id, answers=[answer], how="by phone")


def test_what_one_gave_is_not_given_for_the_other_and_both_are_told_what_both_gave(hub, cast):
    case, other, third = a_case(), a_case(), a_case()
    say(cast, case, "given", "identity", "contact", "incident")
    say(cast, other, "given", "identity", "contact")
    link(cast, case, other)
    link(cast, third, other)
    assert offered(case) == ("given", ("identity", "contact"))
    assert offered(third) == ("not_recorded", ())


def test_a_refusal_on_the_other_record_recalls_what_rests_on_consent(hub, cast):
    case = routed(cast)
    with acting_as_system("tests"):
        open_one = Referral.objects.filter(case=case, basis="consent", ended_at=None).select_related(
            "agency"
        )[0]
    other = a_case()
    say(cast, other, "refused", agency=open_one.agency.code)
    suggestion = a_suggestion(case.person, other.person)
    browser = cast.browser("priya")
    answer = browser.post(
        f"/cases/{case.reference}/suggestions/{suggestion.id}/", {"answer": "same"}, follow=True
    )
    assert "recalled: the stricter of the two counts" in answer.content.decode()
    with acting_as_system("tests"):
        open_one.refresh_from_db()
    assert (open_one.status, open_one.reason_code) == ("recalled", "consent_withdrawn")


def test_a_withdrawal_on_one_record_takes_the_ground_from_the_others_referrals(hub, cast):
    case = routed(cast)
    with acting_as_system("tests"):
        open_one = Referral.objects.filter(case=case, basis="consent", ended_at=None).select_related(
            "agency"
        )[0]
    other = a_case()
    link(cast, case, other)
    say(cast, other, "refused", agency=open_one.agency.code)
    with acting_as_system("tests"):
        open_one.refresh_from_db()
    assert open_one.status == "recalled"


def test_a_number_that_is_unsafe_on_one_record_is_unsafe_on_both_for_partners_too(hub, cast):
    case = routed(cast)
    number = method_of(case).value
    other = a_case(phone=number, safety="unsafe")
    held = link(cast, case, other)
    pages = [words_of(cast.browser("priya").get(f"/cases/{one.reference}/")) for one in (case, other)]
    assert ["So says another record of this person" in page for page in pages] == [True, False]
    with acting_as(cast.actor("priya")) as actor, pytest.raises(ChannelNotSafe, match="Marked as not safe"):
        record_contact(
            actor=actor,
            case_id=other.id,
            contact_method_id=method_of(case).id,
            channel="phone",
            result="spoke",
        )
    with acting_as_system("tests"):
        referral = Referral.objects.filter(case=case, ended_at=None).select_related("agency").first()
    partner = {"safe-steps": "helen", "victim-care": "ruth"}[referral.agency.code]
    with acting_as(cast.actor(partner)):
        told = {way.target: (way.safe, way.safety) for way in partner_file(referral=referral).ways}
        assert told[number] == (False, "unsafe")
        assert not PersonLink.objects.exists()
        assert not SameAs.objects.exists()
    undo(cast, case, held)
    with acting_as(cast.actor(partner)):
        assert {way.safe for way in partner_file(referral=referral).ways if way.channel == "phone"} == {True}


def test_both_timelines_tell_of_a_link_and_of_its_end(hub, cast):
    case, other = a_case(), a_case()
    held = link(cast, case, other)
    undo(cast, other, held)
    for one in (case, other):
        page = cast.browser("priya").get(f"/cases/{one.reference}/").content.decode()
        assert page.count("Linked with another record of the same person") == 1
        assert page.count("No longer linked with another record") == 1


def test_ways_of_the_other_record_are_shown_and_may_be_used(hub, cast):
    case, other = a_case(phone="07700900111"), a_case(phone="07700900222")
    link(cast, case, other)
    page = cast.browser("priya").get(f"/cases/{case.reference}/").content.decode()
    assert "07700900222" in page
    assert f"On record {other.person.reference}" in page
    with acting_as(cast.actor("priya")) as actor:
        record_contact(
            actor=actor,
            case_id=case.id,
            contact_method_id=method_of(other).id,
            channel="phone",
            result="no_answer",
        )


def test_nobody_writes_where_another_record_says_that_they_are_at_a_safe_address(hub, cast):
    case, other = a_case(), a_case(postcode="NS9 9ZZ")
    with acting_as_system("tests"):
        SafeAddress.objects.create(
            person=other.person, place={"lines": "Hidden", "postcode": ""}, recorded_at=timezone.now()
        )
    link(cast, case, other)
    page = cast.browser("priya").get(f"/cases/{case.reference}/").content.decode()
    assert "They are at a safe address, as another record of theirs says." in page
    assert "Hidden" not in page


def test_a_restriction_on_one_closes_both_and_undoing_opens_the_other(hub, cast):
    case, other = a_case(assigned_to=cast.practitioner("liam").id), a_case()
    held = link(cast, case, other, who="dana")
    with acting_as(cast.actor("dana")) as actor:
        restrict(actor=actor, case_id=other.id, reason="staff", words="Works here.", owner_id=actor.id)
    liam, dana = cast.browser("liam"), cast.browser("dana")
    for one in (case, other):
        assert liam.get(f"/cases/{one.reference}/").status_code == 404
        assert dana.get(f"/cases/{one.reference}/").status_code == 200
    assert "Works here." in dana.get(f"/cases/{case.reference}/access/").content.decode()
    with acting_as_system("tests"):
        assert Case.objects.get(id=case.id).assigned_to is None
    dana.post(f"/cases/{case.reference}/links/{held.id}/", {"answer": "different", "words": "Cousins."})
    assert liam.get(f"/cases/{case.reference}/").status_code == 200
    assert liam.get(f"/cases/{other.reference}/").status_code == 404


def test_linking_with_a_restricted_record_closes_the_other_at_once(hub, cast):
    case, other = a_case(assigned_to=cast.practitioner("liam").id), a_case()
    with acting_as(cast.actor("dana")) as actor:
        restrict(actor=actor, case_id=other.id, reason="staff", words="Works here.", owner_id=actor.id)
    link(cast, case, other, who="dana")
    assert cast.browser("liam").get(f"/cases/{case.reference}/").status_code == 404
    broken = cast.browser("liam").post(
        "/access/break-glass/",
        {"reference": case.reference, "reason": "The person rang and is in danger at this moment."},
    )
    assert broken.status_code == 302
    assert cast.browser("liam").get(f"/cases/{case.reference}/").status_code == 200


def test_chains_are_one_group_and_each_link_is_undone_by_itself(hub, cast):
    first, second, third = a_case(), a_case(), a_case()
    one, two = link(cast, first, second), link(cast, second, third)
    page = cast.browser("priya").get(f"/cases/{first.reference}/").content.decode()
    assert third.reference in page
    assert "Through another record of this list." in page
    with acting_as_system("tests"):
        assert SameAs.objects.values("group_id").distinct().count() == 1
    undo(cast, first, one)
    with acting_as_system("tests"):
        assert set(SameAs.objects.values_list("person_id", flat=True)) == {second.person_id, third.person_id}
    undo(cast, third, two)
    with acting_as_system("tests"):
        assert not SameAs.objects.exists()


def test_people_found_to_be_different_do_not_become_one_through_a_third(hub, cast):
    first, second, third = a_case(), a_case(), a_case()
    apart = a_suggestion(first.person, third.person)
    with acting_as(cast.actor("priya")) as actor:
        answer_suggestion(actor=actor, case_id=first.id, suggestion_id=apart.id, same=False)
    link(cast, first, second)
    with pytest.raises(NeverLinked, match="different people"):
        link(cast, second, third)


@pytest.mark.parametrize("by", ["number", "name"])
def test_the_accused_and_the_victim_of_one_incident_are_never_linked_whoever_writes(hub, cast, by):
    case, other = a_case(), a_case(given_names="Seán", surname="O'Neill")
    suggestion = a_suggestion(case.person, other.person)  # before anybody was accused
    with acting_as_system("tests"):
        told = {"nominal": "N1"} if by == "number" else {"name": "O NEILL, SEAN"}
        Relationship.objects.create(
            person=case.person,
            case_id=case.id,
            scheme="northshire-police",
            recorded_at=timezone.now(),
            **told,
        )
        Identifier.objects.create(person=other.person, scheme="northshire-police", value="N1")
        if by == "name":
            Identifier.objects.all().delete()
    browser = cast.browser("priya")
    browser.post(f"/cases/{case.reference}/suggestions/{suggestion.id}/", {"answer": "same"})
    assert "said to have harmed" in browser.get(f"/cases/{case.reference}/").content.decode()
    newer, older = sorted([case.person, other.person], key=lambda one: one.id, reverse=True)
    with acting_as_system("tests"):
        with pytest.raises(IntegrityError), transaction.atomic():
            PersonLink.objects.create(
                person=newer, other=older, case_id=case.id, linked_by=case.id, linked_at=timezone.now()
            )
        assert not PersonLink.objects.exists()
        assert PersonName.objects.filter(person=other.person).exists()


def test_reports_count_across_records_and_the_persistently_targeted_have_enhanced_rights(hub, cast):
    case, other, third = a_case(), a_case(), a_case()
    before = entitlement(case)
    one = link(cast, case, other)
    assert entitlement(case) == before
    two = link(cast, other, third)
    assert entitlement(case) == ("enhanced", "3 incidents in 12 months: persistently targeted")
    with acting_as_system("tests"):
        counted = repeats_by_person([case.person_id], until=timezone.now())
    assert counted[case.person_id].words == "3rd report in 12 months"
    undo(cast, case, one)
    assert [entitlement(each) for each in (case, other, third)] == [before, before, before]
    undo(cast, third, two, different=False)


def test_undoing_says_what_was_recorded_meanwhile_and_on_which_of_the_two(hub, cast):
    case, other = a_case(), a_case()
    held = link(cast, case, other)
    say(cast, other, "refused")
    browser = cast.browser("priya")
    address = f"/cases/{case.reference}/links/{held.id}/"
    page = browser.get(address).content.decode()
    assert page.index(other.person.reference) < page.index("Consent recorded") < page.index("Undo the link")
    assert "Look or sound alike" in page  # what was read when they were linked
    assert browser.post(address, {"answer": "unsure", "words": ""}).status_code == 422
    done = browser.post(address, {"answer": "unsure", "words": "Not sure."}, follow=True).content.decode()
    assert "Look through what was recorded meanwhile" in done
    assert "Consent recorded" in done
    assert "The same person as" in browser.get(f"/cases/{case.reference}/").content.decode()
    with acting_as_system("tests"):
        case.refresh_from_db()
    assert "look through" in case.decision_wanted
    again = browser.post(address, {"answer": "different", "words": "Again."})
    assert again.status_code in (404, 422)


def test_a_link_of_other_people_is_not_undone_from_here(hub, cast):
    held = link(cast, a_case(), a_case())
    case = a_case()
    address = f"/cases/{case.reference}/links/{held.id}/"
    assert cast.browser("priya").get(address).status_code == 404
    assert cast.browser("priya").post(address, {"answer": "different", "words": "No."}).status_code == 404
