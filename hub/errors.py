"""What a refusal becomes: the 403 page, nothing changed, and the attempt on record."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from access.actor import Actor, NotAllowed
from access.context import acting_as, current_actor
from access.looks import record_look
from access.models import Look

_REFUSED = "_refused_actor"


class RefusalMiddleware:
    """Turns access.actor.NotAllowed into the 403 page and records who was refused at which door.

    Stands outside hub.actors.ActorMiddleware: what the request changed is taken back with its
    transaction, while the record of the attempt is written in one of its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        refused: Actor | None = getattr(request, _REFUSED, None)
        if refused is not None:
            with acting_as(refused):
                record_look(action=Look.Action.DENIED, door=door_of(request))
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, NotAllowed):
            return None
        setattr(request, _REFUSED, current_actor())
        response = render(request, "403.html", {"refusal": str(exception)}, status=403)
        transaction.set_rollback(True)
        return response


def door_of(request: HttpRequest) -> str:
    """The name of the address that was asked for; never the address itself, which may hold a reference."""
    found = request.resolver_match
    return (found.view_name if found else "")[:100] or "unnamed"
