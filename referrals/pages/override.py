"""Pages of safeguarding overrides: asking on a case, and deciding as the second person."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.looks import record_look
from access.models import Look
from access.roles import Capability
from agencies.queries import end_of
from referrals.actions.override import approve_override, ask_override, refuse_override
from referrals.forms.override import AskForm, DecideForm
from referrals.models import Override
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries.consent import case_consents
from referrals.queries.overrides import override_lines
from referrals.workflow import OPEN_CASE

ADVICE = (
    "Only where somebody would come to serious harm, or a child or an adult at risk would, by waiting. A second"
    " person decides; nothing is told before. Tell the person what you do, unless that itself is unsafe."
)


@require_http_methods(["GET", "POST"])
def override_ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask that an agency be told without or against consent."""
    actor, found = case_for(reference)
    actor.require(Capability.ASK_OVERRIDE)
    if found.status not in OPEN_CASE:
        messages.warning(request, f"{reference} is closed: nothing more can be told of it.")
        return redirect("case", reference=reference)
    bound = [one.agency for one in case_consents(case=found, now=timezone.now()).agencies]
    form = AskForm(request.POST if request.method == "POST" else None, agencies=bound)
    if form.is_valid():
        told = form.cleaned_data
        until = end_of(told["until"])
        try:
            ask_override(
                actor=actor,
                case_id=found.id,
                agency_id=UUID(told["agency"]),
                categories=told["categories"],
                reason_code=told["reason_code"],
                reason_words=told["reason_words"],
                until=until or timezone.now(),
            )
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "A supervisor is asked to decide. Nothing is told before.")
            return redirect("case", reference=reference)
    record_look(action=Look.Action.VIEW, door="override_ask", subjects=[found.id, found.person_id])
    title = "Ask to tell an agency without consent"
    context = {"case": found, "form": form, "title": title, "button": "Ask a supervisor", "advice": ADVICE}
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "referrals/case_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def override_decide(request: HttpRequest, reference: str, override_id: UUID) -> HttpResponse:
    """Decide, as the second person, what a colleague asked."""
    actor, found = case_for(reference)
    actor.require(Capability.APPROVE_OVERRIDE)
    lines = override_lines(actor=actor, case_id=found.id, at=timezone.now())
    line = next((one for one in lines if one.override.id == override_id), None)
    if line is None:
        raise Http404
    if not line.may_decide:
        waits = line.override.status == Override.Status.ASKED
        words = "You asked for it, so somebody else decides it." if waits else "It has been decided."
        messages.warning(request, words)
        return redirect("case", reference=reference)
    form = DecideForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        decide = approve_override if form.cleaned_data["answer"] == "approve" else refuse_override
        try:
            decide(actor=actor, case_id=found.id, override_id=override_id, words=form.cleaned_data["words"])
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "Your decision is recorded, and stays on the case.")
            return redirect("case", reference=reference)
    record_look(action=Look.Action.VIEW, door="override_decide", subjects=[found.id, found.person_id])
    status = UNPROCESSABLE if form.is_bound else None
    return render(
        request, "referrals/override_decide.html", {"case": found, "line": line, "form": form}, status=status
    )
