"""Clocks: of one case, with what happened and what is done with each of them; and the list of all, by filter."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from access.actor import Actor
from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals import scope
from referrals.actions import clock_verbs
from referrals.forms.clocks import REASONS, ClockFilterForm, DevelopmentForm, PauseForm, ReasonForm
from referrals.models import Case, Clock
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries.clocks import (
    LIVE,
    SHOWS,
    clock_line,
    clock_page,
    clocks_of_case,
    minutes_due,
    rule_names,
)
from referrals.workflow import OPEN_CASE

OVERDUE = "overdue"
TITLES = {
    "pause": ("Let it stand still", "Pause"),
    "stop": ("It is not needed", "Stop it"),
    "explain": ("Why was it missed?", "Record the reason"),
}


@require_GET
def clock_list(request: HttpRequest) -> HttpResponse:
    """Clocks over all cases: overdue, due soon, missed and not explained, standing still."""
    actor = current_actor()
    actor.require(Capability.SEE_CASES)
    now, names = timezone.now(), rule_names()
    form = ClockFilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    show, rule = asked.get("show") or OVERDUE, asked.get("rule") or ""
    page = clock_page(
        actor=actor,
        show=show,
        rule=rule,
        now=now,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    record_look(
        action=Look.Action.LIST, door="clock_list", subjects=[line.clock.case_id for line in page.rows]
    )
    context = {
        "page": page,
        "minutes": [] if rule else minutes_due(actor=actor, show=show, now=now),
        "now": now,
        "show": show,
        "shows": SHOWS,
        "rule": rule,
        "rules": names,
        "title": SHOWS[show],
        "may_keep": actor.can(Capability.KEEP_CLOCKS),
    }
    return render(request, "referrals/clocks.html", context)


@require_http_methods(["GET", "POST"])
def case_clocks(request: HttpRequest, reference: str) -> HttpResponse:
    """All clocks of a case and what was recorded; something that happened is recorded here."""
    actor, found = case_for(reference, to_work=request.method == "POST")
    form = DevelopmentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        happened_at = form.happened() or timezone.now()
        try:
            clock_verbs.record_development(
                actor=actor,
                case_id=found.id,
                event=form.cleaned_data["event"],
                happened_at=happened_at,
                known_at=form.known(),
            )
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "It is recorded, and the clocks follow it.")
            return redirect("case_clocks", reference=reference)
    record_look(action=Look.Action.VIEW, door="case_clocks", subjects=[found.id, found.person_id])
    context = {
        "case": found,
        "clocks": clocks_of_case(found),
        "form": form,
        "now": timezone.now(),
        "works": actor.can(Capability.TRIAGE) and found.status in OPEN_CASE,
    }
    return render(
        request, "referrals/case_clocks.html", context, status=UNPROCESSABLE if form.errors else None
    )


@require_http_methods(["GET", "POST"])
def case_clock(request: HttpRequest, reference: str, clock_id: UUID, act: str) -> HttpResponse:
    """One act on one clock: pause it, let it go on, stop it, or say why it was missed."""
    explains = act == "explain"
    actor, found = case_for(reference, to_work=not explains)
    clock = get_object_or_404(scope.clocks(actor), case=found, id=clock_id)
    if act == "resume":
        if request.method != "POST":
            raise Http404
        return _resume(request, actor, found, clock)
    if act not in TITLES:
        raise Http404
    if (clock.state in LIVE) is explains and not (explains and clock.due_at < timezone.now()):
        messages.warning(request, "The clock is not as it was: look at it here.")
        return redirect("case_clocks", reference=reference)
    form = _form(request, found, clock, act)
    if form.is_valid():
        try:
            _verb(actor, found, clock, act, form)()
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "It is recorded on the case.")
            return redirect("case_clocks", reference=reference)
    record_look(action=Look.Action.VIEW, door="case_clock", subjects=[found.id, found.person_id])
    title, button = TITLES[act]
    context = {
        "case": found,
        "form": form,
        "title": title,
        "button": button,
        "advice": clock_line(clock).words,
    }
    return render(request, "referrals/case_form.html", context, status=UNPROCESSABLE if form.errors else None)


def _form(request: HttpRequest, found: Case, clock: Clock, act: str) -> Form:
    sent = request.POST if request.method == "POST" else None
    if act == "pause":
        return PauseForm(sent, allowed=clock_verbs.pauses_allowed(clock, found))
    return ReasonForm(sent, reasons=REASONS[act])


def _verb(actor: Actor, found: Case, clock: Clock, act: str, form: Form) -> Callable[[], object]:
    def verb() -> object:
        if isinstance(form, PauseForm):
            return clock_verbs.pause_clock(
                actor=actor,
                case_id=found.id,
                clock_id=clock.id,
                reason=form.cleaned_data["reason"],
                since=form.moment(),
            )
        does = clock_verbs.stop_clock if act == "stop" else clock_verbs.explain_breach
        return does(actor=actor, case_id=found.id, clock_id=clock.id, because=form.cleaned_data["because"])

    return verb


def _resume(request: HttpRequest, actor: Actor, found: Case, clock: Clock) -> HttpResponse:
    try:
        clock_verbs.resume_clock(actor=actor, case_id=found.id, clock_id=clock.id)
    except REFUSALS as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "The clock goes on. The time that it stood still is added.")
    return redirect("case_clocks", reference=found.reference)
