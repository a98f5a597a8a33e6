"""The verbs of a case that have a button or a small page of their own. Refusals come back in words."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from access.actor import Actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions import triage
from referrals.forms.triage import AssignForm, CloseForm, EntitlementForm, SafetyForm, SuspendForm
from referrals.models import Case
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries.case import case_file, people_to_assign
from referrals.workflow import OPEN_CASE
from victims.actions.safety import RULE_WORDS, ContactMethodNotFound, SafetyNotValid, record_safety


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
    form = AssignForm(_sent(request), people=people, initial={"to": seen, "seen": seen})

    def verb() -> object:
        to = form.cleaned_data["to"]
        return triage.assign(
            actor=actor,
            case_id=found.id,
            to=UUID(to) if to else None,
            instead_of=form.cleaned_data["seen"],
        )

    return _form_page(request, found, form, verb, field="to", title="Assign the case", button="Assign")


@require_http_methods(["GET", "POST"])
def case_entitlement(request: HttpRequest, reference: str) -> HttpResponse:
    """Change the entitlement, with a reason."""
    actor, found = case_for(reference)
    form = EntitlementForm(_sent(request), initial={"level": found.entitlement})

    def verb() -> object:
        return triage.change_entitlement(actor=actor, case_id=found.id, **form.cleaned_data)

    return _form_page(
        request, found, form, verb, field="level", title="Change the entitlement", button="Change"
    )


@require_http_methods(["GET", "POST"])
def case_safety(request: HttpRequest, reference: str, method: UUID | None = None) -> HttpResponse:
    """Record whether a number or e-mail address (None: letters) is safe, as the person says."""
    actor, found = case_for(reference)
    file = case_file(actor=actor, case=found, now=timezone.now())
    own = [way for way in file.ways if not way.on_record]
    ways = [way for way in own if way.method_id == method and (method or way.channel == "letter")]
    if not ways or found.status not in OPEN_CASE:
        raise Http404
    form = SafetyForm(
        _sent(request),
        is_telephone=ways[0].channel in ("phone", "text"),
        initial={"safety": ways[0].safety, **_rules_as_entered(ways[0].rules)},
    )

    def verb() -> object:
        begins, ends = form.cleaned_data.get("begins"), form.cleaned_data.get("ends")
        record_safety(
            actor=actor,
            case_id=found.id,
            person_id=found.person_id,
            contact_method_id=method,
            safety=form.cleaned_data["safety"],
            rules=dict.fromkeys(form.cleaned_data.get("rules", ()), True),
            hours=(begins, ends) if begins and ends else None,
        )
        messages.success(request, "What is safe is recorded.")
        return None

    title = f"Is it safe? {ways[0].target}"
    return _form_page(
        request, found, form, verb, field=None, title=title, button="Record", note=ways[0].notes
    )


def _rules_as_entered(rules: Mapping[str, object]) -> dict[str, object]:
    hours = rules.get("hours")
    begins, ends = hours if isinstance(hours, list) else (None, None)
    return {"begins": begins, "ends": ends, "rules": [name for name in RULE_WORDS if rules.get(name)]}


@require_http_methods(["GET", "POST"])
def case_suspend(request: HttpRequest, reference: str) -> HttpResponse:
    """Stop all contact because none is safe."""
    actor, found = case_for(reference)
    form = SuspendForm(_sent(request))

    def verb() -> object:
        return triage.suspend_case(actor=actor, case_id=found.id, **form.cleaned_data)

    return _form_page(request, found, form, verb, field="reason", title="Suspend as unsafe", button="Suspend")


@require_http_methods(["GET", "POST"])
def case_close(request: HttpRequest, reference: str) -> HttpResponse:
    """Close the case in one of the end states."""
    actor, found = case_for(reference)
    said_no = found.contact_attempts.filter(result="declined").exists()
    form = CloseForm(_sent(request), initial={"end_state": "declined" if said_no else None})

    def verb() -> object:
        return triage.close_case(actor=actor, case_id=found.id, **form.cleaned_data)

    return _form_page(request, found, form, verb, field=None, title="Close the case", button="Close the case")


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _do(request: HttpRequest, reference: str, verb: Callable[[Actor, Case], object]) -> HttpResponse:
    """A verb of one button: done, or a message that says why not."""
    actor, found = case_for(reference)
    try:
        verb(actor, found)
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
    return redirect("case", reference=reference)


def _form_page(
    request: HttpRequest,
    found: Case,
    form: Form,
    verb: Callable[[], object],
    *,
    field: str | None,
    title: str,
    button: str,
    note: str = "",
) -> HttpResponse:
    """One verb with its own page: the form, and the form again with what was entered where it is refused."""
    if request.method == "POST" and form.is_valid():
        try:
            verb()
        except (*REFUSALS, SafetyNotValid, ContactMethodNotFound) as refusal:
            form.add_error(field, str(refusal))
        else:
            return redirect("case", reference=found.reference)
    door = request.resolver_match.url_name if request.resolver_match else ""
    record_look(action=Look.Action.VIEW, door=door or "case_form", subjects=[found.id, found.person_id])
    context: dict[str, Any] = {"case": found, "form": form, "title": title, "button": button, "note": note}
    status = UNPROCESSABLE if form.errors else None
    return render(request, "referrals/case_form.html", context, status=status)
