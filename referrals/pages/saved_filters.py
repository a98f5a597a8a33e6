"""Saving what the triage queue is filtered by, opening the queue with it, and forgetting it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from access.context import current_actor
from referrals.actions.saved_filters import FilterNotSaved, forget_filter, open_with, save_filter
from referrals.pages.triage import filters_of
from referrals.queries.triage import query_of


@require_POST
def filter_save(request: HttpRequest) -> HttpResponse:
    """Keep what the list is filtered by; a text that was searched for is not kept, since it may be a name."""
    asked = QueryDict(request.POST.get("here", "").removeprefix("?")[:2000])
    query = query_of(filters_of(asked))
    try:
        kept = save_filter(actor=current_actor(), name=request.POST.get("name", ""), query=query)
    except FilterNotSaved as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, f"The filter “{kept.name}” is saved. Only you see it.")
    return redirect(f"{reverse('triage')}?{query}")


@require_POST
def filter_open_with(request: HttpRequest, filter_id: UUID) -> HttpResponse:
    """Have the queue open with it from now on, or with none where `off` is sent."""
    open_with(actor=current_actor(), filter_id=None if "off" in request.POST else filter_id)
    return redirect("triage")


@require_POST
def filter_forget(request: HttpRequest, filter_id: UUID) -> HttpResponse:
    """Forget it."""
    forget_filter(actor=current_actor(), filter_id=filter_id)
    return redirect(f"{reverse('triage')}?stage=waiting")
