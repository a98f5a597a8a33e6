"""Pages on agencies: who works with the hub, who works there, and what was agreed."""

from datetime import timedelta
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
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
from agencies.forms import AgencyForm, PractitionerForm, RoleForm, TeamForm
from agencies.models import Agency, Practitioner


@require_GET
def agency_list(request: HttpRequest) -> HttpResponse:
    """Every agency for the hub's administrator; an agency's administrator goes straight to their own."""
    actor = _administrator()
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
    actor = _administrator()
    actor.require(Capability.ADMINISTER_HUB)
    form = AgencyForm(_sent(request))
    if form.is_valid():
        try:
            agency = actions.add_agency(actor=actor, **form.cleaned_data)
        except actions.AgencyRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"{agency.name} was added.")
            return redirect("agency", agency.code)
    return _form(request, form, title="Add an agency", back=reverse("agencies"), back_words="Agencies")


@require_GET
def agency(request: HttpRequest, code: str) -> HttpResponse:
    """One agency: its teams and what they offer, its people, its systems, what it has agreed to."""
    actor = _administrator()
    found = _agency(actor, code)
    people = queries.people_of(found)
    record_look(action=Look.Action.LIST, door="agency", subjects=[person.id for person in people])
    return render(
        request,
        "agencies/agency.html",
        {
            "agency": found,
            "teams": queries.teams_of(found),
            "people": people,
            "agreements": queries.agreements_of(found, on=timezone.localdate()),
            "clients": list(found.api_clients.order_by("name")),
            "may_see_all": actor.can(Capability.ADMINISTER_HUB),
        },
    )


@require_http_methods(["GET", "POST"])
def team_add(request: HttpRequest, code: str) -> HttpResponse:
    actor = _administrator()
    found = _agency(actor, code)
    form = TeamForm(_sent(request))
    if form.is_valid():
        try:
            team = actions.add_team(actor=actor, agency_id=found.id, **form.cleaned_data)
        except actions.AgencyRefused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, f"The team {team.name} was added.")
            return redirect("agency", found.code)
    return _form(
        request, form, title="Add a team", caption=found.name, back=_address(found), back_words=found.name
    )


@require_http_methods(["GET", "POST"])
def practitioner_add(request: HttpRequest, code: str) -> HttpResponse:
    actor = _administrator()
    found = _agency(actor, code)
    form = PractitionerForm(_sent(request), agency=found)
    if form.is_valid():
        told = form.cleaned_data
        try:
            person = actions.add_practitioner(
                actor=actor,
                agency_id=found.id,
                email=told["email"],
                name=told["name"],
                role=told["role"],
                teams=[UUID(team) for team in told.get("teams", ())],
            )
        except actions.AddressTaken as refusal:
            form.add_error("email", str(refusal))
        except actions.AgencyRefused as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(
                request, f"{person.name} was added. Make a link now, so that they can choose a password."
            )
            return redirect("practitioner", person.id)
    return _form(
        request, form, title="Add a person", caption=found.name, back=_address(found), back_words=found.name
    )


@require_http_methods(["GET", "POST"])
def practitioner(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    """Somebody's role and teams, and whether they may sign in."""
    actor = _administrator()
    person = _person(actor, practitioner_id)
    held = {"role": person.role, "teams": [str(team.id) for team in person.teams.all()]}
    form = RoleForm(_sent(request), agency=person.agency, initial=held)
    if form.is_valid():
        told = form.cleaned_data
        try:
            actions.change_practitioner(
                actor=actor,
                practitioner_id=person.id,
                role=told["role"],
                teams=[UUID(team) for team in told.get("teams", ())],
            )
        except actions.AgencyRefused as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, f"Role and teams of {person.name} were saved.")
            return redirect("agency", person.agency.code)
    record_look(action=Look.Action.VIEW, door="practitioner", subjects=[person.id])
    return render(
        request,
        "agencies/practitioner.html",
        {"person": person, "form": form, "own": person.id == actor.id, "back": _address(person.agency)},
    )


@require_POST
def practitioner_deactivate(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    return _switch(request, practitioner_id, active=False)


@require_POST
def practitioner_reactivate(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    return _switch(request, practitioner_id, active=True)


@require_POST
def password_link(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    """A link with which somebody chooses their password, shown once in the answer and kept nowhere.

    It works once: its token is bound to the password that it replaces.
    """
    person = _person(_administrator(), practitioner_id)
    if not person.is_active:
        messages.warning(request, f"{person.name} may not sign in. Let them sign in again first.")
        return redirect("practitioner", person.id)
    key = default_token_generator.make_token(person)
    path = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(person), key])
    return render(
        request,
        "agencies/password_link.html",
        {
            "person": person,
            "link": request.build_absolute_uri(path),
            "until": timezone.now() + timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
        },
    )


def _switch(request: HttpRequest, practitioner_id: UUID, *, active: bool) -> HttpResponse:
    actor = _administrator()
    person = _person(actor, practitioner_id)
    verb = actions.reactivate if active else actions.deactivate
    try:
        verb(actor=actor, practitioner_id=person.id)
    except actions.AgencyRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("practitioner", person.id)
    words = "may sign in again" if active else "can no longer sign in; open sessions have ended"
    messages.success(request, f"{person.name} {words}.")
    return redirect("agency", person.agency.code)


def _administrator() -> Actor:
    actor = current_actor()
    actor.require(Capability.ADMINISTER_AGENCY)
    return actor


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _agency(actor: Actor, code: str) -> Agency:
    return get_object_or_404(scope.agencies(actor), code=code)


def _person(actor: Actor, practitioner_id: UUID) -> Practitioner:
    return get_object_or_404(scope.practitioners(actor).select_related("agency"), id=practitioner_id)


def _address(found: Agency) -> str:
    return reverse("agency", args=[found.code])


def _form(
    request: HttpRequest,
    form: AgencyForm | TeamForm | PractitionerForm,
    *,
    title: str,
    back: str,
    back_words: str,
    caption: str = "",
) -> HttpResponse:
    return render(
        request,
        "agencies/form.html",
        {"form": form, "title": title, "caption": caption, "back": back, "back_words": back_words},
    )
