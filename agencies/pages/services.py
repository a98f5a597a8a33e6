"""Pages on the services that an agency offers: how many places each has, and where, when and for whom it works."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from access.context import current_actor
from access.roles import Capability
from agencies import queries
from agencies.actions import services as actions
from agencies.actions.agencies import AgencyRefused
from agencies.forms import NewServiceForm, PlacesForm, ServiceForm, SharesForm
from agencies.models import Service
from agencies.pages.agencies import form_page, sent


@require_GET
def service_list(request: HttpRequest) -> HttpResponse:
    """The services of the actor's agency (a hub administrator's: all of them), with the places of each."""
    actor = current_actor()
    actor.require(Capability.SET_CAPACITY)
    context = {
        "services": queries.own_services(actor=actor),
        "may_describe": actor.can(Capability.ADMINISTER_AGENCY),
        "may_keep": actor.can(Capability.ADMINISTER_HUB),
        "sees_rules": actor.can(Capability.SEE_PATHWAYS),
    }
    return render(request, "agencies/services.html", context)


@require_http_methods(["GET", "POST"])
def service_add(request: HttpRequest) -> HttpResponse:
    """One more team for a service, or a new service of a team."""
    actor = current_actor()
    actor.require(Capability.ADMINISTER_HUB)
    there = {one.code: one.name for one in queries.own_services(actor=actor)}
    offered = sorted(there.items(), key=lambda one: one[1])
    form = NewServiceForm(sent(request), teams=queries.teams_to_offer(), services=offered)
    if form.is_valid():
        code = form.cleaned_data["code"]
        is_new = code == NewServiceForm.NEW
        try:
            service = actions.add_service(
                actor=actor,
                team_id=UUID(form.cleaned_data["team"]),
                name=form.cleaned_data["name"].strip() if is_new else there[code],
                code="" if is_new else code,
            )
        except AgencyRefused as refusal:
            form.add_error("name" if is_new else "code", str(refusal))
        else:
            messages.success(request, f"{service.name} was added. Say where, when and for whom it works.")
            return redirect("service_describe", service.id)
    return form_page(
        request,
        form,
        title="Add a service",
        back=reverse("services"),
        back_words="Services and places",
    )


@require_http_methods(["GET", "POST"])
def service_shares(request: HttpRequest, code: str) -> HttpResponse:
    """What part of a service's referrals each of its teams is contracted for."""
    actor = current_actor()
    actor.require(Capability.ADMINISTER_HUB)
    services = queries.teams_offering(code=code)
    if not services:
        raise Http404
    form = SharesForm(sent(request), services=services)
    if form.is_valid():
        try:
            actions.agree_shares(actor=actor, code=code, shares=form.said())
        except actions.SharesDoNotFit as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The shares are saved. What each team is sent is counted from now on.")
            return redirect("services")
    return form_page(
        request,
        form,
        title="Contracted shares",
        caption=services[0].name,
        back=reverse("services"),
        back_words="Services and places",
        button="Save the shares",
    )


@require_http_methods(["GET", "POST"])
def service_places(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """How many cases the team can have open, and whether it takes referrals now."""
    service = _own(service_id)
    if service.is_retired:
        raise Http404
    now = {"capacity": service.capacity, "is_open": "yes" if service.open_for_referrals else "no"}
    form = PlacesForm(sent(request), initial=now)
    if form.is_valid():
        actions.set_capacity(
            actor=current_actor(),
            service_id=service.id,
            capacity=form.cleaned_data["capacity"],
            is_open=form.cleaned_data["is_open"] == "yes",
        )
        messages.success(request, f"{service.name}: your places are saved, and count from now on.")
        return redirect("services")
    return _page(request, form, service, "Places and opening")


@require_http_methods(["GET", "POST"])
def service_describe(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """Where the team works, in which languages, what it can do for access, and when it is open."""
    actor = current_actor()
    actor.require(Capability.ADMINISTER_AGENCY)
    service = _own(service_id)
    if service.is_retired:
        raise Http404
    form = ServiceForm(sent(request), initial=ServiceForm.of(service))
    if form.is_valid():
        actions.describe_service(actor=actor, service_id=service.id, **form.said())
        messages.success(request, f"{service.name}: what you said of it is saved, and counts from now on.")
        return redirect("services")
    return _page(request, form, service, "Where, when and for whom")


@require_GET
def service_history(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """What was changed of a service, by whom and when."""
    service = _own(service_id)
    context = {"service": service, "changes": queries.service_changes(service=service)}
    return render(request, "agencies/service_history.html", context)


def _own(service_id: UUID) -> Service:
    """The service, where its places are the actor's to set; else a 404."""
    actor = current_actor()
    actor.require(Capability.SET_CAPACITY)
    found = queries.own_service(actor=actor, service_id=service_id)
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, form: PlacesForm | ServiceForm, service: Service, title: str) -> HttpResponse:
    caption = f"{service.name}, {service.team.name}"
    return form_page(
        request,
        form,
        title=title,
        caption=caption,
        back=reverse("services"),
        back_words="Services and places",
    )
