"""One challenge, and the answer to it by whoever keeps the pathway."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from pathways.actions.challenges import ChallengeRefused, answer_challenge
from pathways.forms.life import ChallengeAnswerForm
from pathways.models import Challenge
from pathways.queries import challenges as queries

UNPROCESSABLE = 422


@require_http_methods(["GET", "POST"])
def pathway_challenge(request: HttpRequest, challenge_id: UUID) -> HttpResponse:
    """What somebody said is wrong, and what was answered; with a form for who may answer."""
    actor = current_actor()
    actor.require(Capability.QUESTION_PATHWAY)
    found = queries.challenge(actor=actor, challenge_id=challenge_id)
    if found is None:
        raise Http404
    form = None
    if actor.can(Capability.DRAFT_PATHWAY) and found.status == Challenge.Status.OPEN:
        form = ChallengeAnswerForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                answer_challenge(actor=actor, challenge_id=found.id, words=form.cleaned_data["words"])
            except ChallengeRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "Your answer stands beside the challenge.")
                return redirect("pathway_challenge", found.id)
    record_look(action=Look.Action.VIEW, door="pathway_challenge", subjects=[found.case_id])
    status = UNPROCESSABLE if form and form.is_bound else None
    return render(request, "pathways/challenge.html", {"challenge": found, "form": form}, status=status)
