"""Signing in: who gets in, who does not, and what is on record of it."""

import base64
import hmac
import re
import struct
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.test import Client

from access.context import acting_as
from access.models import Look
from agencies.models import Practitioner
from tests.cast import PASSWORD, PEOPLE

LOGIN = "/accounts/login/"


@pytest.fixture(autouse=True)
def no_earlier_attempts(hub):
    cache.clear()
    yield
    cache.clear()


def sign_in(browser: Client, name: str, password: str = PASSWORD, **more: str):
    return browser.post(LOGIN, {"login": PEOPLE[name], "password": password, **more})


def code_of(secret: str) -> str:
    """What an authenticator app shows now for this secret (RFC 6238), written from the standard."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def signed_in(browser: Client) -> bool:
    return browser.get("/").status_code == 200


def looks(cast, action: str) -> list[Look]:
    with acting_as(cast.actor("grace")):
        return list(Look.objects.filter(action=action).order_by("at"))


def test_a_password_lets_somebody_in_and_it_is_on_record(cast):
    browser = Client()
    answer = sign_in(browser, "grace")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "govuk-notification-banner" not in browser.get("/", follow=True).content.decode()
    assert signed_in(browser)
    [look] = looks(cast, "sign_in")
    assert (look.actor_name, look.role) == ("Grace Holt", "auditor")


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(cast):
    wrong = sign_in(Client(), "grace", "not the password")
    unknown = Client().post(LOGIN, {"login": "nobody@northshire.example", "password": "not the password"})
    errors = [
        re.findall(r"govuk-error-summary__list.*?</ul>", page.content.decode(), re.S)
        for page in (wrong, unknown)
    ]
    assert wrong.status_code == unknown.status_code == 200
    assert errors[0]
    assert errors[0] == errors[1]
    assert looks(cast, "sign_in") == []


def test_after_a_few_wrong_passwords_the_account_rests_even_for_the_right_one(cast):
    browser = Client()
    for _ in range(5):
        sign_in(browser, "grace", "not the password")
    answer = sign_in(browser, "grace")
    assert answer.status_code == 200
    assert "Too many failed" in answer.content.decode()
    assert not signed_in(browser)
    assert sign_in(Client(), "carys").status_code == 302, "nobody else is held up"


def test_signing_out_ends_the_session(cast):
    browser = Client()
    sign_in(browser, "grace")
    assert browser.get("/accounts/logout/").status_code == 200, "a link alone signs nobody out"
    assert signed_in(browser)
    assert browser.post("/accounts/logout/")["Location"] == LOGIN
    assert not signed_in(browser)


def test_nobody_signs_up(cast):
    answer = Client().post(
        "/accounts/signup/", {"email": "new@northshire.example", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert "Accounts are made for you" in answer.content.decode()
    with acting_as(cast.actor("grace")):
        assert not Practitioner.objects.filter(email="new@northshire.example").exists()


def test_the_page_that_was_asked_for_comes_after_signing_in(cast):
    browser = Client()
    sent = browser.get("/access/")
    assert urlsplit(sent["Location"]).path == LOGIN
    [next_page] = parse_qs(urlsplit(sent["Location"]).query)["next"]
    assert sign_in(browser, "grace", next=next_page)["Location"] == "/access/"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(cast, elsewhere):
    assert sign_in(Client(), "grace", next=elsewhere)["Location"] == "/"


def test_an_authenticator_app_is_set_up_and_then_asked_for(cast):
    browser = Client()
    sign_in(browser, "grace")
    asked = browser.get("/accounts/2fa/totp/activate/")["Location"]
    assert asked.startswith("/accounts/reauthenticate/"), "an open screen is not enough to change the sign-in"
    assert browser.post(asked, {"password": "not the password"}).status_code == 200
    assert browser.post(asked, {"password": PASSWORD})["Location"] == "/accounts/2fa/totp/activate/"
    page = browser.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    assert browser.post("/accounts/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    done = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert done.status_code == 302
    codes = browser.get("/accounts/2fa/recovery-codes/").content.decode()
    assert "recovery codes" in codes.lower()

    cache.clear()  # the code just used may be used again here
    again = Client()
    assert sign_in(again, "grace")["Location"].startswith("/accounts/2fa/authenticate/")
    assert not signed_in(again), "the password alone is not enough any more"
    assert again.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert not signed_in(again)
    assert again.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
    assert signed_in(again)


def test_who_is_deactivated_is_out_at_once_and_does_not_come_back(cast):
    browser = cast.browser("grace")
    assert signed_in(browser)
    with acting_as(cast.actor("owen")):
        Practitioner.objects.filter(email=PEOPLE["grace"]).update(is_active=False)
    assert not signed_in(browser)
    again = Client()
    sign_in(again, "grace")
    assert not signed_in(again)


def test_a_changed_role_counts_from_the_next_request(cast):
    browser = cast.browser("grace")
    with acting_as(cast.actor("owen")):
        Practitioner.objects.filter(email=PEOPLE["grace"]).update(role="practitioner")
    assert browser.get("/access/").status_code == 403
