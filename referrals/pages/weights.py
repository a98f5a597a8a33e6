"""What each agreement weighs in recognition: in force, and as practitioners’ answers speak for; and deciding."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from access.actor import Actor
from access.context import current_actor
from access.roles import Capability
from referrals.forms.weights import WeightsForm
from referrals.pages.case import UNPROCESSABLE
from referrals.queries.weights import AGAINST, weights_shown
from victims.actions.weights import (
    MOVES,
    EstimateRuns,
    WeightsNotFound,
    WeightsRefused,
    decide_weights,
    start_estimate,
)

DONE = {
    "accept": "These weights count from the next comparison on. Suggestions keep what they were weighed by.",
    "discard": "Discarded. The weights in force stay.",
    "withdraw": "Taken out of force. The weights that counted before count again.",
}


@require_GET
def weights(request: HttpRequest) -> HttpResponse:
    """The weights side by side. Numbers alone: they tell of everybody's answers together, and name nobody."""
    return _page(request, _reader(), "referrals/weights.html", WeightsForm())


@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """The bar alone, asked for every few seconds; once all is done the whole page is drawn again."""
    answer = _page(request, _reader(), "referrals/weights_progress.html", WeightsForm())
    if weights_shown().going is None:
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def estimate(request: HttpRequest) -> HttpResponse:
    """Start an estimate now."""
    actor = current_actor()
    actor.require(Capability.KEEP_WEIGHTS)
    try:
        start_estimate(actor=actor)
    except EstimateRuns as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "The weights are being estimated. You may leave this page; it goes on.")
    return redirect("weights")


@require_POST
def decide(request: HttpRequest, weights_id: UUID) -> HttpResponse:
    """Accept, discard or withdraw estimated weights."""
    actor = current_actor()
    actor.require(Capability.KEEP_WEIGHTS)
    answer = request.POST.get("answer", "")
    if answer not in MOVES:
        raise SuspiciousOperation("The answer is “accept”, “discard” or “withdraw”.")
    form = WeightsForm(request.POST)
    if form.is_valid():
        try:
            decide_weights(
                actor=actor, weights_id=weights_id, answer=answer, reason=form.cleaned_data["reason"]
            )
        except WeightsNotFound:
            raise Http404 from None
        except WeightsRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, DONE[answer])
            return redirect("weights")
    return _page(request, actor, "referrals/weights.html", form, status=UNPROCESSABLE)


def _reader() -> Actor:
    actor = current_actor()
    actor.require(Capability.SEE_CASES)
    return actor


def _page(
    request: HttpRequest, actor: Actor, template: str, form: WeightsForm, status: int | None = None
) -> HttpResponse:
    asked = request.GET.get("against", "")
    against = asked if asked in AGAINST else "stranger"
    shown = weights_shown(against=against)
    keeps = actor.can(Capability.KEEP_WEIGHTS)
    context = {
        "shown": shown,
        "form": form,
        "keeps": keeps,
        "may_start": keeps and not (shown.going or shown.proposed),
        "tabs": [
            {
                "label": words,
                "url": f"{reverse('weights')}?against={one}#weights",
                "current": one == against,
            }
            for one, words in AGAINST.items()
        ],
    }
    return render(request, template, context, status=status)
