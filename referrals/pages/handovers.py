"""Handover notes: the hub writes one on a referral of the case, the partner says that it has read it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.handovers import acknowledge, write_handover
from referrals.actions.referral import ReferralNotFound
from referrals.forms.handovers import HandoverForm, as_written
from referrals.pages.case import REFUSALS, UNPROCESSABLE, case_for
from referrals.queries.handovers import newest_handover
from referrals.workflow import OPEN, STATUS_WORDS, MoveRefused


@require_http_methods(["GET", "POST"])
def case_handover(request: HttpRequest, reference: str, referral_id: UUID) -> HttpResponse:
    """Write what whoever has this referral must know first."""
    actor, found = case_for(reference)
    actor.require(Capability.WRITE_MESSAGE)
    referral = found.referrals.select_related("agency").filter(id=referral_id).exclude(status="draft").first()
    if referral is None:
        raise Http404
    if referral.status not in OPEN:
        messages.warning(request, f"That referral is {STATUS_WORDS[referral.status].lower()} now.")
        return redirect("case", reference=reference)
    form = HandoverForm(
        request.POST if request.method == "POST" else None,
        initial=dict(as_written(newest_handover(referral))),
        referral=referral,
    )
    if form.is_valid() and (note := form.note()) is not None:
        try:
            write_handover(actor=actor, referral_id=referral_id, note=note)
        except REFUSALS as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{referral.agency.name} reads it at the top of the referral.")
            return redirect("case", reference=reference)
    record_look(action=Look.Action.VIEW, door="case_handover", subjects=[found.id, found.person_id])
    title = f"Handover note for {referral.agency.name}"
    context = {"case": found, "form": form, "title": title, "button": "Save the note"}
    status = UNPROCESSABLE if form.is_bound and form.errors else None
    return render(request, "referrals/case_form.html", context, status=status)


@require_POST
def referral_acknowledge(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Say that the handover note has been read."""
    actor = current_actor()
    actor.require(Capability.ANSWER_REFERRAL)
    try:
        acknowledge(actor=actor, referral_id=referral_id)
    except ReferralNotFound:
        raise Http404 from None
    except MoveRefused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Whoever wrote the note sees that you have read it.")
    return redirect("referral", referral_id=referral_id)
