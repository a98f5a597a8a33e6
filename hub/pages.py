"""The first page by role, and the pages of what went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from access.context import current_actor
from hub.shell import NAVIGATION


def home(request: HttpRequest) -> HttpResponse:
    """Where somebody of this role starts the day: the first place of the navigation that is theirs."""
    actor = current_actor()
    for _, name, capability in NAVIGATION:
        if actor.can(capability):
            return redirect(name)
    return redirect("account_logout")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: absent, or not theirs to see. The two look the same."""
    return render(request, "404.html", status=404)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the page exists, and this role may not use it."""
    return render(request, "403.html", status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """500: says so without asking the database anything."""
    return render(request, "500.html", status=500)
