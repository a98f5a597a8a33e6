"""Finding anybody from any page: what is typed may be a name, so it is sent and never stands in an address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from access.context import current_actor
from access.looks import record_look, searched
from access.models import Look
from access.roles import Capability
from referrals.queries.find import Finding, find

LONGEST = 200


@require_http_methods(["GET", "POST"])
def find_anyone(request: HttpRequest) -> HttpResponse:
    """Whoever the text may mean, with their cases or the agency's referrals; without a text, the form."""
    actor = current_actor()
    if not actor.can(Capability.SEE_REFERRALS):
        actor.require(Capability.SEE_CASES)
    text = request.POST.get("text", "").strip()[:LONGEST]
    finding = find(actor=actor, text=text) if text else Finding([])
    if text:
        shown = [one.person_id for one in finding.people]
        record_look(action=Look.Action.SEARCH, door="find", subjects=shown, terms=searched(text))
    return render(request, "referrals/find.html", {"text": text, "finding": finding})
