"""How long somebody stays signed in: until half an hour without work, or twelve hours after signing in.

Both are judged here, on the server, by two times in the session; the cookie ends with the browser. What a
page asks for by itself (htmx polls) is no work. Each page says in its footer until when it will do.
"""

from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from access.actor import visitor
from access.context import hub_id, switch_to

BEGAN, SEEN = "began_at", "seen_at"
FRESH_SECONDS = 60  # a session is written at most once a minute


def begin(session: SessionBase) -> None:
    """Start both times. Signing in has just given the session a new id."""
    session[BEGAN] = session[SEEN] = int(timezone.now().timestamp())


def ends_at(session: SessionBase) -> datetime:
    """When this session ends if nothing more is done."""
    idle = session.get(SEEN, 0) + settings.SESSION_IDLE_SECONDS
    longest = session.get(BEGAN, 0) + settings.SESSION_COOKIE_AGE
    return datetime.fromtimestamp(min(idle, longest), tz=timezone.get_current_timezone())


class SessionRulesMiddleware:
    """Ends a session whose time has come, and notes that somebody is at work."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = timezone.now()
            if ends_at(request.session) <= now:
                return self._end(request)
            polled = request.method == "GET" and request.headers.get("HX-Request") == "true"
            if not polled and now.timestamp() - request.session[SEEN] >= FRESH_SECONDS:
                request.session[SEEN] = int(now.timestamp())
        return self.get_response(request)

    def _end(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        switch_to(visitor(hub_id=hub_id()))
        asked = {"next": _page_of(request), "ended": "yes"}
        address = (
            f"{reverse('account_login')}?{urlencode({name: told for name, told in asked.items() if told})}"
        )
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return redirect(address)


def _page_of(request: HttpRequest) -> str:
    """Where somebody was, to go on there: the page asked for, or the page that a form was on."""
    if request.method == "GET" and "HX-Request" not in request.headers:
        return request.get_full_path()
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}):
        return urlsplit(came_from).path
    return ""
