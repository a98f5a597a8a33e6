"""Pages of a referral that goes to another team: the partner's on its referral, the hub's on the case."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions import transfers as verbs
from referrals.forms.handovers import as_written
from referrals.forms.transfers import ASK, STAYS, HandOverForm, TransferForm
from referrals.models import Case, Referral
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.pages.referral import answer_page, own_referral, partner
from referrals.queries.circumstances import Circumstances
from referrals.queries.handovers import newest_handover
from referrals.queries.transfers import asked_transfer, own_teams_for, takers_for
from referrals.workflow import PARTNER, STATUS_WORDS, MoveRefused, verbs_for


@require_http_methods(["GET", "POST"])
def referral_transfer(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Move the referral to another team of the agency, or ask the hub to hand it to another agency."""
    actor = partner()
    referral = own_referral(actor, referral_id)
    if "transfer" not in verbs_for(referral.status, PARTNER):
        messages.warning(request, f"This referral is {STATUS_WORDS[referral.status].lower()} now.")
        return redirect("referral", referral_id=referral_id)
    form = TransferForm(
        request.POST if request.method == "POST" else None,
        referral=referral,
        teams=own_teams_for(referral),
        may_ask=asked_transfer(referral) is None,
    )
    if form.is_valid():
        to, why = form.cleaned_data["to"], form.cleaned_data["why"]
        try:
            if to == ASK:
                verbs.ask_transfer(actor=actor, referral_id=referral_id, why=why, note=form.note())
            else:
                verbs.transfer(
                    actor=actor, referral_id=referral_id, service_id=UUID(to), why=why, note=form.note()
                )
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            done = "The hub is asked. The referral stays with you until it has decided."
            messages.success(request, done if to == ASK else "The referral is with that team now.")
            return redirect("referral", referral_id=referral_id)
    return answer_page(request, referral, form, door="referral_transfer", title="Pass the referral on")


@require_http_methods(["GET", "POST"])
def case_hand_over(request: HttpRequest, reference: str, referral_id: UUID) -> HttpResponse:
    """Hand one of the case's referrals over to another agency, or say no to the agency that asks for it."""
    actor, found = case_for(reference)
    actor.require(Capability.ROUTE)
    referral = referral_of(found, referral_id)
    if not verbs.may_hand_over(referral):
        messages.warning(request, f"That referral is {STATUS_WORDS[referral.status].lower()} now.")
        return redirect("case", reference=reference)
    asked = asked_transfer(referral)
    note = newest_handover(referral) if asked else None
    takers = takers_for(referral, Circumstances(found, at=timezone.now()))
    form = HandOverForm(
        request.POST if request.method == "POST" else None,
        initial=dict(as_written(note)),
        referral=referral,
        takers=takers,
        given_by=f"{note.written_by_name}, {referral.agency.name}" if note else "",
        stays_with=referral.agency.name if asked else "",
    )
    if form.is_valid():
        to, words = form.cleaned_data["to"], form.cleaned_data["words"]
        try:
            if to == STAYS:
                verbs.refuse_transfer(actor=actor, referral_id=referral_id, words=words)
                done = f"{referral.agency.name} keeps the referral, and is told why."
            else:
                taker = verbs.hand_over(
                    actor=actor,
                    referral_id=referral_id,
                    service_id=UUID(to),
                    words=words,
                    note=form.note(),
                    given_by=form.given_by(),
                )
                done = f"{taker.agency.name} has the referral. {referral.agency.name} no longer sees the case by it."
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect("case", reference=reference)
    record_look(action=Look.Action.VIEW, door="case_hand_over", subjects=[found.id, found.person_id])
    context = {"case": found, "referral": referral, "asked": asked, "form": form, "takers": takers}
    return onward_page(request, "referrals/hand_over.html", context)


def referral_of(case: Case, referral_id: UUID) -> Referral:
    """The case's referral of this id, with all that a decision on its work asks. Raises Http404."""
    referrals = case.referrals.select_related("agency", "service", "team", "pathway_version")
    return get_object_or_404(referrals, id=referral_id)


def onward_page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The hub's page of a decision on a referral's work: its form, who could have it, and who cannot and why."""
    form, takers = context["form"], context["takers"]
    context |= {
        "obstacles": [one for one in takers if one.obstacle],
        "nobody": all(one.obstacle for one in takers),
        "back": f"{reverse('case', args=[context['case'].reference])}#referrals",
    }
    status = UNPROCESSABLE if form.is_bound and form.errors else None
    return render(request, template, context, status=status)
