"""The case page, with the form that finishes triage. Refusals come back in the form, filled in."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from pathways.queries.assessments import current_editions
from pathways.scoring import fits_age
from referrals import scope
from referrals.actions import triage
from referrals.actions.closing import reopens_from
from referrals.forms.triage import FinishForm
from referrals.models import Case
from referrals.queries.case import IN_TRIAGE, CaseFile, case_file
from referrals.queries.conferences import conferences_of_case
from referrals.queries.overrides import override_lines
from referrals.queries.readiness import Step
from referrals.queries.timeline import ON_CASE, case_timeline
from referrals.workflow import CASE_STATUSES, END_STATES, HUB, OPEN_CASE, MoveRefused, case_verbs_for

REFUSALS = (MoveRefused, triage.TriageRefused)
UNPROCESSABLE = 422
SECTIONS = (
    ("prompts", "Wanted"),
    ("next", "Triage"),
    ("contact", "Contact"),
    ("tasks", "Tasks"),
    ("notes", "Notes"),
    ("documents", "Documents"),
    ("incidents", "Incidents"),
    ("referrals", "Referrals"),
    ("conferences", "Conferences"),
    ("assessments", "Assessments and consent"),
    ("linked", "Linked cases"),
    ("timeline", "What happened"),
)
SEXES = {"1": "Male", "2": "Female", "9": "Not applicable"}


def case_for(reference: str, *, to_work: bool = True) -> tuple[Actor, Case]:
    """The case of that reference for whoever asks: 403 without the role, 404 where it is not theirs."""
    actor = current_actor()
    actor.require(Capability.TRIAGE if to_work else Capability.SEE_CASES)
    if "\0" in reference:  # PostgreSQL takes no such text, and no reference has it
        raise Http404
    return actor, get_object_or_404(scope.cases(actor).select_related("person"), reference=reference)


@require_GET
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """One case. Whoever may triage is shown to colleagues as having it open; that is presence, no state."""
    actor, found = case_for(reference, to_work=False)
    if actor.can(Capability.TRIAGE):
        opened = triage.open_case(actor=actor, case_id=found.id)
        for name in ("opened_by", "opened_by_name", "open_until"):
            setattr(found, name, getattr(opened, name))
    return _case_page(request, actor, found)


def _case_page(
    request: HttpRequest,
    actor: Actor,
    found: Case,
    *,
    finish: FinishForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    file = case_file(actor=actor, case=found, now=now)
    others = [*(one.case.id for one in file.linked), *(one.other_id for one in file.suggestions)]
    record_look(action=Look.Action.VIEW, door="case", subjects=[found.id, found.person_id, *others])
    entries, _ = case_timeline(actor=actor, case=found, size=ON_CASE)
    works = actor.can(Capability.TRIAGE) and found.status in OPEN_CASE
    waits = found.status in IN_TRIAGE
    conferences = conferences_of_case(case=found)
    may_list = works and actor.can(Capability.LIST_FOR_CONFERENCE)
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
            "overrides": override_lines(actor=actor, case_id=found.id, at=now),
            "may_ask_override": works and actor.can(Capability.ASK_OVERRIDE),
            "may_put_back": actor.can(Capability.DECIDE_RIGHTS),
            "may_despite": actor.can(Capability.CONTACT_DESPITE),
            "conferences": conferences,
            "coming": [one for one in conferences if one.is_to_be_heard],
            "may_list": may_list,
            "may_reopen": actor.can(Capability.CLOSE_CASE)
            and found.closed_at is not None
            and found.closed_at >= reopens_from(now),
            "may_question": actor.can(Capability.QUESTION_PATHWAY),
            "may_audit": actor.can(Capability.SEE_ACCESS_LOG),
            "finish_form": finish or FinishForm(),
            "form": finish,
            "waits": waits,
            "steps": _steps(file),
            "instruments": _instruments(file) if works else [],
            "facts": _facts(file, works=works),
            "entries": entries,
            "next_thing": _next_thing(file) if works else None,
            "sections": _sections(file, waits=works and waits, is_conferred=bool(conferences) or may_list),
        },
        status=UNPROCESSABLE if finish else None,
    )


def _next_thing(file: CaseFile) -> dict[str, object] | None:
    """The one thing to do first: what an answer asks by a time, the next step of triage, a decision, a task."""
    found = file.case
    if file.prompts:
        line = file.prompts[0]
        door, of = ("case_assess", line.assess) if line.assess else ("case_prompt", line.prompt.id)
        return {
            "words": line.words,
            "url": reverse(door, args=[found.reference, of]),
            "due_at": line.prompt.due_at,
        }
    step = next((step for step in file.steps if step.is_next), None)
    if step:
        return {"words": step.words, "url": _step_url(found.reference, step)}
    if found.decision_wanted:
        return {"words": "Decide what is wanted", "url": "#referrals"}
    if file.tasks:
        task = file.tasks[0]
        place = reverse("case_task", args=[found.reference, task.id])
        return {"words": task.title, "url": place, "due_at": task.due_at}
    return None


def _sections(file: CaseFile, *, waits: bool, is_conferred: bool) -> list[tuple[str, str]]:
    """The parts that the page has, as links lead to them."""
    has = {"prompts": bool(file.prompts), "next": waits, "conferences": is_conferred}
    return [(part, words) for part, words in SECTIONS if has.get(part, True)]


def _steps(file: CaseFile) -> list[dict[str, object]]:
    return [
        {
            "words": step.words,
            "done": step.done,
            "is_next": step.is_next,
            "url": _step_url(file.case.reference, step),
        }
        for step in file.steps
    ]


def _step_url(reference: str, step: Step) -> str:
    """Where the step is done: on this page, or on a page of its own."""
    if step.code == "consent":
        return reverse("case_consent", args=[reference])
    if step.is_assessment:
        return reverse("case_assess", args=[reference, step.code])
    return f"#{step.code}"


def _instruments(file: CaseFile) -> list[dict[str, str]]:
    """What can be asked of this person at any time, not only when it is next."""
    return [
        {"label": one.title, "url": reverse("case_assess", args=[file.case.reference, one.code])}
        for one in current_editions(on=timezone.localdate())
        if fits_age(one.definition, file.age)
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


@require_POST
def case_finish(request: HttpRequest, reference: str) -> HttpResponse:
    """Finish triage: the case is routed by itself then."""
    actor, found = case_for(reference)
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
