"""Every address of the product, walked: nothing is open to who has not signed in, save what is listed here.

A new address is private without an entry. One that is public must be added below, with its reason.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.cast import PEOPLE

pytestmark = pytest.mark.guard

PUBLIC = {
    "health": "load balancers ask it",
    "token": "partners' systems identify themselves here",
    "api_schema": "the contract of the API holds no data",
    "account_login": "where everybody signs in",
    "account_logout": "leads to signing in",
    "account_signup": "says that accounts are made by an administrator",
    "account_inactive": "says that the account is switched off",
    "account_reset_password": "who forgot a password has not signed in",
    "account_reset_password_done": "as above",
    "account_reset_password_from_key": "as above; the link is the secret",
    "account_reset_password_from_key_done": "as above",
    "account_confirm_email": "the link is the secret",
    "account_email_verification_sent": "says to look for an e-mail",
    "mfa_authenticate": "the second step of signing in; leads to the first",
    "account_reauthenticate": "leads to signing in",
    "account_email": "there is no such page here",
    "account_set_password": "as above",
    "account_confirm_login_code": "as above",
    "mfa_login_webauthn": "signing in with a passkey",
    "sign_on": "the agencies with a sign-in of their own",
    "openid_connect_login": "leads to an agency's own sign-in",
    "openid_connect_callback": "comes back from there",
    "socialaccount_login_cancelled": "as above",
    "socialaccount_login_error": "as above",
    "invitation_link": "the link is the secret",
    "accept_invitation": "as above",
    "diary_calendar": "the address is the secret; it tells references and times",
    "say": "the link is the secret; it shows nothing of anybody",
    "say_welsh": "as above",
    "get_help": "a victim asks for help; it shows nothing of anybody",
    "get_help_welsh": "as above",
    "get_help_sent": "says that it came in, the same to everybody",
    "get_help_sent_welsh": "as above",
}
SAMPLES = {
    "uuid": UUID("01900000-0000-7000-8000-000000000001"),
    "str": "VRH-26-999999",
    "slug": "no-such-thing",
    "int": 999_999,
    "path": "no/such/thing",
}
AGAIN = {"liam": "a practitioner of the hub, as Priya is", "ruth": "a partner's practitioner, as Helen is"}
WORDS_OF_GROUPS = {"uidb36": "1", "key": "a-b", "provider_id": "none"}


def every_address() -> Iterator[tuple[str, str]]:
    """Name and address (with ids that belong to nothing) of every URL pattern, however deep it is included."""
    seen: set[str] = set()
    for prefix, pattern in _walk(get_resolver().url_patterns, ""):
        name = pattern.name or f"unnamed {prefix}"
        if name not in seen:
            seen.add(name)
            yield name, prefix


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        here = prefix + _sample(pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, here)
        else:
            yield here or "/", pattern


def _sample(pattern: URLPattern | URLResolver) -> str:
    route = pattern.pattern
    if converters := getattr(route, "converters", {}):
        text = str(route)
        for name, converter in converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            for spelled in (f"<{kind}:{name}>", f"<{name}>"):
                text = text.replace(spelled, str(SAMPLES[kind]))
        return text
    if hasattr(route, "_route"):
        return str(route)
    text = str(route).removeprefix("^").removesuffix("$")
    for name, word in WORDS_OF_GROUPS.items():
        start = text.find(f"(?P<{name}>")
        if start >= 0:
            text = text[:start] + word + text[text.index(")", start) + 1 :]
    return text


def refuses(answer) -> bool:
    """Whether the answer sends an anonymous caller to sign in, or is the API's refusal."""
    if answer.status_code == 302:
        return urlsplit(answer["Location"]).path == "/accounts/login/"
    return answer.status_code in (401, 403)


def test_the_walk_finds_the_addresses(hub):
    found = dict(every_address())
    for name in ("home", "triage", "case", "dashboard", "agency", "access_log", "api_referral", "mfa_index"):
        assert name in found
    assert found["agency"] == "/agencies/at/no-such-thing/".lstrip("/")


def test_nothing_is_open_to_who_has_not_signed_in_save_what_is_listed(hub):
    open_to_all = {}
    for name, address in every_address():
        for method in ("get", "post"):
            answer = getattr(Client(), method)("/" + address.lstrip("/"))
            if name not in PUBLIC and not refuses(answer):
                open_to_all[f"{method} {name}"] = (address, answer.status_code)
    assert open_to_all == {}


def test_what_is_listed_as_public_is_there_and_is_public(hub):
    found = dict(every_address())
    assert set(PUBLIC) <= set(found)
    for name in PUBLIC:
        answer = Client().get("/" + found[name].lstrip("/"))
        assert answer.status_code < 500, name
    for name in (
        "health",
        "account_login",
        "account_reset_password",
        "account_signup",
        "api_schema",
        "get_help",
    ):
        assert Client().get("/" + found[name].lstrip("/")).status_code == 200, name


@pytest.mark.slow
@pytest.mark.parametrize("person", [one for one in PEOPLE if one not in AGAIN])
def test_no_address_fails_for_anybody_and_what_is_absent_is_not_found_or_refused(hub, cast, person):
    browser = cast.browser(person)
    for name, address in every_address():
        if name == "account_logout":
            continue
        answer = browser.get("/" + address.lstrip("/"))
        assert answer.status_code < 500, f"{name} for {person}"
        if "no-such" in address or "999999" in address:
            # 410: a link that was used, one that has run out and one that never was look the same
            assert answer.status_code in (302, 401, 403, 404, 405, 410), f"{name} for {person}"
    assert browser.get("/").status_code == 200, f"{person} is still signed in"
