"""The case page and the verbs that are done from it. Refusals come back as errors of the form, filled in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
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
from referrals import scope
from referrals.actions import triage
from referrals.forms.triage import (
    AssignForm,
    CloseForm,
    ContactForm,
    EntitlementForm,
    FinishForm,
    SafetyForm,
    SuspendForm,
)
from referrals.models import Case
from referrals.queries.case import CaseFile, case_file, case_timeline, people_to_assign
from referrals.workflow import CASE_STATUSES, END_STATES, HUB, OPEN_CASE, MoveRefused, case_verbs_for
from victims.actions.safety import RULE_WORDS, ContactMethodNotFound, SafetyNotValid, record_safety
from victims.actions.suggestions import SuggestionDecided, SuggestionNotFound, decide_suggestion

REFUSALS = (MoveRefused, triage.TriageRefused)
UNPROCESSABLE = 422
SEXES = {"1": "Male", "2": "Female", "9": "Not applicable"}


def _case(reference: str, *, to_work: bool = True) -> tuple[Actor, Case]:
    """The case of that reference for whoever asks: 403 without the role, 404 where it is not theirs."""
    actor = current_actor()
    actor.require(Capability.TRIAGE if to_work else Capability.SEE_CASES)
    if "\0" in reference:  # PostgreSQL takes no such text, and no reference has it
        raise Http404
    return actor, get_object_or_404(scope.cases(actor).select_related("person"), reference=reference)


@require_GET
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """One case. Whoever may triage is shown to colleagues as having it open; that is presence, no state."""
    actor, found = _case(reference, to_work=False)
    if actor.can(Capability.TRIAGE):
        triage.open_case(actor=actor, case_id=found.id)
        found.refresh_from_db(fields=["opened_by", "opened_by_name", "open_until"])
    return _case_page(request, actor, found)


def _case_page(
    request: HttpRequest,
    actor: Actor,
    found: Case,
    *,
    contact: ContactForm | None = None,
    finish: FinishForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    file = case_file(actor=actor, case=found, now=now)
    record_look(action=Look.Action.VIEW, door="case", subjects=[found.id, found.person_id])
    entries, older = case_timeline(case=found, before=request.GET.get("after", ""))
    safe = next((way.value for way in file.ways if way.safe), None)
    works = actor.can(Capability.TRIAGE) and found.status in OPEN_CASE
    refused = contact or finish
    return render(
        request,
        "referrals/case.html",
        {
            "case": found,
            "file": file,
            "now": now,
            "status_words": CASE_STATUSES[found.status],
            "end_state": END_STATES.get(found.end_state, ""),
            "works": works,
            "verbs": case_verbs_for(found.status, HUB) if works else (),
            "mine": found.assigned_to == actor.id,
            "may_assign": actor.can(Capability.ASSIGN_CASE),
            "contact_form": contact or ContactForm(ways=_ways(file), initial={"way": safe}),
            "finish_form": finish or FinishForm(),
            "form": refused,
            "contact_open": contact is not None or any(s.is_next and s.code == "contact" for s in file.steps),
            "waits": found.status in ("new", "triaging"),
            "steps": _steps(file),
            "links": _links(file),
            "facts": _facts(file, works=works),
            "entries": entries,
            "older": older,
            "first_page": not request.GET.get("after"),
        },
        status=UNPROCESSABLE if refused else None,
    )


# Where each step of triage is done: on this page, or on a page of its own.
STEP_PAGES = {"consent": "case_consent", "needs-8": "case_needs", "risk-24": "case_risk"}
LINKS = {
    "case_consent": "Record consent",
    "case_needs": "New needs assessment",
    "case_risk": "New risk checklist",
}


def _steps(file: CaseFile) -> list[dict[str, object]]:
    reference = file.case.reference
    return [
        {
            "words": step.words,
            "done": step.done,
            "is_next": step.is_next,
            "url": reverse(STEP_PAGES[step.code], args=[reference])
            if step.code in STEP_PAGES
            else f"#{step.code}",
        }
        for step in file.steps
    ]


def _links(file: CaseFile) -> list[dict[str, str]]:
    """Assessments and consent can be made at any time, not only when they are next."""
    return [
        {"label": label, "url": reverse(page, args=[file.case.reference])} for page, label in LINKS.items()
    ]


def _facts(file: CaseFile, *, works: bool) -> list[dict[str, object]]:
    """What is known of the person and the case, in the order in which it is asked for."""
    found, person = file.case, file.case.person
    changed = found.entitlement_changed_by
    rows: list[dict[str, object]] = [
        {
            "key": "Entitlement",
            "value": found.get_entitlement_display().capitalize(),
            "note": f"{found.entitlement_reason}{f' (changed by {changed})' if changed else ''}",
            "action_url": reverse("case_entitlement", args=[found.reference]) if works else "",
            "action_label": "Change",
        },
        {"key": "Assigned to", "value": file.assignee or "Nobody"},
    ]
    born = f"{person.date_of_birth:%-d %B %Y}, {file.age}" if person.date_of_birth else "Not known"
    rows += [
        {"key": "Born", "value": born, "note": "Under 18" if file.age is not None and file.age < 18 else ""},
        {"key": "Sex", "value": SEXES.get(person.sex, "Not known")},
        {"key": "Language", "value": person.language or "Not known"},
        {"key": "Person", "value": person.reference},
        {"key": "Offence", "value": found.offence_label, "note": found.source_name},
    ]
    if file.other_names:
        rows.append({"key": "Also named", "value": ", ".join(name.full for name in file.other_names)})
    return rows


def _ways(file: CaseFile) -> Sequence[tuple[str, str]]:
    return [(way.value, f"{way.words}: {way.answer}") for way in file.ways]


@require_POST
def case_contact(request: HttpRequest, reference: str) -> HttpResponse:
    """Record one try to reach the person; what came of it may suggest what to do next."""
    actor, found = _case(reference)
    file = case_file(actor=actor, case=found, now=timezone.now())
    form = ContactForm(request.POST, ways=_ways(file))
    if not form.is_valid():
        return _case_page(request, actor, found, contact=form)
    way = next(way for way in file.ways if way.value == form.cleaned_data["way"])
    result = form.cleaned_data["result"]
    try:
        triage.record_contact(
            actor=actor,
            case_id=found.id,
            contact_method_id=way.method_id,
            channel=way.channel,
            result=result,
            notes=form.cleaned_data["notes"],
        )
    except REFUSALS as refusal:
        form.add_error("result" if isinstance(refusal, triage.ResultDoesNotFit) else "way", str(refusal))
        return _case_page(request, actor, found, contact=form)
    messages.success(request, "The contact attempt is recorded.")
    if result == "declined":
        messages.info(
            request, "The person does not want support. Close the case as “contacted and declined”."
        )
        return redirect("case_close", reference=reference)
    return redirect("case", reference=reference)


@require_POST
def case_finish(request: HttpRequest, reference: str) -> HttpResponse:
    """Finish triage: the case is routed by itself then."""
    actor, found = _case(reference)
    form = FinishForm(request.POST)
    if not form.is_valid():
        return _case_page(request, actor, found, finish=form)
    try:
        triage.finish_triage(
            actor=actor, case_id=found.id, no_contact_reason=form.cleaned_data["no_contact_reason"]
        )
    except triage.TriageNotFinished as refusal:
        for missing in refusal.missing:
            form.add_error(None, missing)
        return _case_page(request, actor, found, finish=form)
    except REFUSALS as refusal:
        form.add_error(None, str(refusal))
        return _case_page(request, actor, found, finish=form)
    messages.success(request, f"Triage of {reference} is finished. The case is being routed.")
    return redirect("case", reference=reference)


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


@require_POST
def case_suggestion(request: HttpRequest, reference: str, suggestion: UUID) -> HttpResponse:
    """Say whether two people are the same. Recorded and shown; nothing is merged."""

    answer = request.POST.get("answer")
    if answer not in ("same", "different"):
        raise SuspiciousOperation("The answer is “same” or “different”.")

    def decide(actor: Actor, found: Case) -> object:
        return decide_suggestion(
            actor=actor,
            suggestion_id=suggestion,
            person_id=found.person_id,
            same=answer == "same",
            case_id=found.id,
        )

    return _do(request, reference, decide)


@require_http_methods(["GET", "POST"])
def case_assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Give the case to any practitioner, or to nobody."""
    actor, found = _case(reference, to_work=False)
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
    actor, found = _case(reference)
    form = EntitlementForm(_sent(request), initial={"level": found.entitlement})

    def verb() -> object:
        return triage.change_entitlement(actor=actor, case_id=found.id, **form.cleaned_data)

    return _form_page(
        request, found, form, verb, field="level", title="Change the entitlement", button="Change"
    )


