"""Going through pairs of people who may be one: in order, side by side, by key, and blind to what is restricted."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.context import acting_as, acting_as_system
from access.models import Look
from referrals.actions.restriction import restrict
from tests.factories import a_case, a_suggestion
from victims.models import PersonLink, SamePersonSuggestion

PLACE = "/people/review/"


def a_pair(*, score: float = 3.5, verdict: str = "review", **given):
    one, other = a_case(**given), a_case(**given)
    return one, other, a_suggestion(one.person, other.person, verdict=verdict, score=score)


def listed(answer) -> list:
    return [pair.suggestion.id for pair in answer.context["page"].rows]


def state(suggestion) -> str:
    with acting_as_system("tests"):
        return SamePersonSuggestion.objects.get(id=suggestion.id).state


def test_the_likeliest_or_the_oldest_come_first_with_both_records_side_by_side(hub, cast):
    *_, less = a_pair(score=3.1)
    one, other, more = a_pair(score=4.4, surname="Okafor", phone="07700900321")
    a_pair(score=9.0, verdict="same")
    browser = cast.browser("priya")
    answer = browser.get(PLACE)
    assert listed(answer) == [more.id, less.id]
    assert listed(browser.get(f"{PLACE}?order=oldest")) == [less.id, more.id]
    likely = listed(browser.get(f"{PLACE}?list=likely"))
    assert len(likely) == 1
    page = answer.content.decode()
    for words in (
        one.reference,
        other.reference,
        "07700900321",
        "Jane",
        "Strongly for",
        "hub-why__for",
    ):
        assert words in page
    assert page.count('accesskey="s"') == page.count('accesskey="d"') == page.count('accesskey="u"') == 1
    assert page.count(f"{one.person.reference}: </span>") == len(answer.context["page"].rows[0].compared)
    with acting_as_system("tests"):
        looks = Look.objects.filter(door="review_pairs").values_list("subjects", flat=True)
        seen = {subject for subjects in looks for subject in subjects}
    assert {one.id, one.person_id, other.person_id} <= seen
    for pair in (more, less):
        browser.post(f"{PLACE}{pair.id}/", {"answer": "same"})
    assert listed(browser.get(PLACE)) == likely  # an empty list is not what somebody begins with


@pytest.mark.parametrize(
    ("answer", "becomes"), [("same", "confirmed"), ("different", "rejected"), ("unsure", "unsure")]
)
def test_an_answer_leads_to_the_next_pair_of_the_same_list(hub, cast, answer, becomes):
    *_, first = a_pair(score=4.4)
    *_, second = a_pair(score=3.1)
    browser = cast.browser("priya")
    done = browser.post(
        f"{PLACE}{first.id}/", {"answer": answer, "here": "list=perhaps&order=likeliest"}, follow=True
    )
    assert listed(done) == [second.id]
    assert state(first) == becomes
    with acting_as_system("tests"):
        assert PersonLink.objects.count() == (answer == "same")
    kept = listed(browser.get(f"{PLACE}?list=unsure"))
    assert kept == ([first.id] if answer == "unsure" else [])
    if answer == "unsure":
        browser.post(f"{PLACE}{first.id}/", {"answer": "same"})
        assert state(first) == "confirmed"


def test_nobody_finds_a_pair_with_somebody_whom_they_may_not_know_of(hub, cast):
    _, hidden, pair = a_pair()
    with acting_as(cast.actor("dana")) as dana:
        restrict(actor=dana, case_id=hidden.id, reason="staff", words="Works here.", owner_id=dana.id)
    assert listed(cast.browser("dana").get(PLACE)) == [pair.id]
    liam = cast.browser("liam")
    assert listed(liam.get(PLACE)) == []
    assert liam.post(f"{PLACE}{pair.id}/", {"answer": "same"}).status_code == 404
    assert state(pair) == "open"


def test_a_page_costs_the_same_whatever_it_lists_and_goes_on_after_it(hub, cast):
    browser = cast.browser("priya")
    a_pair(score=3.0)
    browser.get(PLACE)
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(PLACE)
    for place in range(11):
        a_pair(score=3.1 + place / 100)
    with CaptureQueriesContext(connection) as many:
        answer = browser.get(PLACE)
    assert len(many) == len(few)
    assert len(listed(answer)) == 10
    rest = browser.get(f"{PLACE}?after={answer.context['page'].next}")
    assert len(listed(rest)) == 2
    assert not set(listed(rest)) & set(listed(answer))


@pytest.mark.parametrize(
    ("who", "sees", "answers"), [("carys", 200, 403), ("grace", 403, 403), ("helen", 403, 403)]
)
def test_others_answer_nothing(hub, cast, who, sees, answers):
    *_, pair = a_pair()
    browser = cast.browser(who)
    assert browser.get(PLACE).status_code == sees
    assert browser.post(f"{PLACE}{pair.id}/", {"answer": "same"}).status_code == answers
