"""What somebody needs so that they can be spoken to and met: asked on a page of its own, shown on the case."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.looks import record_look
from access.models import Look
from access.sight import sight_of
from referrals.forms.access_needs import AccessNeedsForm
from referrals.pages.case import UNPROCESSABLE, case_for
from referrals.pages.merging import Held, bring_together, is_left_to_them, left_to_them
from referrals.workflow import OPEN_CASE
from victims.actions.access_needs import AccessNeedsNotValid, record_access_needs
from victims.actions.safety import RecordedMeanwhile
from victims.queries import access_needs


@require_http_methods(["GET", "POST"])
def case_access_needs(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the person of a case what they need, and keep the answer."""
    actor, found = case_for(reference)
    if found.status not in OPEN_CASE:
        raise Http404
    asked = sight_of(found.id).first(access_needs([found.person_id]))
    held = Held(
        AccessNeedsForm.held(found.person, asked),
        str(asked.id) if asked else "none",
        asked.recorded_by_name if asked else "On record now",
    )
    form = AccessNeedsForm(held.sent(request, AccessNeedsForm), initial=held.opened())
    if form.is_valid():
        if is_left_to_them(request, form, held):
            return left_to_them(request, found)
        try:
            record_access_needs(actor=actor, case_id=found.id, person_id=found.person_id, **form.said())
        except RecordedMeanwhile as refusal:
            return bring_together(request, found, form, held, str(refusal))
        except AccessNeedsNotValid as refusal:
            form.add_error("language", str(refusal))
        else:
            messages.success(
                request, "What the person needs is recorded. Routing looks for who can offer it."
            )
            return redirect("case", found.reference)
    record_look(action=Look.Action.VIEW, door="case_access_needs", subjects=[found.id, found.person_id])
    return render(
        request,
        "referrals/case_access_needs.html",
        {"case": found, "asked": asked, "form": form},
        status=UNPROCESSABLE if form.errors else None,
    )
