"""Comparisons of everybody held with everybody: what each came to, how far one is, and starting one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from access.actor import Actor
from access.context import current_actor
from access.roles import Capability
from victims.actions.deduplication import DeduplicationRuns, start_deduplication
from victims.queries import deduplications


@require_GET
def deduplication_runs(request: HttpRequest) -> HttpResponse:
    """The newest runs. Numbers alone: they count what everybody's records come to, and name nobody."""
    return _page(request, _reader(), "referrals/deduplications.html")


@require_GET
def deduplication_progress(request: HttpRequest) -> HttpResponse:
    """The bar alone, asked for every few seconds; once all is done the whole page is drawn again."""
    answer = _page(request, _reader(), "referrals/deduplication_progress.html")
    if not any(run.finished_at is None for run in deduplications()):
        answer["HX-Refresh"] = "true"
    return answer


@require_POST
def deduplicate(request: HttpRequest) -> HttpResponse:
    """Start one now."""
    actor = current_actor()
    actor.require(Capability.DEDUPLICATE)
    try:
        start_deduplication(actor=actor)
    except DeduplicationRuns as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Everybody is being compared. You may leave this page; it goes on.")
    return redirect("deduplications")


def _reader() -> Actor:
    actor = current_actor()
    actor.require(Capability.SEE_CASES)
    return actor


def _page(request: HttpRequest, actor: Actor, template: str) -> HttpResponse:
    runs = deduplications()
    going = next((run for run in runs if run.finished_at is None), None)
    context = {
        "runs": runs,
        "going": going,
        "may_start": actor.can(Capability.DEDUPLICATE) and going is None,
        "now": timezone.now(),
    }
    return render(request, template, context)
