"""How somebody wants to be told that something waits, kind by kind."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from access.context import current_actor
from agencies.actions.notifications import choose_ways
from agencies.telling import ways_of
from agencies.telling_forms import ChoicesForm


@require_http_methods(["GET", "POST"])
def notification_choices(request: HttpRequest) -> HttpResponse:
    """One question a kind: only in the hub, by e-mail too, or once a day."""
    actor = current_actor()
    ways = {kind: way for (_, kind), way in ways_of([actor.id]).items()}
    form = ChoicesForm(request.POST if request.method == "POST" else None, ways=ways, is_hub=actor.hub)
    if form.is_valid():
        choose_ways(actor=actor, ways=form.ways())
        messages.success(request, "Your choices are kept.")
        return redirect("notification_choices")
    status = 422 if form.is_bound else None
    return render(request, "account/notifications.html", {"form": form}, status=status)
