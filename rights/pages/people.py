"""A person's rights on one page, and what begins there: a request, a legal hold, an information request."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from rights import scope
from rights.actions.holds import lift_hold, place_hold
from rights.actions.requests import open_request
from rights.forms import BecauseForm, HoldForm, OpenForm
from rights.models import LegalHold
from rights.pages.form_page import form_page, sent
from rights.queries.requests import person_rights
from victims.models import Person


def person_for(reference: str, capability: Capability = Capability.SEE_RIGHTS) -> tuple[Actor, Person]:
    """The person of that reference: 403 without the role, 404 where they are not the actor's to see."""
    actor = current_actor()
    actor.require(capability)
    if "\0" in reference:  # PostgreSQL takes no such text, and no reference has it
        raise Http404
    return actor, get_object_or_404(scope.people(actor), reference=reference)


@require_GET
def person(request: HttpRequest, reference: str) -> HttpResponse:
    """What was asked, corrected, held and reviewed, and what can be done next."""
    actor, found = person_for(reference)
    rights = person_rights(person=found)
    record_look(
        action=Look.Action.VIEW,
        door="rights_person",
        subjects=[found.id, *(case.id for case in rights.cases)],
    )
    return render(
        request,
        "rights/person.html",
        {
            "rights": rights,
            "person": found,
            "now": timezone.now(),
            "may_prepare": actor.can(Capability.PREPARE_RIGHTS),
            "may_hold": actor.can(Capability.PLACE_LEGAL_HOLD),
            "may_review": actor.can(Capability.REVIEW_RETENTION),
        },
    )


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a request on record."""
    actor, found = person_for(reference, Capability.PREPARE_RIGHTS)
    form = OpenForm(sent(request))
    page = reverse("rights_person", args=[reference])
    return form_page(
        request,
        form,
        lambda: open_request(actor=actor, person_id=found.id, **form.cleaned_data),
        title="Record a request about this person’s data",
        button="Record the request",
        back=page,
        then=page,
        done="The request is recorded.",
        caption=reference,
    )


@require_http_methods(["GET", "POST"])
def hold(request: HttpRequest, reference: str) -> HttpResponse:
    """Stop erasure and retention."""
    actor, found = person_for(reference, Capability.PLACE_LEGAL_HOLD)
    form = HoldForm(sent(request))
    page = reverse("rights_person", args=[reference])
    return form_page(
        request,
        form,
        lambda: place_hold(actor=actor, person_id=found.id, **form.cleaned_data),
        title="Place a legal hold",
        button="Place the hold",
        back=page,
        then=page,
        done="The hold is placed. Nothing of this person can be erased while it stands.",
        caption=reference,
    )


@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """Let retention go on."""
    actor = current_actor()
    actor.require(Capability.PLACE_LEGAL_HOLD)
    found = get_object_or_404(
        LegalHold.objects.select_related("person"), id=hold_id, person__in=scope.people(actor).values("id")
    )
    record_look(action=Look.Action.VIEW, door="rights_lift", subjects=[found.person_id])
    form = BecauseForm(sent(request))
    page = reverse("rights_person", args=[found.person.reference])
    return form_page(
        request,
        form,
        lambda: lift_hold(actor=actor, hold_id=hold_id, **form.cleaned_data),
        title="Lift the legal hold",
        button="Lift the hold",
        back=page,
        then=page,
        done="The hold is lifted.",
        caption=found.person.reference,
        advice=f"Placed by {found.placed_by_name}: {found.reason}",
    )
