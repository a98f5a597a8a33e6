"""Where I am signed in, and ending it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from access.context import current_actor
from agencies import queries
from agencies.actions import people


@require_GET
def own_sessions(request: HttpRequest) -> HttpResponse:
    """Each place where one is signed in, the newest first."""
    sessions = queries.sessions_of(current_actor().id)
    current = request.session.session_key
    return render(
        request,
        "account/sessions.html",
        {
            "rows": [(session, session.session_key == current) for session in sessions],
            "others": len([session for session in sessions if session.session_key != current]),
        },
    )


@require_POST
def end_own_one(request: HttpRequest, number: int) -> HttpResponse:
    """End one of the others."""
    if not people.end_own_sessions(actor=current_actor(), keep=request.session.session_key, number=number):
        raise Http404
    messages.success(request, "That session has ended.")
    return redirect("own_sessions")


@require_POST
def end_own_others(request: HttpRequest) -> HttpResponse:
    """End all but this one."""
    people.end_own_sessions(actor=current_actor(), keep=request.session.session_key)
    messages.success(request, "You are signed in only here now.")
    return redirect("own_sessions")
