"""Hints of unusual looks, for auditors: each is asked about and answered. A hint accuses nobody."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from access.actions import AlreadyAnswered, AnswerTooShort, HintNotFound, answer_fault, answer_hint
from access.context import current_actor
from access.forms import FaultForm, HintForm
from access.looks import record_look
from access.models import Look
from access.queries import hints as queries
from access.queries.log import fault_of
from access.roles import Capability

UNPROCESSABLE = 422


@require_GET
def access_hints(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, or what was answered."""
    current_actor().require(Capability.ANSWER_HINTS)
    answered = request.GET.get("list") == "answered"
    page = queries.hints(answered=answered, after=request.GET.get("after", ""))
    record_look(
        action=Look.Action.LIST,
        door="access_hints",
        subjects=[row.hint.subject for row in page.rows if row.hint.subject],
    )
    address = reverse("access_hints")
    tabs = [
        {"label": "To be asked about", "url": address, "current": not answered},
        {"label": "Answered", "url": f"{address}?list=answered", "current": answered},
    ]
    return render(request, "access/hints.html", {"page": page, "tabs": tabs, "answered": answered})


@require_http_methods(["GET", "POST"])
def access_hint(request: HttpRequest, hint_id: UUID) -> HttpResponse:
    """One hint, with the looks it counts a click away, and its answer."""
    actor = current_actor()
    actor.require(Capability.ANSWER_HINTS)
    row = queries.hint_of(hint_id)
    if row is None:
        raise Http404
    form = HintForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            answer_hint(actor=actor, hint_id=hint_id, **form.cleaned_data)
        except HintNotFound:
            raise Http404 from None
        except (AlreadyAnswered, AnswerTooShort) as refusal:
            form.add_error("words", str(refusal))
        else:
            messages.success(request, "The hint is answered.")
            return redirect("access_hints")
    record_look(
        action=Look.Action.VIEW, door="access_hint", subjects=[row.hint.subject] if row.hint.subject else []
    )
    context = {"row": row, "form": form, "now": timezone.now()}
    status = UNPROCESSABLE if form.is_bound and form.errors else None
    return render(request, "access/hint.html", context, status=status)


@require_http_methods(["GET", "POST"])
def access_fault(request: HttpRequest, fault_id: UUID) -> HttpResponse:
    """What verification found wrong with the log, and what came of it."""
    actor = current_actor()
    actor.require(Capability.ANSWER_HINTS)
    fault = fault_of(fault_id)
    if fault is None:
        raise Http404
    form = FaultForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            answer_fault(actor=actor, fault_id=fault_id, **form.cleaned_data)
        except HintNotFound:
            raise Http404 from None
        except AnswerTooShort as refusal:
            form.add_error("words", str(refusal))
        else:
            messages.success(request, "The finding is answered.")
            return redirect("access_log")
    status = UNPROCESSABLE if form.is_bound and form.errors else None
    return render(request, "access/fault.html", {"fault": fault, "form": form}, status=status)
