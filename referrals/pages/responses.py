"""The hub's side of referrals: what partners answered, what must be decided, recalling, and routing again."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.referral import recall
from referrals.actions.routing import ask_to_route
from referrals.actions.waiting import TO_ROUTE
from referrals.forms.referral import RecallForm, RouteForm
from referrals.models import Referral
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries import referrals as queries
from referrals.workflow import DECLINE_REASONS, HUB, STATUS_WORDS, verbs_for

LISTS = {
    "decide": "To be decided",
    "waiting": "Awaiting an answer",
    "confirm": "Recalls to be confirmed",
    "answered": "Answered lately",
}
READS = {"waiting": queries.unanswered, "confirm": queries.unconfirmed, "answered": queries.answered}


@require_GET
def partner_responses(request: HttpRequest) -> HttpResponse:
    """Cases in which a person must decide, referrals whose answer is owed, and the latest answers."""
    actor = current_actor()
    actor.require(Capability.ROUTE)
    chosen = request.GET.get("list", "decide")
    if chosen not in LISTS:
        chosen = "decide"
    where = {"after": request.GET.get("after", ""), "before": request.GET.get("before", "")}
    context: dict[str, object] = {}
    if chosen == "decide":
        decisions = queries.wanted_decisions(actor=actor, **where)
        context["decisions"] = decisions
        context["lines"] = [
            (case, decisions.names[case.person_id].short if case.person_id in decisions.names else "")
            for case in decisions.cases
        ]
        shown = [case.id for case in decisions.cases]
    else:
        page = READS[chosen](actor=actor, **where)
        context["page"] = page
        shown = [row.referral.case_id for row in page.rows]
    record_look(action=Look.Action.LIST, door="partner_responses", subjects=shown)
    tabs = [
        {"label": words, "url": f"{reverse('partner_responses')}?list={name}", "current": name == chosen}
        for name, words in LISTS.items()
    ]
    return render(
        request,
        "referrals/responses.html",
        {
            **context,
            "tabs": tabs,
            "chosen": chosen,
            "words": LISTS[chosen],
            "now": timezone.now(),
            "reasons": DECLINE_REASONS,
        },
    )


@require_http_methods(["GET", "POST"])
def case_recall(request: HttpRequest, reference: str, referral_id: UUID) -> HttpResponse:
    """Take one of the case's referrals back; the partner sees nothing of the case from then on."""
    actor, found = case_for(reference)
    actor.require(Capability.RECALL_REFERRAL)
    referral = Referral.objects.filter(case=found, id=referral_id).select_related("service", "agency").first()
    if referral is None:
        raise Http404
    if "recall" not in verbs_for(referral.status, HUB):
        messages.warning(request, f"That referral is {STATUS_WORDS[referral.status].lower()} now.")
        return redirect("case", reference=reference)
    form = RecallForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            recall(actor=actor, referral_id=referral_id, **form.cleaned_data)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, f"The referral to {referral.agency.name} is recalled. They no longer see the case."
            )
            return redirect("case", reference=reference)
    title = f"Recall the referral to {referral.agency.name}"
    record_look(action=Look.Action.VIEW, door="case_recall", subjects=[found.id, found.person_id])
    context = {"case": found, "form": form, "title": title, "button": "Recall"}
    status = UNPROCESSABLE if form.is_bound and form.errors else None
    return render(request, "referrals/case_form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def case_route(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the pathway again, as things stand now."""
    actor, found = case_for(reference)
    actor.require(Capability.ROUTE)
    if found.status not in TO_ROUTE:
        messages.warning(request, "Finish triage first: then the case is routed by itself.")
        return redirect("case", reference=reference)
    services = [
        (one.service.code, f"{one.service.name}, {one.agency.name}: {STATUS_WORDS[one.status].lower()}")
        for one in queries.may_be_sent_again(case_id=found.id)
    ]
    form = RouteForm(request.POST if request.method == "POST" else None, services=services)
    if form.is_valid():
        try:
            ask_to_route(actor=actor, case_id=found.id, again=form.cleaned_data.get("again", []))
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{reference} is being routed again.")
            return redirect("case", reference=reference)
    note = "Facts, consents and agreements count as they stand now. Partners who have the case keep it."
    record_look(action=Look.Action.VIEW, door="case_route", subjects=[found.id, found.person_id])
    context = {"case": found, "form": form, "title": "Route the case again", "button": "Route again"}
    status = UNPROCESSABLE if form.is_bound and form.errors else None
    return render(request, "referrals/case_form.html", {**context, "advice": note}, status=status)
