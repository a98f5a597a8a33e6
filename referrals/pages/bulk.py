"""One act on several ticked cases: assigning, giving back, holding. What was chosen is shown first, then each outcome.

Each case is done for itself, by the verb that does one: what one refuses, the others do not suffer. Sent again, it
comes to the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from access.actor import Actor
from access.context import current_actor
from access.ids import ids_in
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.hold import hold_case
from referrals.actions.triage import CaseNotFound, TriageRefused, assign
from referrals.forms.triage import BulkAssignForm, HoldForm
from referrals.models import Case
from referrals.queries.case import people_to_assign
from referrals.queries.triage import Ticked, ticked

AT_ONCE = 50
UNPROCESSABLE = 422
ACTS = {"assign": "Assign to somebody", "give_back": "Give back to the queue", "hold": "Put on hold"}
LISTS = ("triage", "my_cases")
"""Where cases are ticked, by the name of the address."""


@dataclass(frozen=True)
class Outcome:
    """What became of one case: done, or why not."""

    reference: str
    done: bool
    words: str


@require_POST
def triage_bulk(request: HttpRequest) -> HttpResponse:
    """First what is to be done with which cases; then, confirmed, what became of each."""
    actor = current_actor()
    actor.require(Capability.TRIAGE)
    act = request.POST.get("act", "")
    if act == "assign":
        actor.require(Capability.ASSIGN_CASE)
    here = request.POST.get("here", "")
    ticked_in = request.POST.get("list", "")
    back = reverse(ticked_in if ticked_in in LISTS else "triage") + (here if here.startswith("?") else "")
    chosen = ticked(actor=actor, ids=ids_in(request.POST.getlist("case")[:AT_ONCE]))
    if act not in ACTS or not chosen:
        messages.info(request, "Tick the cases first, then choose what is to be done with them.")
        return redirect(back)
    record_look(action=Look.Action.LIST, door="triage_bulk", subjects=[one.case.id for one in chosen])
    data = request.POST if "confirmed" in request.POST else None
    form = _form(act, data)
    context = {"act": act, "title": ACTS[act], "chosen": chosen, "form": form, "here": here, "back": back}
    context["list"] = ticked_in
    if not form.is_valid():
        status = UNPROCESSABLE if form.errors else 200
        return render(request, "referrals/triage_bulk.html", context, status=status)
    outcomes = _each(chosen, _verb(actor, form, request))
    done = sum(one.done for one in outcomes)
    return render(request, "referrals/triage_bulk_done.html", {**context, "outcomes": outcomes, "done": done})


def _form(act: str, data: QueryDict | None) -> BulkAssignForm | HoldForm | Form:
    if act == "hold":
        return HoldForm(data)
    if act == "give_back":
        return Form(data)
    return BulkAssignForm(data, people=[(str(one.id), one.name) for one in people_to_assign()])


def _verb(
    actor: Actor, form: BulkAssignForm | HoldForm | Form, request: HttpRequest
) -> Callable[[Case], str]:
    """What is done with one case; returns what became of it, in words."""
    if isinstance(form, HoldForm):

        def hold(case: Case) -> str:
            hold_case(actor=actor, case_id=case.id, reason=form.cleaned_data["reason"], until=form.until)
            return "On hold"

        return hold
    chosen = form.cleaned_data.get("to", "nobody")
    to = None if chosen == "nobody" else UUID(chosen)
    names = {one.id: one.name for one in people_to_assign()}

    def give(case: Case) -> str:
        # As it was when the page was drawn: what a colleague has changed since is not written over.
        seen = request.POST.get(f"seen-{case.id}", "")
        assign(actor=actor, case_id=case.id, to=to, instead_of=UUID(seen) if seen else None)
        return f"Assigned to {names[to]}" if to else "Back in the queue"

    return give


def _each(chosen: Sequence[Ticked], verb: Callable[[Case], str]) -> list[Outcome]:
    outcomes = []
    for one in chosen:
        reference = one.case.reference
        try:
            outcomes.append(Outcome(reference, True, verb(one.case)))
        except CaseNotFound:
            continue
        except TriageRefused as refusal:
            outcomes.append(Outcome(reference, False, str(refusal)))
    return outcomes
