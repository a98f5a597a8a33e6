"""Tasks: giving one on a case, changing and ending it, and the list of one's own."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.case_tasks import (
    OwnerNotPossible,
    TaskChangedMeanwhile,
    change_task,
    end_task,
    give_task,
)
from referrals.forms.case_tasks import EndTaskForm, TaskForm, as_asked
from referrals.forms.merging import brought_together
from referrals.models import Case, CaseTask
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.pages.merging import Held, bring_together
from referrals.queries.calendar import hub_calendar
from referrals.queries.case_tasks import LISTS, my_tasks, teams_for_tasks
from referrals.queries.restricted import who_may_carry
from referrals.workflow import OPEN_CASE


@require_http_methods(["GET", "POST"])
def case_task_new(request: HttpRequest, reference: str) -> HttpResponse:
    """Write down what is to be done on the case."""
    actor, found = case_for(reference)
    tomorrow = hub_calendar().next_working_day(timezone.localdate())
    initial = {"owner": f"person:{actor.id}", "due_on": tomorrow}
    form = _form(request, actor, found, initial=initial, is_sent=request.method == "POST")
    if form.is_valid():
        try:
            give_task(actor=actor, case_id=found.id, wanted=form.wanted)
        except REFUSALS as refusal:
            form.add_error("owner" if isinstance(refusal, OwnerNotPossible) else None, str(refusal))
        else:
            messages.success(request, "The task is on the case.")
            return redirect(_tasks_of(reference))
    record_look(action=Look.Action.VIEW, door="case_task_new", subjects=[found.id, found.person_id])
    context = {"case": found, "form": form, "title": "New task", "button": "Add the task"}
    return render(request, "referrals/case_form.html", context, status=UNPROCESSABLE if form.errors else None)


@require_http_methods(["GET", "POST"])
def case_task(request: HttpRequest, reference: str, task_id: UUID) -> HttpResponse:
    """One task: what it is, change it, give it to somebody else, or say what became of it."""
    actor, found = case_for(reference, to_work=False)
    task = get_object_or_404(found.tasks.select_related("team"), id=task_id)
    works = actor.can(Capability.TRIAGE) and task.state == CaseTask.State.OPEN and found.status in OPEN_CASE
    if request.method == "POST":
        actor.require(Capability.TRIAGE)
    form = _form(request, actor, found, initial=as_asked(task), is_sent="title" in request.POST)
    if form.is_bound:
        form.data = brought_together(TaskForm, request.POST, as_asked(task))
    ending = EndTaskForm(request.POST if "state" in request.POST else None)
    if form.is_valid():
        try:
            change_task(
                actor=actor,
                case_id=found.id,
                task_id=task.id,
                wanted=form.wanted,
                seen=form.cleaned_data["seen"] or 0,
            )
        except TaskChangedMeanwhile as refusal:
            held = Held(as_asked(task), str(task.version), task.changed_by_name)
            return bring_together(request, found, form, held, str(refusal))
        except REFUSALS as refusal:
            form.add_error("owner" if isinstance(refusal, OwnerNotPossible) else None, str(refusal))
        else:
            messages.success(request, "The task is changed.")
            return redirect(_tasks_of(reference))
    elif ending.is_valid():
        try:
            end_task(actor=actor, case_id=found.id, task_id=task.id, **ending.cleaned_data)
        except REFUSALS as refusal:
            ending.add_error("words", str(refusal))
        else:
            messages.success(request, "What became of the task is on the case.")
            return redirect(_tasks_of(reference))
    record_look(action=Look.Action.VIEW, door="case_task", subjects=[found.id, found.person_id])
    refused = form if form.errors else ending if ending.errors else None
    return render(
        request,
        "referrals/case_task.html",
        {
            "case": found,
            "task": task,
            "works": works,
            "change_form": form,
            "end_form": ending,
            "form": refused,
            "now": timezone.now(),
        },
        status=UNPROCESSABLE if refused else None,
    )


@require_POST
def case_task_done(request: HttpRequest, reference: str, task_id: UUID) -> HttpResponse:
    """Say with one press that a task is done."""
    actor, found = case_for(reference)
    try:
        end_task(actor=actor, case_id=found.id, task_id=task_id, state=CaseTask.State.DONE)
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
    return redirect(_tasks_of(reference))


@require_GET
def my_task_list(request: HttpRequest) -> HttpResponse:
    """What the reader is to do, on whatever case, the next due first; their team's; and what they gave to others."""
    actor = current_actor()
    actor.require(Capability.TRIAGE)
    which = request.GET.get("list", "mine")
    which = which if which in LISTS else "mine"
    page = my_tasks(
        actor=actor, which=which, after=request.GET.get("after", ""), before=request.GET.get("before", "")
    )
    subjects = list({row.task.case_id for row in page.rows})
    record_look(action=Look.Action.LIST, door="my_tasks", subjects=subjects)
    here = reverse("my_tasks")
    tabs = [
        {"label": words, "url": f"{here}?list={name}", "current": name == which}
        for name, words in LISTS.items()
    ]
    context = {"page": page, "tabs": tabs, "which": which, "now": timezone.now()}
    return render(request, "referrals/my_tasks.html", context)


def _form(
    request: HttpRequest, actor: Actor, found: Case, *, initial: dict[str, object], is_sent: bool
) -> TaskForm:
    people = who_may_carry(person_id=found.person_id, now=timezone.now())
    sent = request.POST if is_sent else None
    return TaskForm(sent, initial=initial, people=people, teams=teams_for_tasks(), me=actor.id)


def _tasks_of(reference: str) -> str:
    return f"{reverse('case', args=[reference])}#tasks"
