"""Pages on the people of an agency: role, teams, and whether and how they may sign in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from access.actor import Actor
from access.looks import record_look
from access.models import Look
from agencies import lockouts, queries, scope
from agencies.actions import people
from agencies.actions.agencies import AgencyRefused
from agencies.forms import RoleForm
from agencies.models import Practitioner
from agencies.pages.agencies import address_of, administrator, sent


@require_http_methods(["GET", "POST"])
def practitioner(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    """Somebody's role and teams, and whether they may sign in."""
    actor = administrator()
    person = _person(actor, practitioner_id)
    held = {"role": person.role, "teams": [str(team.id) for team in person.teams.all()]}
    form = RoleForm(sent(request), agency=person.agency, initial=held)
    if form.is_valid():
        told = form.cleaned_data
        try:
            people.change_practitioner(
                actor=actor,
                practitioner_id=person.id,
                role=told["role"],
                teams=[UUID(team) for team in told.get("teams", ())],
            )
        except AgencyRefused as refusal:
            form.add_error("role", str(refusal))
        else:
            messages.success(request, f"Role and teams of {person.name} were saved.")
            return redirect("agency", person.agency.code)
    record_look(action=Look.Action.VIEW, door="practitioner", subjects=[person.id])
    return render(
        request,
        "agencies/practitioner.html",
        {
            "person": person,
            "form": form,
            "own": person.id == actor.id,
            "back": address_of(person.agency),
            "sessions": queries.sessions_of(person.id),
            "locked": lockouts.is_resting(person.email),
        },
    )


@require_POST
def practitioner_deactivate(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    """Keep somebody out, and end their sessions."""
    return _switch(request, practitioner_id, active=False)


@require_POST
def practitioner_reactivate(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    """Let somebody in again."""
    return _switch(request, practitioner_id, active=True)


@require_POST
def practitioner_sign_out(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    """End every session of somebody at once."""
    actor = administrator()
    person = _person(actor, practitioner_id)
    people.sign_out_everywhere(actor=actor, practitioner_id=person.id)
    messages.success(request, f"{person.name} is signed out everywhere.")
    return redirect("practitioner", person.id)


@require_POST
def practitioner_unlock(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    """Let somebody try to sign in again who has failed too often."""
    actor = administrator()
    person = _person(actor, practitioner_id)
    people.unlock(actor=actor, practitioner_id=person.id)
    messages.success(request, f"{person.name} can try to sign in again.")
    return redirect("practitioner", person.id)


@require_POST
def practitioner_reset_second_factor(request: HttpRequest, practitioner_id: UUID) -> HttpResponse:
    """Have somebody set up a new second step, who has lost the old one."""
    actor = administrator()
    person = _person(actor, practitioner_id)
    try:
        people.reset_second_factor(actor=actor, practitioner_id=person.id)
    except AgencyRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"{person.name} sets up a new second step when they next sign in.")
    return redirect("practitioner", person.id)


def _switch(request: HttpRequest, practitioner_id: UUID, *, active: bool) -> HttpResponse:
    actor = administrator()
    person = _person(actor, practitioner_id)
    verb = people.reactivate if active else people.deactivate
    try:
        verb(actor=actor, practitioner_id=person.id)
    except AgencyRefused as refusal:
        messages.warning(request, str(refusal))
        return redirect("practitioner", person.id)
    words = "may sign in again" if active else "can no longer sign in; open sessions have ended"
    messages.success(request, f"{person.name} {words}.")
    return redirect("agency", person.agency.code)


def _person(actor: Actor, practitioner_id: UUID) -> Practitioner:
    return get_object_or_404(
        queries.with_second_factor(scope.practitioners(actor).select_related("agency")), id=practitioner_id
    )
