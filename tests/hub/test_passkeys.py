"""Passkeys in a real browser with a virtual authenticator: second step, then the whole of signing in."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from access.context import acting_as_system
from messaging.models import Event
from tests.cast import PASSWORD, PEOPLE
from tests.hub.served import served

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def with_authenticator(page: Page) -> None:
    """A platform authenticator that always says yes, as after a finger on the reader."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def test_a_passkey_is_set_up_and_then_lets_in_by_itself(committed_hub, settings, browser: Browser):
    settings.SECOND_FACTOR = "required"
    cache.clear()
    with served() as address:
        context = browser.new_context(base_url=address)
        context.set_default_timeout(15_000)
        page = context.new_page()
        refused: list[str] = []
        page.on(
            "console", lambda said: refused.append(said.text) if "Content Security" in said.text else None
        )
        with_authenticator(page)

        page.goto("/")
        page.get_by_label("Email").fill(PEOPLE["grace"])
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page).to_have_url(re.compile("/accounts/second-factor/"))
        page.get_by_role("button", name="Use a passkey").click()
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("Sign me in with it alone").check()
        page.get_by_role("button", name="Add the passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        page.goto("/")
        expect(page.get_by_role("heading", name="Today")).to_be_visible()

        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("heading", name="Today")).to_be_visible()

        page.goto("/accounts/sessions/")
        page.get_by_role("button", name="Sign out", exact=True).click()
        page.get_by_label("Email").fill(PEOPLE["grace"])
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("button", name="Use a passkey").click()
        expect(page.get_by_role("heading", name="Today")).to_be_visible()
        context.close()
    cache.clear()
    assert refused == []
    with acting_as_system("tests"):
        assert Event.objects.filter(topic="account.factor_added", data__kind="webauthn").count() == 1
