"""Where each role starts, and what somebody is told who is refused."""

import pytest
from django.test import Client, RequestFactory

from access.actor import Actor, NotAllowed
from access.context import acting_as
from access.models import Look
from access.roles import CAPABILITIES, STAFF_ROLES, Capability
from hub import pages
from referrals.models import Case
from tests.factories import a_case

HOMES = {
    "priya": "/triage/",
    "dana": "/triage/",
    "carys": "/dashboard/",
    "owen": "/feeds/",
    "grace": "/access/",
    "ines": "/agencies/",
    "helen": "/referrals/",
    "ruth": "/referrals/",
}


@pytest.mark.parametrize("name", HOMES)
def test_each_role_starts_at_its_own_page(hub, cast, name):
    browser = cast.browser(name)
    sent = browser.get("/")
    assert sent["Location"] == HOMES[name]
    assert browser.get("/", follow=True).status_code == 200


def test_every_role_of_staff_has_a_first_page():
    for role in STAFF_ROLES:
        assert any(capability in CAPABILITIES[role] for capability, _ in pages.HOMES), role


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
