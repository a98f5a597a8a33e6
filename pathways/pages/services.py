"""A service as the rules see it: which routes name it, and what retiring it would leave without anybody."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.context import current_actor
from access.roles import Capability
from agencies.actions.agencies import AgencyRefused
from agencies.actions.services import bring_back_service, retire_service
from agencies.queries import own_service, teams_offering
from pathways.forms.life import RetireServiceForm
from pathways.queries.directory import naming

UNPROCESSABLE = 422


@require_http_methods(["GET", "POST"])
def pathway_service(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """The rules that name a service; for the hub's administrator also retiring it, and bringing it back."""
    actor = current_actor()
    actor.require(Capability.SET_CAPACITY)
    actor.require(Capability.SEE_PATHWAYS)
    service = own_service(actor=actor, service_id=service_id)
    if service is None:
        raise Http404
    keeps = actor.can(Capability.ADMINISTER_HUB)
    form = RetireServiceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        actor.require(Capability.ADMINISTER_HUB)
        if service.is_retired:
            bring_back_service(actor=actor, service_id=service.id)
            messages.success(
                request, f"{service.name} is back, closed for referrals until its team opens it."
            )
            return redirect("services")
        if form.is_valid():
            try:
                retire_service(actor=actor, service_id=service.id, reason=form.cleaned_data["reason"])
            except AgencyRefused as refusal:
                form.add_error("reason", str(refusal))
            else:
                messages.success(request, f"{service.name} of {service.team.name} is retired.")
                return redirect("services")
    others = [one for one in teams_offering(code=service.code) if one.id != service.id]
    context = {
        "service": service,
        "named": naming(actor=actor, code=service.code, on=timezone.localdate()),
        "others": others,
        "form": form if keeps and not service.is_retired else None,
        "keeps": keeps,
    }
    status = UNPROCESSABLE if form.errors and request.method == "POST" else 200
    return render(request, "pathways/service.html", context, status=status)
