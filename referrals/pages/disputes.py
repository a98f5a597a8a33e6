"""Pages of a contested decline: the hub's on the case, the agency's on its referral."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.disputes import answer_dispute, contest_decline, resolve_dispute
from referrals.forms.disputes import ContestForm, DisputeAnswerForm, ResolveForm
from referrals.models import Dispute
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries.referrals import own
from referrals.workflow import MoveRefused


@require_http_methods(["GET", "POST"])
def case_dispute(request: HttpRequest, reference: str, referral_id: UUID) -> HttpResponse:
    """Contest a decline of the case, or record what was settled about it."""
    actor, found = case_for(reference)
    actor.require(Capability.ROUTE)
    referral = found.referrals.select_related("agency", "service").filter(id=referral_id).first()
    if referral is None or referral.status != "declined":
        raise Http404
    dispute = Dispute.objects.filter(referral=referral).first()
    sent = request.POST if request.method == "POST" else None
    form = ContestForm(sent) if dispute is None else ResolveForm(sent)
    settled = dispute is not None and dispute.status == Dispute.Status.RESOLVED
    if not settled and form.is_valid():
        verb = contest_decline if dispute is None else resolve_dispute
        try:
            verb(actor=actor, referral_id=referral.id, **form.cleaned_data)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            done = f"{referral.agency.name} is asked." if dispute is None else "What was settled is recorded."
            messages.success(request, done)
            return redirect("case_dispute", reference, referral.id)
    record_look(action=Look.Action.VIEW, door="case_dispute", subjects=[found.id, found.person_id])
    context = {
        "case": found,
        "referral": referral,
        "dispute": dispute,
        "form": None if settled else form,
        "button": "Contest the decline" if dispute is None else "Record what was settled",
        "caption": reference,
        "back": f"{reverse('case', args=[reference])}#referrals",
        "back_words": "Back to the case",
    }
    status = UNPROCESSABLE if form.is_bound and not settled else None
    return render(request, "referrals/dispute.html", context, status=status)


@require_http_methods(["GET", "POST"])
def referral_dispute(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """What the hub says against a decline, and the agency's answer."""
    actor = current_actor()
    actor.require(Capability.ANSWER_REFERRAL)
    referral = own(actor=actor, referral_id=referral_id)
    dispute = Dispute.objects.filter(referral=referral).first() if referral else None
    if referral is None or dispute is None:
        raise Http404
    form = DisputeAnswerForm(request.POST if request.method == "POST" else None)
    waits = dispute.status == Dispute.Status.OPEN
    if waits and form.is_valid():
        try:
            answer_dispute(actor=actor, referral_id=referral.id, **form.cleaned_data)
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The hub has your answer.")
            return redirect("referral_dispute", referral.id)
    record_look(action=Look.Action.VIEW, door="referral_dispute", subjects=[referral.id])
    context = {
        "referral": referral,
        "dispute": dispute,
        "form": form if waits else None,
        "button": "Answer",
        "caption": referral.service.name,
        "back": reverse("referral", args=[referral.id]),
        "back_words": "Back to the referral",
    }
    status = UNPROCESSABLE if form.is_bound and waits else None
    return render(request, "referrals/dispute.html", context, status=status)