@require_http_methods(["GET", "POST"])
def case_safety(request: HttpRequest, reference: str, method: UUID | None = None) -> HttpResponse:
    """Record whether a number or e-mail address (None: letters) is safe, as the person says."""
    actor, found = _case(reference)
    file = case_file(actor=actor, case=found, now=timezone.now())
    ways = [way for way in file.ways if way.method_id == method and (method or way.channel == "letter")]
    if not ways or found.status not in OPEN_CASE:
        raise Http404
    record_look(action=Look.Action.VIEW, door="case_safety", subjects=[found.id, found.person_id])
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
    actor, found = _case(reference)
    form = SuspendForm(_sent(request))

    def verb() -> object:
        return triage.suspend_case(actor=actor, case_id=found.id, **form.cleaned_data)

    return _form_page(request, found, form, verb, field="reason", title="Suspend as unsafe", button="Suspend")


@require_http_methods(["GET", "POST"])
def case_close(request: HttpRequest, reference: str) -> HttpResponse:
    """Close the case in one of the end states."""
    actor, found = _case(reference)
    said_no = found.contact_attempts.filter(result="declined").exists()
    form = CloseForm(_sent(request), initial={"end_state": "declined" if said_no else None})

    def verb() -> object:
        return triage.close_case(actor=actor, case_id=found.id, **form.cleaned_data)

    return _form_page(request, found, form, verb, field=None, title="Close the case", button="Close the case")


def _sent(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _do(request: HttpRequest, reference: str, verb: Callable[[Actor, Case], object]) -> HttpResponse:
    """A verb of one button: done, or a message that says why not."""
    actor, found = _case(reference)
    try:
        verb(actor, found)
    except SuggestionNotFound:
        raise Http404 from None
    except (*REFUSALS, SuggestionDecided) as refusal:
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
    context: dict[str, Any] = {"case": found, "form": form, "title": title, "button": button, "note": note}
    status = UNPROCESSABLE if form.errors else None
    return render(request, "referrals/case_form.html", context, status=status)
