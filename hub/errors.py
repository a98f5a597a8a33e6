"""What a refusal becomes: the 403 page, nothing changed, and the attempt on record."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from access.actor import Actor, NotAllowed
from access.context import acting_as, coming_from
from access.looks import asked_for, record_look
from access.models import Look
from hub.actors import ACTED, remote_of

REFUSALS = (401, 403, 404)


class RefusalMiddleware:
    """Turns access.actor.NotAllowed into the 403 page, and records who was refused at which door.

    Also what is absent for whoever is signed in, a partner's system included: they cannot tell absent from
    forbidden, and the log keeps what was asked for as a keyed hash. Stands outside
    hub.actors.ActorMiddleware: what the request changed is taken back with its transaction, while the
    record of the attempt is written in one of its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        acted: Actor | None = getattr(request, ACTED, None)
        if acted is None or response.status_code not in REFUSALS or request.resolver_match is None:
            return response
        if acted.kind != "visitor" or response.status_code == 401:
            asked = [term for value in request.resolver_match.kwargs.values() for term in asked_for(value)]
            with coming_from(remote_of(request)), acting_as(acted):
                record_look(action=Look.Action.DENIED, door=door_of(request), terms=asked)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, NotAllowed):
            return None
        response = render(request, "403.html", {"refusal": str(exception)}, status=403)
        transaction.set_rollback(True)
        return response


def door_of(request: HttpRequest) -> str:
    """The name of the address that was asked for; never the address itself, which may hold a reference."""
    found = request.resolver_match
    return (found.view_name if found else "")[:100] or "unnamed"
