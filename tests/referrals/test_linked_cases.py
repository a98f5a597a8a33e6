"""Cases with the same people stand on each other's page: by the sender's number, for whoever may see both."""

from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Look
from referrals.actions.restriction import restrict
from referrals.queries.same_accused import ACCUSED_THERE, ACCUSED_THERE_TOO, VICTIM_THERE
from tests.factories import a_case
from victims.models import Identifier, Relationship

POLICE = "northshire-police"


def accuse(case, nominal: str, *, scheme: str = POLICE, name: str = "Gareth Blackwood") -> None:
    with acting_as_system("tests"):
        Relationship.objects.create(
            person=case.person, case_id=case.id, scheme=scheme, nominal=nominal, name=name, recorded_at=timezone.now()
        )  # fmt: skip


def known_as(case, number: str) -> None:
    with acting_as_system("tests"):
        Identifier.objects.create(person=case.person, scheme=POLICE, value=number)


def linked(browser, case) -> dict:
    return {one.case.id: one for one in browser.get(f"/cases/{case.reference}/").context["file"].linked}


def test_who_stands_in_both_cases_links_them_and_a_name_alone_does_not(hub, cast):
    case, other, namesakes, elsewhere = a_case(), a_case(), a_case(), a_case()
    again = a_case(person=case.person, status="closed", closed_at=timezone.now(), end_state="uncontactable")
    against = a_case()
    for one in (case, other, again):
        accuse(one, "N-1")
    accuse(namesakes, "")
    accuse(elsewhere, "N-1", scheme="another-police")
    known_as(against, "N-1")  # the one who is accused is a victim too
    browser = cast.browser("priya")
    found = linked(browser, case)
    assert {one: set(link.why) for one, link in found.items()} == {
        other.id: {ACCUSED_THERE_TOO},
        again.id: {ACCUSED_THERE_TOO},
        against.id: {VICTIM_THERE},
    }
    assert {one for one, link in found.items() if link.same_pair} == {again.id}
    assert set(linked(browser, against)[case.id].why) == {ACCUSED_THERE}
    with acting_as(cast.actor("grace")):
        assert Look.objects.filter(door="case", subjects__contains=[case.id, other.id]).exists()


def test_nobody_learns_of_a_case_that_they_may_not_see(hub, cast):
    case, hidden = a_case(), a_case()
    for one in (case, hidden):
        accuse(one, "N-2")
    with acting_as(cast.actor("dana")) as dana:
        restrict(actor=dana, case_id=hidden.id, reason="staff", words="Works here.", owner_id=dana.id)
    page = cast.browser("priya").get(f"/cases/{case.reference}/")
    assert page.context["file"].linked == []
    assert hidden.reference not in page.content.decode()
    assert set(linked(cast.browser("dana"), case)) == {hidden.id}
