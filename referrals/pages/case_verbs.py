"""The verbs of a case that have a button or a small page of their own. Refusals come back in words."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from access.actor import Actor
from access.roles import Capability
from referrals.actions import triage
from referrals.actions.hold import hold_case, take_off_hold
from referrals.forms.triage import AssignForm, EntitlementForm, HoldForm, SuspendForm
from referrals.models import Case
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.pages.merging import Held, bring_together, chooses, is_left_to_them, left_to_them, record_form
from referrals.queries.case import people_to_assign
from victims.actions.safety import ContactMethodNotFound, RecordedMeanwhile, SafetyNotValid


@require_POST
def case_claim(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the case, where nobody has it."""
    return _do(
        request, reference, lambda actor, found: triage.assign(actor=actor, case_id=found.id, to=actor.id)
    )


@require_POST
def case_release(request: HttpRequest, reference: str) -> HttpResponse:
    """Give one's own case back to the queue."""
    return _do(request, reference, lambda actor, found: triage.assign(actor=actor, case_id=found.id, to=None))


@require_POST
def case_retriage(request: HttpRequest, reference: str) -> HttpResponse:
    """Back into triage, to add what is wanted and route again."""
    return _do(request, reference, lambda actor, found: triage.retriage(actor=actor, case_id=found.id))


@require_POST
def case_resume(request: HttpRequest, reference: str) -> HttpResponse:
    """Go on with a suspended case."""
    return _do(request, reference, lambda actor, found: triage.resume_case(actor=actor, case_id=found.id))


@require_http_methods(["GET", "POST"])
def case_assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the case to any practitioner, or to nobody."""
    actor, found = case_for(reference, to_work=False)
    actor.require(Capability.ASSIGN_CASE)
    people = [("", "Nobody"), *((str(person.id), person.name) for person in people_to_assign())]
    seen = str(found.assigned_to or "")
    form = AssignForm(sent(request), people=people, initial={"to": seen, "seen": seen})

    def verb() -> object:
        to = form.cleaned_data["to"]
        return triage.assign(
            actor=actor,
            case_id=found.id,
            to=UUID(to) if to else None,
            instead_of=form.cleaned_data["seen"],
        )

    return form_page(request, found, form, verb, field="to", title="Assign the case", button="Assign")


@require_http_methods(["GET", "POST"])
def case_entitlement(request: HttpRequest, reference: str) -> HttpResponse:
    """Change the entitlement, with a reason."""
    actor, found = case_for(reference)
    held = Held(
        {"level": found.entitlement, "reason": found.entitlement_reason},
        triage.entitlement_version(found),
        found.entitlement_changed_by or "On record now",
    )
    form = EntitlementForm(held.sent(request, EntitlementForm), initial=held.opened(reason=""))

    def verb() -> object:
        given = form.cleaned_data
        return triage.change_entitlement(
            actor=actor,
            case_id=found.id,
            level=given["level"],
            reason=given["reason"],
            seen=given["seen"],
            reason_alone=chooses(request),
        )

    return form_page(
        request, found, form, verb, field="level", title="Change the entitlement", button="Change", held=held
    )


@require_http_methods(["GET", "POST"])
def case_suspend(request: HttpRequest, reference: str) -> HttpResponse:
    """Stop all contact because none is safe."""
    actor, found = case_for(reference)
    form = SuspendForm(sent(request))

    def verb() -> object:
        return triage.suspend_case(actor=actor, case_id=found.id, **form.cleaned_data)

    return form_page(request, found, form, verb, field="reason", title="Suspend as unsafe", button="Suspend")


@require_http_methods(["GET", "POST"])
def case_hold(request: HttpRequest, reference: str) -> HttpResponse:
    """Out of the queues until a day, for a reason."""
    actor, found = case_for(reference)
    form = HoldForm(sent(request))

    def verb() -> object:
        return hold_case(actor=actor, case_id=found.id, reason=form.cleaned_data["reason"], until=form.until)

    return form_page(request, found, form, verb, field="day", title="Put on hold", button="Put on hold")


@require_POST
def case_off_hold(request: HttpRequest, reference: str) -> HttpResponse:
    """Back into the queues now."""
    return _do(request, reference, lambda actor, found: take_off_hold(actor=actor, case_id=found.id))


def sent(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form; None for a page that is only read."""
    return request.POST if request.method == "POST" else None


def _do(request: HttpRequest, reference: str, verb: Callable[[Actor, Case], object]) -> HttpResponse:
    """A verb of one button: done, or a message that says why not."""
    actor, found = case_for(reference)
    try:
        verb(actor, found)
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
    return redirect("case", reference=reference)


def form_page(
    request: HttpRequest,
    found: Case,
    form: Form,
    verb: Callable[[], object],
    *,
    field: str | None,
    title: str,
    button: str,
    note: str = "",
    advice: str = "",
    held: Held | None = None,
) -> HttpResponse:
    """One verb with its own page: the form, and the form again with what was entered where it is refused.

    held: what a MergedForm changes, as it stands; whoever is second chooses between theirs and their own.
    """
    if request.method == "POST" and form.is_valid():
        if held and is_left_to_them(request, form, held):
            return left_to_them(request, found)
        try:
            verb()
        except (triage.EntitlementChangedMeanwhile, RecordedMeanwhile) as refusal:
            if held is None:
                raise
            return bring_together(request, found, form, held, str(refusal))
        except (*REFUSALS, SafetyNotValid, ContactMethodNotFound) as refusal:
            form.add_error(field, str(refusal))
        else:
            return redirect("case", reference=found.reference)
    record_form(request, found)
    context: dict[str, Any] = {"case": found, "form": form, "title": title, "button": button, "note": note}
    context["advice"] = advice
    status = UNPROCESSABLE if form.errors else None
    return render(request, "referrals/case_form.html", context, status=status)
