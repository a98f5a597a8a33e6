"""What waits for whoever is signed in: the list, following one to where it happened, and having read them all."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from agencies.actions.notifications import NotificationNotFound, read_all, read_notification
from referrals.queries.notifications import notifications_of, place_of


@require_GET
def notification_list(request: HttpRequest) -> HttpResponse:
    """The notifications, the newest first: all, or those that were not read."""
    actor = current_actor()
    unread = request.GET.get("show") != "all"
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    page = notifications_of(actor=actor, unread=unread, after=after, before=before)
    seen = [row.notification.case_id for row in page.rows if row.about and row.notification.case_id]
    record_look(action=Look.Action.LIST, door="notifications", subjects=seen)
    here = reverse("notifications")
    tabs = [
        {"label": "Not read", "url": here, "current": unread},
        {"label": "All", "url": f"{here}?show=all", "current": not unread},
    ]
    context = {"page": page, "tabs": tabs, "is_unread": unread}
    return render(request, "referrals/notifications.html", context)


@require_GET
def notification(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Go to where it happened; it counts as read from now on."""
    actor = current_actor()
    try:
        found = read_notification(actor=actor, notification_id=notification_id)
    except NotificationNotFound:
        raise Http404 from None
    return redirect(place_of(actor=actor, notification=found))


@require_POST
def notifications_read(request: HttpRequest) -> HttpResponse:
    """Count all of them as read."""
    read_all(actor=current_actor())
    messages.success(request, "Everything counts as read.")
    return redirect("notifications")
