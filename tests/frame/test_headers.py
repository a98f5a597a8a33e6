"""What every answer tells the browser."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from hub.headers import SecurityHeadersMiddleware


def answer(response: HttpResponse) -> HttpResponse:
    return SecurityHeadersMiddleware(lambda _: response)(RequestFactory().get("/"))


@pytest.fixture
def policy() -> dict[str, list[str]]:
    header = answer(HttpResponse()).headers["Content-Security-Policy"]
    return {name: sources for name, *sources in (rule.split() for rule in header.split(";"))}


def test_nothing_is_allowed_but_our_own(policy):
    assert policy["default-src"] == ["'none'"]
    for kind in ("script-src", "style-src", "connect-src", "form-action", "font-src"):
        assert policy[kind] == ["'self'"]
    assert policy["frame-ancestors"] == policy["base-uri"] == ["'none'"]
    assert policy["img-src"] == ["'self'", "data:"]


def test_pages_are_not_kept_by_the_browser():
    assert answer(HttpResponse()).headers["Cache-Control"] == "no-store"


def test_an_answer_that_may_be_kept_says_so_itself():
    kept = answer(HttpResponse(headers={"Cache-Control": "public, max-age=60"}))
    assert kept.headers["Cache-Control"] == "public, max-age=60"
