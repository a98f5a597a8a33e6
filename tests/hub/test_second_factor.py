"""The second factor, where it is required: who lacks one comes to nothing before setting one up."""

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client

from access.context import acting_as, acting_as_system
from access.encryption import current_key
from access.roles import NEEDS_SECOND_FACTOR, STAFF_ROLES
from messaging.models import Event
from tests.cast import PASSWORD, PEOPLE
from tests.hub.test_sign_in import code_of

NEEDED = "/accounts/second-factor/"


@pytest.fixture(autouse=True)
def required(hub, settings):
    settings.SECOND_FACTOR = "required"
    cache.clear()
    yield
    cache.clear()


def set_up(browser: Client) -> str:
    """Turn on the authenticator app. Returns its secret."""
    secret = browser.get("/accounts/2fa/totp/activate/").context["form"].secret
    done = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert done.status_code == 302, done.content
    cache.clear()  # the code just used may be used again in a test
    return secret


def topics() -> list[str]:
    """What happened since the founding, which tells of feeds alone."""
    with acting_as_system("tests"):
        happened = Event.objects.exclude(topic__startswith="feed.").order_by("id")
        return list(happened.values_list("topic", flat=True))


def test_everybody_needs_one():
    assert frozenset(STAFF_ROLES) == NEEDS_SECOND_FACTOR


@pytest.mark.parametrize("name", PEOPLE)
def test_who_has_none_comes_to_nothing_but_setting_one_up(cast, name):
    browser = cast.browser(name)
    for address in ("/", "/triage/", "/referrals/", "/agencies/", "/access/", "/no/such/page/"):
        assert browser.get(address)["Location"] == NEEDED, address
    assert browser.post("/agencies/add/", {"name": "X", "kind": "partner"})["Location"] == NEEDED
    assert "An authenticator app" in browser.get(NEEDED).content.decode()
    polled = browser.get("/triage/", headers={"HX-Request": "true"})
    assert (polled.status_code, polled["HX-Redirect"]) == (204, NEEDED)


def test_with_one_the_day_begins(cast):
    browser = cast.browser("grace")
    set_up(browser)
    assert browser.get("/").status_code == 200
    assert browser.get("/access/").status_code == 200
    assert browser.get(NEEDED)["Location"] == "/accounts/2fa/"
    assert topics() == ["account.factor_added", "account.factor_added"], "the app, and recovery codes with it"


def test_the_last_one_is_replaced_and_not_removed(cast):
    browser = cast.browser("grace")
    set_up(browser)
    kept = browser.post("/accounts/2fa/totp/deactivate/")
    assert kept.status_code == 200
    with acting_as(cast.actor("grace")):
        assert Authenticator.objects.filter(type="totp").exists()


def test_recovery_codes_let_in_once(cast):
    browser = cast.browser("grace")
    set_up(browser)
    [code, *_] = browser.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    for expected in (302, 200):
        again = Client()
        again.post("/accounts/login/", {"login": PEOPLE["grace"], "password": PASSWORD})
        assert again.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected
        cache.clear()


def test_an_administrator_resets_a_lost_one_and_its_owner_sets_up_another(cast):
    helen = cast.browser("helen")
    set_up(helen)
    ines = cast.browser("ines")
    set_up(ines)
    page = f"/agencies/people/{cast.practitioner('helen').id}/"
    assert "Reset the second step" in ines.get(page).content.decode()
    assert ines.post(page + "reset-second-factor/").status_code == 302
    assert helen.get("/")["Location"].startswith("/accounts/login/"), "signed out at once"
    again = Client()
    again.post("/accounts/login/", {"login": PEOPLE["helen"], "password": PASSWORD})
    assert again.get("/")["Location"] == NEEDED
    assert "account.factors_reset" in topics()


def test_secrets_stand_sealed_and_are_sealed_anew(cast, settings):
    browser = cast.browser("grace")
    secret = set_up(browser)
    with acting_as(cast.actor("grace")):
        held = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in held
    from cryptography.fernet import Fernet

    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    call_command("rotate_field_keys")
    with acting_as(cast.actor("grace")):
        anew = Authenticator.objects.get(type="totp").data["secret"]
    assert anew.startswith(current_key())
    assert anew != held
    again = Client()
    again.post("/accounts/login/", {"login": PEOPLE["grace"], "password": PASSWORD})
    assert again.post("/accounts/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
