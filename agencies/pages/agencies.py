"""Pages on agencies: who works with the hub, who works there, and what was agreed."""

from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from agencies import queries, scope
from agencies.actions import agencies as actions
from agencies.actions import clients
from agencies.forms import AgencyForm, TeamForm
from agencies.models import Agency


@require_GET
def agency_list(request: HttpRequest) -> HttpResponse:
    """Every agency for the hub's administrator; an agency's administrator goes straight to their own."""
    actor = administrator()
    if not actor.can(Capability.ADMINISTER_HUB):
        return redirect("agency", scope.agencies(actor).get().code)
    today = timezone.localdate()
    wanting = [side for side in queries.agreements(actor=actor, on=today) if side.wants]
    return render(
        request,
        "agencies/list.html",
        {"rows": queries.agency_rows(actor=actor, on=today), "wanting": wanting},
    )


@require_http_methods(["GET", "POST"])
def agency_add(request: HttpRequest) -> HttpResponse:
    actor = administrator()
    actor.require(Capability.ADMINISTER_HUB)
    form = AgencyForm(sent(request))
    if form.is_valid():
        try:
            agency = actions.add_agency(actor=actor, **form.cleaned_data)
        except actions.AgencyRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"{agency.name} was added.")
            return redirect("agency", agency.code)
    return form_page(request, form, title="Add an agency", back=reverse("agencies"), back_words="Agencies")


@require_GET
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """One agency: its teams and what they offer, its people, its systems, what it has agreed to."""
    actor = administrator()
    found = agency_of(actor, code)
    people = queries.people_of(found)
    record_look(action=Look.Action.LIST, door="agency", subjects=[person.id for person in people])
    return render(
        request,
        "agencies/agency.html",
        {
            "agency": found,
            "teams": queries.teams_of(found),
            "people": people,
            "invitations": queries.open_invitations(actor=actor, agency=found),
            "sign_on": queries.sign_on_of(found),
            "now": timezone.now(),
            "agreements": queries.agreements_of(found, on=timezone.localdate()),
            "clients": list(found.api_clients.order_by("name")),
            "may_see_all": actor.can(Capability.ADMINISTER_HUB),
        },
    )


@require_http_methods(["GET", "POST"])
def team_add(request: HttpRequest, code: str) -> HttpResponse:
    actor = administrator()
    found = agency_of(actor, code)
    form = TeamForm(sent(request))
    if form.is_valid():
        try:
            team = actions.add_team(actor=actor, agency_id=found.id, **form.cleaned_data)
        except actions.AgencyRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"The team {team.name} was added.")
            return redirect("agency", found.code)
    return form_page(
        request, form, title="Add a team", caption=found.name, back=address_of(found), back_words=found.name
    )


@require_POST
def client_revoke(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Shut a partner's system out."""
    actor = administrator()
    try:
        client = clients.revoke_api_client(actor=actor, client_id=client_id)
    except actions.AgencyNotFound:
        raise Http404 from None
    messages.success(request, f"{client.name} can no longer use the partner API. Its tokens are gone.")
    return redirect("agency", client.agency.code)


def administrator() -> Actor:
    """The actor, who looks after an agency at least. Raises NotAllowed."""
    actor = current_actor()
    actor.require(Capability.ADMINISTER_AGENCY)
    return actor


def sent(request: HttpRequest) -> QueryDict | None:
    """What was posted, for a form; None before."""
    return request.POST if request.method == "POST" else None


def agency_of(actor: Actor, code: str) -> Agency:
    """The agency with this code, where it is the actor's to look after; else a 404."""
    return get_object_or_404(scope.agencies(actor), code=code)


def address_of(found: Agency) -> str:
    """The agency's page."""
    return reverse("agency", args=[found.code])


def form_page(
    request: HttpRequest,
    form: Form,
    *,
    title: str,
    back: str,
    back_words: str,
    caption: str = "",
    button: str = "",
) -> HttpResponse:
    """A page that is one form and a way back. button: what it says where the title is no verb."""
    page = {"form": form, "title": title, "caption": caption, "button": button or title}
    return render(request, "agencies/form.html", {**page, "back": back, "back_words": back_words})
