"""One layer shows a case part by part, and the database agrees: what it leaves out, nobody could have read."""

import pytest
from django.utils import timezone

from access.categories import Category
from access.context import acting_as, acting_as_system
from access.models import Grant
from access.sight import Sight, sight_of, sights_of
from pathways.models import Assessment, HealthAnswers
from referrals.models import Case, ContactAttempt, Incident, Referral
from referrals.serializers import for_partner
from tests.referrals.road import routed, the_referral
from victims.models import Address, ContactMethod, PersonName, Relationship, SafeAddress

pytestmark = pytest.mark.usefixtures("hub")

# Where each category's rows are, and which part of what a partner is told they make.
TABLES = {
    Category.IDENTITY: (Case, PersonName),
    Category.CONTACT: (ContactMethod, Address),
    Category.SAFE_ADDRESS: (SafeAddress,),
    Category.INCIDENT: (Incident, Relationship),
    Category.ASSESSMENT: (Assessment,),
    Category.HEALTH: (HealthAnswers,),
    Category.NOTES: (ContactAttempt,),
}


def told_everything(cast) -> Case:
    """A routed case with something in each category, whose referral names them all."""
    case = routed(cast, needs=["health"])
    with acting_as_system("tests"):
        SafeAddress.objects.create(
            person=case.person,
            place={"lines": "9 Hidden Lane", "postcode": "NS9 9ZZ"},
            recorded_at=timezone.now(),
        )
        Relationship.objects.create(
            person=case.person, case_id=case.id, scheme="tests", name="Zyndrake", recorded_at=timezone.now()
        )
        Referral.objects.filter(case=case).update(categories=[str(one) for one in Category])
    return case


def show(case: Case, categories) -> None:
    with acting_as_system("tests"):
        agency = the_referral(case).agency_id
        Grant.objects.filter(case_id=case.id, agency_id=agency).update(
            categories=[str(one) for one in categories]
        )


def rows(category: Category) -> int:
    return sum(model.objects.count() for model in TABLES[category])


def test_every_category_has_its_tables():
    assert TABLES.keys() == set(Category)


@pytest.mark.parametrize("missing", Category)
def test_without_a_category_the_layer_shows_no_part_of_it_and_the_database_no_row(cast, missing):
    case = told_everything(cast)
    rest = [one for one in Category if one is not missing]
    show(case, Category)
    with acting_as(cast.client_actor("victim-care")):
        assert rows(missing) > 0
    show(case, rest)
    with acting_as(cast.client_actor("victim-care")):
        assert sight_of(case.id).categories == set(rest)
        assert rows(missing) == 0
        told = for_partner(Referral.objects.get(case=case))
    assert str(missing) not in told
    assert str(missing) not in told.get("categories", [])
    if missing is Category.SAFE_ADDRESS:
        assert "Hidden Lane" not in str(told)


@pytest.mark.parametrize("only", [one for one in Category if one is not Category.HEALTH])
def test_with_it_the_layer_shows_it_and_nothing_of_the_others(cast, only):
    case = told_everything(cast)
    show(case, {Category.IDENTITY, only})
    with acting_as(cast.client_actor("victim-care")):
        told = for_partner(Referral.objects.get(case=case))
        assert rows(only) > 0
    assert {str(one) for one in Category} & told.keys() == {"identity", str(only)}
    assert told["categories"] == [str(one) for one in Category if one in (Category.IDENTITY, only)]


def test_page_api_and_list_before_and_after_the_sight_has_ended(cast):
    case = told_everything(cast)
    show(case, Category)
    referral = the_referral(case)
    with acting_as_system("tests"):
        surname = PersonName.objects.get(person=case.person).surname
    ruth, system = cast.browser("ruth"), cast.system("victim-care")
    doors = {
        "page": lambda: ruth.get(f"/referrals/{referral.id}/").content.decode(),
        "queue": lambda: ruth.get("/referrals/").content.decode(),
        "api": lambda: system.get(f"referrals/{referral.id}/").content.decode(),
    }
    for name, door in doors.items():
        assert surname in door(), name
    with acting_as_system("tests"):
        Grant.objects.filter(case_id=case.id, agency_id=referral.agency_id).update(until=timezone.now())
    for name, door in doors.items():
        told = door()
        for hidden in (surname, case.reference, "Hidden Lane", "Zyndrake"):
            assert hidden not in told, (name, hidden)


def test_the_hubs_own_page_and_queue_show_no_part_that_its_grant_does_not(cast):
    case = told_everything(cast)
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(status="new")
        phone = ContactMethod.objects.filter(person=case.person)[0].value
    priya = cast.browser("priya")
    page = priya.get(f"/cases/{case.reference}/").content.decode()
    assert phone in page
    assert "Zyndrake" in page
    assert "Not shown to you" not in page
    with acting_as_system("tests"):
        Grant.objects.filter(case_id=case.id, agency_id=case.hub_id).update(categories=["identity", "notes"])
    page = priya.get(f"/cases/{case.reference}/").content.decode()
    assert phone not in page
    assert "Zyndrake" not in page
    assert "Not shown to you: contact, safe address, incident, assessment, health." in page
    assert case.reference in priya.get("/triage/").content.decode()


def test_what_pages_ask_of_sights_does_not_grow_with_their_rows(cast, django_assert_num_queries):
    cases = [told_everything(cast) for _ in range(2)]
    with acting_as(cast.actor("priya")), django_assert_num_queries(1):
        assert sights_of(case.id for case in cases) == {case.id: Sight(frozenset(Category)) for case in cases}
