"""The actor of each web request: one transaction a request, carrying who asks."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse

from access.actor import visitor
from access.context import acting_as, hub_id, switch_to


class ActorMiddleware:
    """Opens the request's transaction as a visitor, then as the signed-in practitioner.

    A partner's API client is put in place by agencies.authentication. An answer of 500 or more takes
    back everything the request changed. Health checks need no actor, and so no database.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/health/":
            return self.get_response(request)
        with acting_as(visitor(hub_id=hub_id())):
            if request.user.is_authenticated:
                switch_to(request.user.as_actor())
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response
