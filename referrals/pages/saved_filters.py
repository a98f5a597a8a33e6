"""Saving what a queue is filtered by, opening the queue with it, and forgetting it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from access.context import current_actor
from referrals.actions.saved_filters import FilterNotSaved, forget_filter, open_with, save_filter
from referrals.models import SavedFilter
from referrals.pages import partner_queue, triage
from referrals.queries.partner_queue import query_of as query_of_referrals
from referrals.queries.triage import query_of as query_of_cases

ALL = {SavedFilter.Queue.TRIAGE: "stage=waiting", SavedFilter.Queue.REFERRALS: "list=answer"}
"""By queue, which is also the name of its address: the query of all that waits in it."""


@require_POST
def filter_save(request: HttpRequest) -> HttpResponse:
    """Keep what the list is filtered by; a text that was searched for is not kept, since it may be a name."""
    queue = _queue(request)
    asked = QueryDict(request.POST.get("here", "").removeprefix("?")[:2000])
    if queue == SavedFilter.Queue.REFERRALS:
        query = query_of_referrals(partner_queue.filters_of(asked))
    else:
        query = query_of_cases(triage.filters_of(asked))
    try:
        name = request.POST.get("name", "")
        kept = save_filter(actor=current_actor(), name=name, query=query, queue=queue)
    except FilterNotSaved as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"The filter “{kept.name}” is saved. Only you see it.")
    return redirect(f"{reverse(queue)}?{query}")


@require_POST
def filter_open_with(request: HttpRequest, filter_id: UUID) -> HttpResponse:
    """Have the queue open with it from now on, or with none where `off` is sent."""
    queue = _queue(request)
    open_with(actor=current_actor(), filter_id=None if "off" in request.POST else filter_id, queue=queue)
    return redirect(queue)


@require_POST
def filter_forget(request: HttpRequest, filter_id: UUID) -> HttpResponse:
    """Forget it."""
    queue = _queue(request)
    forget_filter(actor=current_actor(), filter_id=filter_id, queue=queue)
    return redirect(f"{reverse(queue)}?{ALL[queue]}")


def _queue(request: HttpRequest) -> SavedFilter.Queue:
    named = request.POST.get("queue", "")
    return SavedFilter.Queue(named) if named in SavedFilter.Queue.values else SavedFilter.Queue.TRIAGE
