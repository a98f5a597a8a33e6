"""Every page as each role: nothing inline for a policy to forgive, every header in place, every change guarded."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.test import Client

from tests.cast import PEOPLE
from tests.factories import a_case, a_referral
from tests.hub.test_every_address import SAMPLES, every_address

API = ("api_", "token")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Inline(HTMLParser):
    """What of a page runs or styles without being a file of ours, or leads to a script."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        is_data = told.get("type") == "application/json"  # what no browser runs
        if tag == "style" or (tag == "script" and "src" not in told and not is_data):
            self.found.append(f"<{tag}>")
        if tag in ("object", "embed", "applet", "iframe", "base"):
            self.found.append(f"<{tag}>")
        for name, value in told.items():
            if name == "style" or re.fullmatch(r"on[a-z]+|hx-on.*|hx-vals|hx-vars", name):
                self.found.append(f"{tag} {name}")
            if name in ("href", "src", "action", "formaction") and re.match(
                r"\s*(javascript|vbscript|data:text)", value or "", re.IGNORECASE
            ):
                self.found.append(f"{tag} {name}={value}")
            outside = name in ("src", "srcset") or (name == "href" and tag == "link")
            if outside and re.match(r"(https?:)?//", value or ""):
                self.found.append(f"{tag} {name}={value}")


def pages(case, referral) -> Iterator[tuple[str, str]]:
    """Every address, with the ids of what is there where its kind is known."""
    for name, address in every_address():
        if name == "account_logout":
            continue
        here = "/" + address.lstrip("/").replace(SAMPLES["str"], case.reference)
        yield name, here.replace(f"referrals/{SAMPLES['uuid']}", f"referrals/{referral.id}")


@pytest.mark.slow
@pytest.mark.parametrize("person", ["dana", "owen", "grace", "helen", "ines", None])
def test_every_page_keeps_to_the_policy_and_has_every_header(hub, cast, person):
    case = a_case()
    referral = a_referral(case)
    wrong, drawn = [], 0
    browser = cast.browser(person) if person else Client()
    for name, address in pages(case, referral):
        answer = browser.get(address)
        policy = answer.headers.get("Content-Security-Policy", "")
        wrong += [
            f"{name}: {header}" for header, value in HEADERS.items() if answer.headers.get(header) != value
        ]
        if not {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy.split("; ")):
            wrong.append(f"{name}: policy {policy}")
        if "unsafe" in policy or "*" in policy:
            wrong.append(f"{name}: policy {policy}")
        if name not in ("health",) and "no-store" not in answer.headers.get("Cache-Control", ""):
            wrong.append(f"{name}: may be kept: {answer.headers.get('Cache-Control')}")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            drawn += 1
            reader = Inline()
            reader.feed(answer.content.decode())
            wrong += [f"{name} ({answer.status_code}): {found}" for found in reader.found]
    assert wrong == []
    assert drawn > 10


@pytest.mark.slow
@pytest.mark.parametrize("person", ["dana", "owen", "helen", None])
def test_nothing_takes_a_post_without_its_token(hub, cast, person):
    case = a_case()
    referral = a_referral(case)
    taken = {}
    browser = cast.browser(person) if person else Client()
    browser.handler.enforce_csrf_checks = True
    for name, address in pages(case, referral):
        if name.startswith(API):
            continue
        answer = browser.post(address)
        if answer.status_code != 403 and not (person is None and answer.status_code == 302):
            taken[name] = answer.status_code
    # 405: the address takes no POST at all, and says so before anything is looked at.
    assert {name: status for name, status in taken.items() if status not in (404, 405)} == {}


@pytest.mark.slow
def test_methods_that_nobody_uses_do_nothing(hub, cast):
    case = a_case()
    referral = a_referral(case)
    browser = cast.browser("priya")
    answered = {
        f"{method} {name}": status
        for name, address in pages(case, referral)
        for method in ("TRACE", "PUT", "DELETE", "PATCH")
        if (status := browser.generic(method, address).status_code) < 400 and status != 302
    }
    assert answered == {}


def test_a_download_is_no_page_of_ours(hub, cast):
    answer = cast.browser("dana").get("/feeds/quarantine/export.csv")
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert "sandbox" in answer["Content-Security-Policy"].split("; ")
    assert "script-src" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_outside(hub, away):
    sent = Client().post(
        "/accounts/login/",
        {"login": PEOPLE["priya"], "password": "correct horse northshire", "next": away},
    )
    assert sent.status_code == 302
    assert sent["Location"].startswith("/")
    assert not sent["Location"].startswith("//")
    assert "evil" not in sent["Location"]


def test_a_body_that_is_too_large_is_refused(hub, cast):
    answer = cast.browser("priya").post("/triage/", {"search": "x" * 3_000_000})
    assert answer.status_code == 400
