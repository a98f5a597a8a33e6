"""“This looks wrong”: questioning where a case was sent, by the hub on a case and by a partner on its referral."""

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
from pathways.actions.challenges import ChallengeRefused
from pathways.forms.life import ChallengeForm
from referrals import scope
from referrals.actions.challenges import challenge_case, challenge_referral
from referrals.pages.case import UNPROCESSABLE, case_for
from referrals.queries.rulebook import decisions_of

TITLE = "This looks wrong"
DONE = "Whoever keeps the pathway is asked. The answer stands here when it comes."


@require_http_methods(["GET", "POST"])
def case_challenge(request: HttpRequest, reference: str) -> HttpResponse:
    """Question what a pathway made of a case."""
    actor, found = case_for(reference, to_work=False)
    actor.require(Capability.QUESTION_PATHWAY)
    versions = {str(one.id): str(one) for each in decisions_of(case_id=found.id) for one in each.versions}
    if not versions:
        messages.warning(request, "No pathway has decided about this case yet.")
        return redirect("case", reference=reference)
    only = next(iter(versions)) if len(versions) == 1 else ""
    form = ChallengeForm(
        request.POST if request.method == "POST" else None, versions=() if only else versions.items()
    )
    if form.is_valid():
        given = form.cleaned_data
        try:
            challenge_case(
                actor=actor,
                case_id=found.id,
                version_id=UUID(only or given["version"]),
                words=given["words"],
            )
        except ChallengeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, DONE)
            return redirect("case", reference=reference)
    record_look(action=Look.Action.VIEW, door="case_challenge", subjects=[found.id, found.person_id])
    context = {
        "form": form,
        "title": TITLE,
        "button": "Ask",
        "caption": versions[only] if only else reference,
        "back": reverse("case", args=[reference]),
        "back_words": "Back to the case",
    }
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "pathways/form.html", context, status=status)


@require_http_methods(["GET", "POST"])
def referral_challenge(request: HttpRequest, referral_id: UUID) -> HttpResponse:
    """Question why a referral came to one's agency."""
    actor = current_actor()
    actor.require(Capability.QUESTION_PATHWAY)
    found = scope.referrals(actor).select_related("pathway_version").filter(id=referral_id).first()
    if found is None:
        raise Http404
    form = ChallengeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            challenge_referral(actor=actor, referral_id=found.id, words=form.cleaned_data["words"])
        except ChallengeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, DONE)
            return redirect("referral", found.id)
    record_look(action=Look.Action.VIEW, door="referral_challenge", subjects=[found.id])
    context = {
        "form": form,
        "title": TITLE,
        "button": "Ask",
        "caption": found.pathway_version,
        "back": reverse("referral", args=[found.id]),
        "back_words": "Back to the referral",
    }
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "pathways/form.html", context, status=status)
