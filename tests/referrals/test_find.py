"""Finding anybody, from any page: by whatever a caller can tell, and nothing that the finder may not see."""

import pytest

from access.context import acting_as, acting_as_system
from access.models import Look
from referrals.actions.referral import recall
from tests.factories import a_case
from tests.referrals.road import routed, the_referral
from victims.models import ContactMethod, Identifier


def found(browser, text: str) -> list[str]:
    answer = browser.post("/find/", {"text": text})
    assert answer.status_code == 200
    return [hit.case_reference for one in answer.context["finding"].people for hit in one.hits]


@pytest.fixture
def zofia(hub):
    """Zofia Wójcikowska-Green of NP20 4AB."""
    with acting_as_system("tests"):
        case = a_case(
            given_names="Zofia", surname="Wójcikowska-Green", postcode="NP20 4AB", phone="07700900417"
        )
        Identifier.objects.create(person_id=case.person_id, scheme="northshire-police", value="N/44718")
    return case


@pytest.mark.parametrize(
    "told",
    [
        "Zofia Wojcikowska-Green",
        "wójcikowska",
        "WOJCIKOWSKA GREEN zofia",
        "Zofia Wojcikovska",
        "NP20 4AB",
        "np204ab",
        "07700 900417",
        "+44 7700 900 417",
        "N/44718",
    ],
)
def test_a_caller_is_found_by_whatever_they_tell(zofia, cast, told):
    assert found(cast.browser("priya"), told) == [zofia.reference]


def test_a_reference_is_found_with_and_without_its_beginning(zofia, cast):
    browser = cast.browser("priya")
    for told in (
        zofia.reference,
        zofia.reference.lower(),
        zofia.reference.split("-", 1)[1],
        zofia.reference[-6:],
    ):
        assert found(browser, told) == [zofia.reference]


def test_the_person_bearing_the_very_name_stands_before_one_who_bears_it_nearly(hub, cast):
    with acting_as_system("tests"):
        nearly = a_case(given_names="Aneira", surname="Pritchart")
        very = a_case(given_names="Aneira", surname="Pritchard")
    assert found(cast.browser("priya"), "Aneira Pritchard") == [very.reference, nearly.reference]


def test_closed_cases_are_found_and_all_of_one_person_stand_together(zofia, cast):
    with acting_as_system("tests"):
        closed = a_case(person=zofia.person, status="closed", end_state="declined", closed_at=zofia.opened_at)
    assert set(found(cast.browser("priya"), "Wojcikowska-Green")) == {zofia.reference, closed.reference}


def test_a_common_name_shows_a_few_and_asks_for_more(hub, cast, monkeypatch):
    monkeypatch.setattr("referrals.queries.find.FEW", 3)
    with acting_as_system("tests"):
        for _ in range(5):
            a_case(given_names="Bran", surname="Llewelyn")
    answer = cast.browser("priya").post("/find/", {"text": "Llewelyn"})
    assert len(answer.context["finding"].people) == 3
    assert "Add a first name" in answer.content.decode()


def test_a_partner_finds_its_own_referrals_and_nobody_elses(zofia, cast):
    sent = routed(cast, given_names="Zofia", surname="Wójcikowska")
    assert found(cast.browser("ruth"), "Wojcikowska") == [sent.reference]
    assert found(cast.browser("helen"), "Wojcikowska") == []
    assert set(found(cast.browser("priya"), "Wojcikowska")) == {zofia.reference, sent.reference}
    with acting_as(cast.actor("dana")) as dana:
        recall(actor=dana, referral_id=the_referral(sent).id, reason_words="Sent in error.")
    assert found(cast.browser("ruth"), "Wojcikowska") == []


def test_a_search_is_on_record_without_its_words(zofia, cast):
    found(cast.browser("priya"), "Wojcikowska")
    with acting_as_system("tests"):
        look = Look.objects.get(door="find")
        assert (look.action, look.subjects) == ("search", [zofia.person_id])
        assert look.terms
        assert "ojcikowska" not in str(look.terms)


def test_the_number_of_queries_does_not_grow_with_those_found(hub, cast, django_assert_max_num_queries):
    browser = cast.browser("priya")
    with acting_as_system("tests"):
        for _ in range(12):
            a_case(given_names="Bran", surname="Llewelyn")
    found(browser, "Llewelyn")
    with django_assert_max_num_queries(22):
        assert len(found(browser, "Llewelyn")) == 12


@pytest.mark.parametrize("text", ["", "   ", "x", "\0", "%", "_", "'; --", "٣٤٥", "🙂🙂", "a" * 500])
def test_text_that_means_nothing_finds_nobody_and_breaks_nothing(zofia, cast, text):
    assert found(cast.browser("priya"), text) == []


@pytest.mark.parametrize("who", ["grace", "owen", "martin", "ines"])
def test_who_works_no_cases_finds_nobody(zofia, cast, who):
    assert cast.browser(who).post("/find/", {"text": "Wojcikowska"}).status_code in (403, 404)


def test_contact_that_changed_hands_finds_both(zofia, cast):
    with acting_as_system("tests"):
        sister = a_case(given_names="Ola", surname="Green", phone="07700900418")
        ContactMethod.objects.create(
            person_id=sister.person_id, kind="mobile", value="07700900417", recorded_at=sister.opened_at
        )
    assert set(found(cast.browser("priya"), "07700900417")) == {zofia.reference, sister.reference}
