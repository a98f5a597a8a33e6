"""The first page by role, and the pages of what went wrong."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from access.context import current_actor
from access.roles import Capability
from agencies.actions.tour import end_tour, go_to_step
from agencies.queries import tour_place
from hub.home import parts_for
from hub.problems import API, problem
from hub.tour import steps_for


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Where somebody of this role starts the day: what waits for them. Numbers alone, about nobody."""
    actor, now = current_actor(), timezone.now()
    place = tour_place(actor)
    context = {
        "parts": parts_for(actor=actor, now=now),
        "works": actor.can(Capability.TRIAGE),
        "now": now,
        "offers_tour": place is None,
        "is_on_tour": place is not None and place.ended_at is None,
    }
    return render(request, "home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def tour(request: HttpRequest) -> HttpResponse:
    """The tour of the first day: the step where somebody left it, or the first; on, back, or enough."""
    actor = current_actor()
    steps = steps_for(actor)
    if request.method == "POST":
        wanted = request.POST.get("step", "")
        if wanted in {str(number) for number in range(1, len(steps) + 1)}:
            go_to_step(actor=actor, step=int(wanted))
            return redirect("tour")
        end_tour(actor=actor)
        messages.success(
            request, "The tour has ended. You find it again under Keys, at the foot of each page."
        )
        return redirect("home")
    place = tour_place(actor)
    at = min(place.step, len(steps)) if place is not None and place.ended_at is None else 1
    step = steps[at - 1]
    context = {
        "step": step,
        "links": [(label, reverse(name)) for label, name in step.links],
        "at": at,
        "before": at - 1,
        "after": at + 1 if at < len(steps) else 0,
        "last": len(steps),
    }
    return render(request, "tour.html", context)


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
