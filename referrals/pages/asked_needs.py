"""The hub's page of what a referral is asked for, until its agency has accepted it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.asked_needs import asked_in_family, change_needs
from referrals.forms.asked_needs import NeedsForm
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries.asked_needs import asked_of, in_order, needs_found, needs_words, newest_assessment
from referrals.workflow import UNANSWERED


@require_http_methods(["GET", "POST"])
def case_needs(request: HttpRequest, reference: str, referral_id: UUID) -> HttpResponse:
    """Say which of the person's needs this referral is asked for."""
    actor, found = case_for(reference)
    actor.require(Capability.ROUTE)
    referral = found.referrals.select_related("agency", "service").filter(id=referral_id).first()
    if referral is None:
        raise Http404
    if referral.status not in UNANSWERED:
        messages.warning(request, f"{referral.agency.name} has answered: what it is asked for stays.")
        return redirect("case", reference=reference)
    asked, elsewhere = asked_of(referral), asked_in_family(referral)
    assessed = needs_found(newest_assessment(case_id=found.id))
    choices = [one for one in in_order({*asked, *assessed}) if one not in elsewhere]
    form = NeedsForm(
        request.POST if request.method == "POST" else None, initial={"needs": asked}, needs=choices
    )
    if form.is_valid():
        needs, why = form.cleaned_data["needs"], form.cleaned_data["why"]
        try:
            change_needs(actor=actor, referral_id=referral_id, needs=needs, why=why)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{referral.agency.name} is told what it is asked for now.")
            return redirect(f"{reverse('case', args=[reference])}#referrals")
    record_look(action=Look.Action.VIEW, door="case_needs", subjects=[found.id, found.person_id])
    advice = f"{referral.service.name}, {referral.agency.name}."
    if not choices:
        advice += " No assessment of needs names one: assess the person's needs first."
    if elsewhere:
        advice += f" Other services of the split have {needs_words(in_order(elsewhere))}."
    context = {
        "case": found,
        "form": form,
        "title": "What the referral is asked for",
        "button": "Save what it is asked for",
        "advice": advice,
    }
    status = UNPROCESSABLE if form.is_bound and form.errors else None
    return render(request, "referrals/case_form.html", context, status=status)
