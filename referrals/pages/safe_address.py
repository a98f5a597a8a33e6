"""Where somebody is that nobody may find: on a page of its own, so that a case can be open without showing it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.forms.safe_address import SafeAddressForm
from referrals.pages.case import UNPROCESSABLE, case_for
from referrals.pages.merging import Held, bring_together, is_left_to_them, left_to_them
from referrals.workflow import OPEN_CASE
from victims.actions.safety import RecordedMeanwhile, SafetyNotValid, record_safe_address, version_of
from victims.queries import safe_addresses_of


@require_http_methods(["GET", "POST"])
def case_safe_address(request: HttpRequest, reference: str) -> HttpResponse:
    """The safe address of a case's person, and recording a newer one. Each look is on record."""
    actor, found = case_for(reference, to_work=request.method == "POST")
    works = actor.can(Capability.TRIAGE) and found.status in OPEN_CASE
    if request.method == "POST" and not works:
        raise Http404
    place = safe_addresses_of([found.person_id]).get(found.person_id)
    held = Held(place.place if place else {}, version_of(place))
    form = SafeAddressForm(held.sent(request, SafeAddressForm), initial=held.opened(lines="", postcode=""))
    if form.is_valid():
        if is_left_to_them(request, form, held):
            return left_to_them(request, found)
        given = {name: value for name, value in form.cleaned_data.items() if name != "was"}
        try:
            record_safe_address(actor=actor, case_id=found.id, person_id=found.person_id, **given)
        except RecordedMeanwhile as refusal:
            return bring_together(request, found, form, held, str(refusal))
        except SafetyNotValid as refusal:
            form.add_error("postcode", str(refusal))
        else:
            messages.success(request, "The safe address is recorded. Letters to earlier addresses stop.")
            return redirect("case", found.reference)
    record_look(action=Look.Action.VIEW, door="case_safe_address", subjects=[found.id, found.person_id])
    return render(
        request,
        "referrals/case_safe_address.html",
        {"case": found, "held": place, "form": form, "works": works},
        status=UNPROCESSABLE if form.errors else None,
    )
