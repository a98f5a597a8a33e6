"""Suggestions that two people are one: shown with what agrees, decided by a practitioner, never merged."""

import pytest

from access.context import acting_as_system
from access.models import Look
from messaging.models import Event
from tests.factories import a_case, a_suggestion
from victims.models import Person, SamePersonSuggestion


def url(case, suggestion) -> str:
    return f"/cases/{case.reference}/suggestions/{suggestion.id}/"


def state(suggestion) -> str:
    with acting_as_system("tests"):
        return SamePersonSuggestion.objects.get(id=suggestion.id).state


def test_the_page_names_the_other_with_what_agrees_on_both_sides(hub, cast):
    case = a_case(given_names="Ada", surname="Okafor", phone="07700900311")
    other = a_case(given_names="Adah", surname="Okafor", phone="07700900322")
    a_suggestion(case.person, other.person)
    browser = cast.browser("priya")
    for here, there in ((case, "Adah Okafor"), (other, "Ada Okafor")):
        page = browser.get(f"/cases/{here.reference}/").content.decode()
        assert f"The same person as {there}?" in page
        for words in (
            "very likely the same person",
            "07700900311",  # each field as both records have it
            "07700900322",
            "rather than two people of one household",
            "Look or sound alike",
            "Against",
            "Strongly for",
            "Says nothing",
        ):
            assert words in page
    with acting_as_system("tests"):  # their numbers stood there
        looks = Look.objects.filter(door="case").values_list("subjects", flat=True)
    assert all({case.person_id, other.person_id} <= set(subjects) for subjects in looks)


def test_who_is_very_likely_the_same_stands_first_on_the_page_and_is_answered_by_one_key(hub, cast):
    case = a_case(given_names="Ada", surname="Okafor")
    a_suggestion(case.person, a_case(surname="Perhaps").person, verdict="review")
    a_suggestion(case.person, a_case(surname="Likely").person)
    page = cast.browser("priya").get(f"/cases/{case.reference}/").content.decode()
    places = [page.index(words) for words in ("Likely?", 'id="contact"', "Perhaps?")]
    assert places == sorted(places)
    assert page.count('accesskey="s"') == page.count('accesskey="d"') == 1
    assert page.index("Likely?") < page.index('accesskey="s"') < page.index('id="contact"')


def test_yes_links_the_two_and_merges_nothing(hub, cast):
    case, other = a_case(), a_case(given_names="Adah", surname="Okafor")
    suggestion = a_suggestion(case.person, other.person)
    browser = cast.browser("priya")
    browser.post(url(case, suggestion), {"answer": "same"})
    assert state(suggestion) == "confirmed"
    page = browser.get(f"/cases/{case.reference}/").content.decode()
    assert "Known to be the same person" in page
    assert "Adah Okafor" in page
    assert f"/cases/{other.reference}/" in page
    assert "The same person." in page
    with acting_as_system("tests"):
        assert Person.objects.filter(id__in=[case.person_id, other.person_id]).count() == 2
        case.refresh_from_db()
    assert case.person_id != other.person_id


def test_no_takes_it_off_both_pages(hub, cast):
    case, other = a_case(), a_case(given_names="Adah", surname="Okafor")
    suggestion = a_suggestion(case.person, other.person)
    browser = cast.browser("priya")
    browser.post(url(case, suggestion), {"answer": "different"})
    assert state(suggestion) == "rejected"
    for here in (case, other):
        assert "The same person as" not in browser.get(f"/cases/{here.reference}/").content.decode()


def test_the_second_answer_is_told_of_the_first(hub, cast):
    case, other = a_case(), a_case()
    suggestion = a_suggestion(case.person, other.person)
    cast.browser("priya").post(url(case, suggestion), {"answer": "different"})
    liam = cast.browser("liam")
    liam.post(url(case, suggestion), {"answer": "same"})
    assert "A colleague has already decided this" in liam.get(f"/cases/{case.reference}/").content.decode()
    assert state(suggestion) == "rejected"
    with acting_as_system("tests"):
        assert Event.objects.filter(topic="person.suggestion_decided").count() == 1


@pytest.mark.parametrize("answer", ["", "perhaps"])
def test_an_answer_that_is_neither_decides_nothing(hub, cast, answer):
    case, other = a_case(), a_case()
    suggestion = a_suggestion(case.person, other.person)
    assert cast.browser("priya").post(url(case, suggestion), {"answer": answer}).status_code == 400
    assert state(suggestion) == "open"


def test_a_suggestion_about_other_people_is_not_decided_from_here(hub, cast):
    case = a_case()
    suggestion = a_suggestion(a_case().person, a_case().person)
    assert cast.browser("priya").post(url(case, suggestion), {"answer": "same"}).status_code == 404
    assert state(suggestion) == "open"


@pytest.mark.parametrize("who", ["carys", "grace", "helen", "ines", "owen"])
def test_others_decide_nothing(hub, cast, who):
    case, other = a_case(), a_case()
    suggestion = a_suggestion(case.person, other.person)
    assert cast.browser(who).post(url(case, suggestion), {"answer": "same"}).status_code == 403
    assert state(suggestion) == "open"
