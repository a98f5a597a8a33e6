"""Where an alleged perpetrator works: an agency that employs them is kept out of the case."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.looks import record_look
from access.models import Look
from access.sight import sight_of
from agencies.queries import agencies_by_id
from referrals.actions.conflicts import ConflictNotValid, record_employer
from referrals.forms.accused import EmployerForm
from referrals.pages.case import UNPROCESSABLE, case_for
from referrals.workflow import OPEN_CASE
from victims.models import Relationship


@require_http_methods(["GET", "POST"])
def case_accused(request: HttpRequest, reference: str, accused_id: UUID) -> HttpResponse:
    """Record for which agency somebody works who is accused on a case."""
    actor, found = case_for(reference)
    accused = sight_of(found.id).first(Relationship.objects.filter(id=accused_id, case_id=found.id))
    if accused is None or found.status not in OPEN_CASE:
        raise Http404
    agencies = sorted(agencies_by_id().values(), key=lambda agency: agency.name)
    sent = request.POST if request.method == "POST" else None
    form = EmployerForm(sent, agencies=agencies, initial={"employer": str(accused.employer_id or "none")})
    if form.is_valid():
        chosen = form.cleaned_data["employer"]
        employer = None if chosen == "none" else UUID(chosen)
        try:
            record_employer(actor=actor, case_id=found.id, accused_id=accused.id, agency_id=employer)
        except ConflictNotValid as refusal:
            form.add_error("employer", str(refusal))
        else:
            done = "It is kept out of the case from now on." if employer else "No agency is named any more."
            messages.success(request, f"Where they work is recorded. {done}")
            return redirect("case", found.reference)
    record_look(action=Look.Action.VIEW, door="case_accused", subjects=[found.id, found.person_id])
    return render(
        request,
        "referrals/case_accused.html",
        {"case": found, "accused": accused, "form": form},
        status=UNPROCESSABLE if form.errors else None,
    )
