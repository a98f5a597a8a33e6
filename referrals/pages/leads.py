"""The hub's page of who leads the joint work on a case."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.leads import choose_lead, take_lead_back
from referrals.forms.leads import NOBODY, LeadForm
from referrals.models import Lead
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries.leads import live_referrals


@require_http_methods(["GET", "POST"])
def case_lead(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose which of the agencies that work on the case leads, or that none does."""
    actor, found = case_for(reference)
    actor.require(Capability.ROUTE)
    live = list(live_referrals(found).select_related("service", "agency", "team"))
    led = Lead.objects.filter(case=found, ended_at=None).first()
    if len(live) < 2 and led is None:
        messages.warning(request, "Fewer than two services work on the case: there is nobody to lead.")
        return redirect("case", reference=reference)
    form = LeadForm(
        request.POST if request.method == "POST" else None,
        initial={"to": led.referral_id if led else NOBODY},
        live=live,
    )
    if form.is_valid():
        to = form.cleaned_data["to"]
        try:
            if to == NOBODY:
                take_lead_back(actor=actor, case_id=found.id)
                done = "Nobody leads. Each service that works on the case is told so."
            else:
                choose_lead(actor=actor, case_id=found.id, referral_id=UUID(to))
                leads = next(one for one in live if one.id == UUID(to))
                done = f"{leads.service.name}, {leads.agency.name}, leads. Its team is told."
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(f"{reverse('case', args=[reference])}#referrals")
    record_look(action=Look.Action.VIEW, door="case_lead", subjects=[found.id, found.person_id])
    context = {
        "case": found,
        "form": form,
        "led": led,
        "back": f"{reverse('case', args=[reference])}#referrals",
    }
    status = UNPROCESSABLE if form.is_bound and form.errors else None
    return render(request, "referrals/case_lead.html", context, status=status)
