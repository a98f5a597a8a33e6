"""The first page by role, and the pages of what went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from access.context import current_actor
from access.roles import Capability
from hub.problems import API, problem

# The first that somebody may do says where they start the day.
HOMES = (
    (Capability.TRIAGE, "triage"),
    (Capability.ANSWER_REFERRAL, "partner_queue"),
    (Capability.SEE_SENT, "sent"),
    (Capability.SEE_DASHBOARD, "dashboard"),
    (Capability.SEE_FEEDS, "feeds"),
    (Capability.ADMINISTER_AGENCY, "agencies"),
    (Capability.SEE_ACCESS_LOG, "access_log"),
)


def home(request: HttpRequest) -> HttpResponse:
    """Where somebody of this role starts the day. Every role of staff has a place."""
    actor = current_actor()
    return redirect(next(place for capability, place in HOMES if actor.can(capability)))


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
