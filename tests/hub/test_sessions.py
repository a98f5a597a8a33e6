"""Sessions end: by doing nothing, after a working day, by their owner, by an administrator, with a new password."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from hub.sessions import BEGAN, SEEN
from tests.cast import PASSWORD, PEOPLE
from tests.hub.test_sign_in import sign_in, signed_in


@pytest.fixture(autouse=True)
def afresh(hub):
    cache.clear()


def age(browser: Client, **seconds: int) -> None:
    """Make the session's times older."""
    session = browser.session
    for name, back in seconds.items():
        session[name] -= back
    session.save()


def is_sent_to_sign_in(answer) -> bool:
    return answer.status_code == 302 and urlsplit(answer["Location"]).path == "/accounts/login/"


def test_half_an_hour_without_work_ends_it_and_leads_back_to_the_page(cast):
    browser = cast.browser("grace")
    age(browser, **{SEEN: 29 * 60})
    assert browser.get("/access/").status_code == 200
    age(browser, **{SEEN: 29 * 60})
    assert browser.get("/access/").status_code == 200, "the page before was work"
    age(browser, **{SEEN: 30 * 60})
    ended = browser.get("/access/?page=2")
    assert is_sent_to_sign_in(ended)
    assert parse_qs(urlsplit(ended["Location"]).query)["next"] == ["/access/?page=2"]
    assert "You were signed out" in browser.get(ended["Location"]).content.decode()
    assert not signed_in(browser)


def test_what_a_page_polls_is_no_work(cast):
    browser = cast.browser("priya")
    age(browser, **{SEEN: 20 * 60})
    assert browser.get("/triage/", headers={"HX-Request": "true"}).status_code == 200
    age(browser, **{SEEN: 11 * 60})
    assert browser.get("/triage/", headers={"HX-Request": "true"})["HX-Redirect"].startswith(
        "/accounts/login/"
    )


def test_a_form_that_came_too_late_leads_back_to_its_page_and_nowhere_else(cast):
    for came_from, leads_to in (("http://testserver/access/", ["/access/"]), ("https://evil.example/", None)):
        browser = cast.browser("grace")
        age(browser, **{SEEN: 30 * 60})
        ended = browser.post("/access/", headers={"Referer": came_from})
        assert parse_qs(urlsplit(ended["Location"]).query).get("next") == leads_to


def test_twelve_hours_end_it_however_busy(cast):
    browser = cast.browser("grace")
    age(browser, **{BEGAN: 12 * 60 * 60})
    assert is_sent_to_sign_in(browser.get("/access/"))


def test_each_page_says_until_when(cast):
    assert "You are signed in until" in cast.browser("grace").get("/access/").content.decode()


def test_signing_in_gives_a_new_id():
    browser = Client()
    browser.get("/accounts/login/")
    session = browser.session
    session["x"] = 1
    session.save()
    before = session.session_key
    sign_in(browser, "grace")
    assert signed_in(browser)
    assert browser.session.session_key != before


def test_somebody_ends_their_other_sessions_and_not_another_s(cast):
    here, there, also = (cast.browser("grace") for _ in range(3))
    owen = cast.browser("owen")
    page = here.get("/accounts/sessions/")
    assert len(page.context["rows"]) == 3
    [theirs] = [row.id for row, current in owen.get("/accounts/sessions/").context["rows"]]
    assert here.post(f"/accounts/sessions/{theirs}/end/").status_code == 404
    [one] = [row.id for row, _ in page.context["rows"] if row.session_key == there.session.session_key]
    here.post(f"/accounts/sessions/{one}/end/")
    assert is_sent_to_sign_in(there.get("/access/"))
    assert also.get("/access/").status_code == 200
    here.post("/accounts/sessions/end-others/")
    assert is_sent_to_sign_in(also.get("/access/"))
    assert here.get("/access/").status_code == 200
    assert signed_in(owen)


def test_a_new_password_ends_the_others(cast):
    here, there = cast.browser("grace"), cast.browser("grace")
    new = "another long enough password"
    done = here.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert done.status_code == 302, done.content
    assert is_sent_to_sign_in(there.get("/access/"))
    assert here.get("/access/").status_code == 200


def test_an_administrator_signs_somebody_out_everywhere(cast):
    helen, ines = cast.browser("helen"), cast.browser("ines")
    ines.post(f"/agencies/people/{cast.practitioner('helen').id}/sign-out/")
    assert is_sent_to_sign_in(helen.get("/referrals/"))
    cache.clear()
    assert sign_in(Client(), "helen").status_code == 302, "and they may come back"


@pytest.mark.parametrize(
    ("name", "address"),
    [("priya", "/feeds/quarantine/export.csv"), ("carys", "/dashboard/partners.csv")],
)
def test_an_export_asks_again_who_it_is(cast, name, address):
    browser = cast.browser(name)
    assert browser.get(address).status_code == 200, "who has just confirmed is not asked"
    session = browser.session
    [record] = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**record, "at": time.time() - 601}]
    session.save()
    asked = browser.get(address)
    assert urlsplit(asked["Location"]).path == "/accounts/reauthenticate/"
    assert browser.post(asked["Location"], {"password": PASSWORD})["Location"] == address
    assert browser.get(address).status_code == 200


def test_pages_of_allauth_that_nobody_here_may_use_are_absent(cast):
    browser = cast.browser("grace")
    for address in ("/accounts/email/", "/accounts/password/set/", "/accounts/3rdparty/"):
        assert browser.get(address).status_code == 404, address
        assert browser.post(address, {"email": PEOPLE["owen"]}).status_code == 404, address
