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
from agencies.forms import PlacesForm, ServiceForm
from agencies.models import Service
from agencies.pages.agencies import form_page, sent


@require_GET
def service_list(request: HttpRequest) -> HttpResponse:
    """The services of the actor's agency (a hub administrator's: all of them), with the places of each."""
    actor = current_actor()
    actor.require(Capability.SET_CAPACITY)
    rows = queries.own_services(actor=actor)
    may_describe = actor.can(Capability.ADMINISTER_AGENCY)
    return render(request, "agencies/services.html", {"services": rows, "may_describe": may_describe})


@require_http_methods(["GET", "POST"])
def service_places(request: HttpRequest, service_id: UUID) -> HttpResponse:
    """How many cases the team can have open, and whether it takes referrals now."""
    service = _own(service_id)
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
    form = ServiceForm(sent(request), initial=ServiceForm.of(service))
    if form.is_valid():
        actions.describe_service(actor=actor, service_id=service.id, **form.said())
        messages.success(request, f"{service.name}: what you said of it is saved, and counts from now on.")
        return redirect("services")
    return _page(request, form, service, "Where, when and for whom")


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
