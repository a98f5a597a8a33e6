"""Where each role starts, and what somebody is told who is refused."""

import re
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from access.actor import Actor, NotAllowed
from access.context import acting_as, hub_id
from access.models import Look
from access.roles import STAFF_ROLES, Capability
from hub import pages
from hub.home import parts_for
from hub.tour import steps_for
from referrals.models import Case
from tests.factories import a_case

LEADS_TO = {
    "priya": ("/cases/?due=overdue", "/tasks/", "/triage/?assigned=nobody", "/feeds/safeguarding/"),
    "dana": ("/triage/?assigned=team", "/access/reviews/", "/dashboard/"),
    "carys": ("/triage/?due=overdue", "/dashboard/"),
    "owen": ("/feeds/", "/agencies/services/"),
    "grace": ("/access/", "/access/hints/"),
    "ines": ("/agencies/", "/agencies/services/"),
    "helen": ("/referrals/?list=answer&amp;due=overdue", "/rights/notices/"),
    "martin": ("/sent/returned/", "/refer/"),
}


@pytest.mark.parametrize("name", LEADS_TO)
def test_each_role_starts_with_what_waits_for_it_and_may_go_wherever_that_leads(hub, cast, name):
    browser = cast.browser(name)
    page = browser.get("/").content.decode()
    for address in LEADS_TO[name]:
        assert f'href="{address}"' in page, address
    main = page[page.index("<main") :]
    for address in re.findall(r'href="(/[^"]*)"', main):
        assert browser.get(address.replace("&amp;", "&"), follow=True).status_code == 200, address


@pytest.mark.parametrize(("name", "opens", "opens_not"), [("priya", "q", "r"), ("helen", "r", "q")])
def test_a_key_opens_one_place_that_the_reader_has_and_the_sheet_says_which(
    hub, cast, name, opens, opens_not
):
    page = cast.browser(name).get("/keys/").content.decode()
    keys = re.findall(r'accesskey="(.)"', page)
    assert len(keys) == len(set(keys)) > 3
    assert set(keys) == set(re.findall(r"<td[^>]*><kbd>(.)</kbd>", page))
    assert opens in keys
    assert opens_not not in keys
    assert not set(keys) & set("sdu")  # those answer a pair of "The same person?"


@pytest.mark.parametrize(
    ("name", "work"), [("priya", "/triage/"), ("helen", "/referrals/"), ("carys", "/dashboard/")]
)
def test_the_tour_is_offered_once_kept_where_it_is_left_and_leads_where_the_reader_may_go(
    hub, cast, name, work
):
    browser = cast.browser(name)
    last = len(steps_for(cast.actor(name)))
    assert "Take the tour" in browser.get("/").content.decode()
    led_to = []
    for step in range(1, last + 1):
        assert browser.post("/tour/", {"step": str(step)})["Location"] == "/tour/"
        page = browser.get("/tour/")
        assert f"step {step} of {last}" in page.content.decode()
        led_to += [url for _, url in page.context["links"]]
    assert work in led_to
    assert {browser.get(url, follow=True).status_code for url in led_to} == {200}
    today = browser.get("/").content.decode()
    assert "Go on with the tour" in today
    assert "Take the tour" not in today
    browser.post("/tour/", {"step": "end"})
    assert 'href="/tour/"' not in browser.get("/").content.decode()
    assert f"step 1 of {last}" in browser.get("/tour/").content.decode()  # again, from Keys


def test_every_role_of_staff_has_something_on_its_first_page(hub):
    for role in STAFF_ROLES:
        with acting_as(
            Actor(kind="practitioner", id=hub_id(), name="x", role=role, agency_id=hub_id())
        ) as actor:
            assert parts_for(actor=actor, now=timezone.now()), role


def test_each_number_is_the_length_of_the_list_that_it_leads_to(hub, cast):
    priya, now = cast.actor("priya"), timezone.now()
    for ago in (-5, -3, 2):
        a_case(status="triaging", assigned_to=priya.id, due_in=timedelta(hours=ago))
    a_case(risk="high", due_in=timedelta(hours=-1))
    a_case(status="suspended")
    with acting_as(priya):
        figures = [one for part in parts_for(actor=priya, now=now) for one in part.figures]
    browser = cast.browser("priya")
    lists = [one for one in figures if one.url.startswith(("/cases/", "/triage/"))]
    shown = {one.label: one.number for one in lists}
    assert (shown["My cases overdue"], shown["All my cases"], shown["High risk"]) == ("2", "3", "1")
    for one in lists:
        assert str(len(browser.get(one.url).context["page"].rows)) == one.number, one.label


def test_a_number_is_counted_to_a_hundred_and_no_further(hub, cast, monkeypatch):
    monkeypatch.setattr("referrals.queries.triage.MOST", 2)
    monkeypatch.setattr("hub.home.MOST", 2)
    for _ in range(4):
        a_case()
    assert '<p class="hub-tile__number">2+</p>' in cast.browser("priya").get("/").content.decode()


def test_the_first_page_asks_no_more_however_much_waits(hub, cast, django_assert_max_num_queries):
    for _ in range(5):
        a_case(assigned_to=cast.actor("priya").id)
    browser = cast.browser("priya")
    browser.get("/")
    with django_assert_max_num_queries(60):
        browser.get("/")


def test_a_refusal_is_a_page_that_says_what_to_do_and_is_on_record(hub, cast):
    answer = cast.browser("helen").get("/access/")
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "Your role does not include: see access log. Ask your supervisor." in page
    assert "The attempt is on record." in page
    with acting_as(cast.actor("grace")):
        [look] = Look.objects.filter(action="denied")
    assert (look.actor_name, look.door, look.subjects) == ("Helen Marsh", "access_log", [])


def test_a_refusal_takes_back_what_the_request_had_changed(hub, cast, monkeypatch):
    case = a_case()

    def changes_then_asks(self, capability: Capability) -> None:
        Case.objects.filter(id=case.id).update(area="XX9")
        raise NotAllowed(capability)

    browser = cast.browser("priya")
    with monkeypatch.context() as patched:
        patched.setattr(Actor, "require", changes_then_asks)
        assert browser.get("/triage/").status_code == 403
    with acting_as(cast.actor("grace")):
        assert Look.objects.filter(action="denied", door="triage").count() == 1
    with acting_as(cast.actor("priya")):
        assert Case.objects.get(id=case.id).area != "XX9"


def test_a_page_that_fails_takes_back_what_it_had_changed(hub, cast, monkeypatch):
    case = a_case()

    def changes_then_fails(self, capability: Capability) -> None:
        Case.objects.filter(id=case.id).update(area="XX9")
        raise ZeroDivisionError

    browser = cast.browser("priya")
    browser.raise_request_exception = False
    with monkeypatch.context() as patched:
        patched.setattr(Actor, "require", changes_then_fails)
        answer = browser.get("/triage/")
    assert answer.status_code == 500
    assert "was not saved" in answer.content.decode()
    with acting_as(cast.actor("priya")):
        assert Case.objects.get(id=case.id).area != "XX9"


def test_an_address_that_is_not_there_says_so(hub, cast):
    answer = cast.browser("priya").get("/no-such-page/")
    assert answer.status_code == 404
    assert "Page not found" in answer.content.decode()
    assert Client().get("/no-such-page/").status_code == 404


def test_a_host_that_is_not_ours_is_a_malformed_request(hub):
    answer = Client().get("/accounts/login/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "cannot be read" in answer.content.decode()


def test_the_page_of_a_failure_needs_no_database():
    answer = pages.failed(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"Sorry, there is a problem" in answer.content
