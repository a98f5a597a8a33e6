"""The actor of each web request: one transaction a request, carrying who asks."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from access.actor import Actor, visitor
from access.context import acting_as, coming_from, current_actor, hub_id, switch_to

ACTED = "acted_as"
"""The attribute of a request that keeps who its answer was made for."""

SIGN_IN_DOORS = "/accounts/"


class ActorMiddleware:
    """Opens the request's transaction as a visitor, then as the practitioner whom the session belongs to.

    A partner's API client is put in place by agencies.authentication. An answer of 500 or more takes
    back everything the request changed. Health checks need no actor, and so no database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/health/":
            return self.get_response(request)
        with coming_from(remote_of(request)), acting_as(_visitor(request)):
            if request.user.is_authenticated:
                switch_to(request.user.as_actor())
            response = self.get_response(request)
            setattr(request, ACTED, current_actor())
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response


def remote_of(request: HttpRequest) -> str:
    """The address that asks: what the outermost trusted proxy saw, never what the caller says of itself."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if proxies and len(told) >= proxies:
        return told[-proxies][:45]
    return request.META.get("REMOTE_ADDR", "")[:45]


def _visitor(request: HttpRequest) -> Actor:
    """Who asks, before they are recognised: somebody with a session's claim, or at a door of signing in."""
    claimed = request.session.get(SESSION_KEY)
    return visitor(
        hub_id=hub_id(),
        claims=UUID(claimed) if claimed else None,
        signing_in=request.path.startswith(SIGN_IN_DOORS),
    )
