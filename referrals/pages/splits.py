"""Pages of a referral whose work is divided: the partner's on its referral, the hub's on the case."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions import splits as verbs
from referrals.forms.handovers import as_written
from referrals.forms.splits import AskSplitForm, SplitForm
from referrals.forms.transfers import ASK, STAYS
from referrals.pages.case import REFUSALS, case_for
from referrals.pages.referral import answer_page, own_referral, partner
from referrals.pages.transfers import onward_page, referral_of
from referrals.queries.asked_needs import asked_of
from referrals.queries.circumstances import Circumstances
from referrals.queries.handovers import newest_handover
from referrals.queries.referrals import partner_file
from referrals.queries.splits import asked_split, own_services_beside
from referrals.queries.transfers import takers_for
from referrals.workflow import MoveRefused


@require_http_methods(["GET", "POST"])
def referral_split(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Give some of the needs to another team of the agency, or ask the hub to find somebody for them."""
    actor = partner()
    referral = own_referral(actor, referral_id)
    needs = partner_file(referral=referral).needs
    if len(needs) < 2 or asked_split(referral) is not None:
        messages.warning(request, "There is nothing to divide on this referral, or the hub is asked already.")
        return redirect("referral", referral_id=referral_id)
    form = AskSplitForm(
        request.POST if request.method == "POST" else None,
        referral=referral,
        needs=needs,
        teams=own_services_beside(referral),
    )
    if form.is_valid():
        to = form.cleaned_data["to"]
        try:
            verbs.ask_split(
                actor=actor,
                referral_id=referral_id,
                needs=form.cleaned_data["needs"],
                why=form.cleaned_data["why"],
                service_id=None if to == ASK else UUID(to),
                note=form.note(),
            )
        except MoveRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            done = "The hub is asked. All of it stays with you until it has decided."
            messages.success(request, done if to == ASK else "Your other team has its part in a moment.")
            return redirect("referral", referral_id=referral_id)
    return answer_page(request, referral, form, door="referral_split", title="Split the work")


@require_http_methods(["GET", "POST"])
def case_split(request: HttpRequest, reference: str, referral_id: UUID) -> HttpResponse:
    """Give some of a referral's needs to another team, or say no to the agency that asks for it."""
    actor, found = case_for(reference)
    actor.require(Capability.ROUTE)
    referral = referral_of(found, referral_id)
    needs, asked = asked_of(referral), asked_split(referral)
    if referral.ended_at is not None or (len(needs) < 2 and asked is None):
        messages.warning(
            request, "There is nothing to divide: it has ended, or is asked for fewer than two needs."
        )
        return redirect("case", reference=reference)
    note = newest_handover(referral) if asked else None
    takers = takers_for(referral, Circumstances(found, at=timezone.now()), own=True)
    form = SplitForm(
        request.POST if request.method == "POST" else None,
        initial={**as_written(note), "needs": asked.needs if asked else []},
        referral=referral,
        needs=needs,
        takers=takers,
        given_by=f"{note.written_by_name}, {referral.agency.name}" if note else "",
        stays_with=referral.agency.name if asked else "",
    )
    if form.is_valid():
        to, words = form.cleaned_data["to"], form.cleaned_data["words"]
        try:
            if to == STAYS:
                verbs.refuse_split(actor=actor, referral_id=referral_id, words=words)
                done = f"{referral.agency.name} keeps all of it, and is told why."
            else:
                part = verbs.split(
                    actor=actor,
                    referral_id=referral_id,
                    service_id=UUID(to),
                    needs=form.cleaned_data["needs"],
                    words=words,
                    note=form.note(),
                    given_by=form.given_by(),
                )
                done = f"{part.agency.name} is sent its part. {referral.agency.name} keeps the rest."
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, done)
            return redirect(f"{reverse('case', args=[reference])}#referrals")
    record_look(action=Look.Action.VIEW, door="case_split", subjects=[found.id, found.person_id])
    context = {"case": found, "referral": referral, "asked": asked, "form": form, "takers": takers}
    return onward_page(request, "referrals/split.html", context)
