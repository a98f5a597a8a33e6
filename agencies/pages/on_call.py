"""The rota: who is on call for children in danger, and where nobody is."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from access.context import current_actor, hub_id
from access.roles import Capability
from agencies.actions.on_call import TurnNotFound, TurnNotPossible, give_turn, take_turn_back
from agencies.on_call import gaps, in_turn
from agencies.queries import hub_practitioners
from agencies.telling import turns
from agencies.telling_forms import TurnForm

AHEAD = timedelta(days=14)


@require_http_methods(["GET", "POST"])
def on_call(request: HttpRequest) -> HttpResponse:
    """The turns of the next days and their gaps; whoever keeps the rota gives turns here."""
    actor = current_actor()
    actor.require(Capability.SEE_CASES)
    now = timezone.now()
    keeps = actor.can(Capability.KEEP_ROTA)
    form = TurnForm(
        request.POST if request.method == "POST" else None, people=hub_practitioners(hub=hub_id())
    )
    if request.method == "POST":
        actor.require(Capability.KEEP_ROTA)
        if form.is_valid():
            try:
                give_turn(
                    actor=actor,
                    practitioner_id=form.cleaned_data["practitioner"],
                    starts_at=form.cleaned_data["starts_at"],
                    ends_at=form.cleaned_data["ends_at"],
                )
            except TurnNotPossible as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, "The turn stands in the rota.")
                return redirect("on_call")
    rota = turns(since=now)
    running, _ = in_turn(rota, at=now)
    context = {
        "form": form,
        "keeps": keeps,
        "turns": rota,
        "running": running,
        "gaps": gaps(rota, since=now, until=now + AHEAD),
        "now": now,
    }
    return render(request, "agencies/on_call.html", context, status=422 if form.errors else None)


@require_POST
def on_call_take_back(request: HttpRequest, turn_id: UUID) -> HttpResponse:
    """Take one turn out of the rota."""
    try:
        take_turn_back(actor=current_actor(), turn_id=turn_id)
    except TurnNotFound:
        raise Http404 from None
    messages.success(request, "The turn is taken back.")
    return redirect("on_call")
