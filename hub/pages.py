"""The first page by role, and the pages of what went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from access.context import current_actor
from access.roles import Capability
from hub.home import parts_for
from hub.problems import API, problem


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where somebody of this role starts the day: what waits for them. Numbers alone, about nobody."""
    actor, now = current_actor(), timezone.now()
    context = {"parts": parts_for(actor=actor, now=now), "works": actor.can(Capability.TRIAGE), "now": now}
    return render(request, "home.html", context)


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Which key opens what, of the places that the reader's own menu has."""
    return render(request, "keys.html")


def malformed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request cannot be read. Says so without asking the database anything."""
    if request.path.startswith(API):
        return problem(status=400, title="Malformed.", detail="The request cannot be read.", code="malformed")
    return render(request, "400.html", status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: absent, or not theirs to see. The two look the same."""
    if request.path.startswith(API):
        words = "There is nothing at this address: see /api/v1/schema/ for what there is."
        return problem(status=404, title="Not found.", detail=words, code="not_found")
    return render(request, "404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the page exists, and this role may not use it."""
    return render(request, "403.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """500: says so without asking the database anything."""
    if request.path.startswith(API):
        words = (
            "Nothing was changed. Send it again, with the same Idempotency-Key; tell the hub if it goes on."
        )
        return problem(status=500, title="The hub failed.", detail=words, code="error")
    return render(request, "500.html", status=500)
