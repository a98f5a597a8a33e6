"""Doors that take only so many knocks (see hub.throttle)."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from hub.actors import remote_of
from hub.problems import problem
from hub.throttle import seconds_to_wait

Door = Callable[..., HttpResponse]


def limited_token(view: Door) -> Door:
    """The token door: so many knocks a minute from one address. Refused as a problem with Retry-After."""

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        left = seconds_to_wait("token", remote_of(request), limit=settings.TOKENS_A_MINUTE, window=60)
        if left:
            words = f"Too many requests for a token. Wait {left} seconds; a token is good for 15 minutes."
            answer = problem(status=429, title="Too many requests.", detail=words, code="throttled")
            answer.headers["Retry-After"] = str(left)
            return answer
        return view(request, *args, **kwargs)

    return door


def limited_form(view: Door, *, refusal: Door | None = None) -> Door:
    """A form that is open to everybody: twenty answers a minute from one address.

    refusal: the page that says so, where it is not the usual one; it gets the view's arguments and `wait`.
    """

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            left = seconds_to_wait(view.__name__, remote_of(request), limit=20, window=60)
            if left:
                return (
                    refusal(request, *args, wait=left, **kwargs) if refusal else too_many(request, wait=left)
                )
        return view(request, *args, **kwargs)

    return door


def too_many(request: HttpRequest, wait: int = 60) -> HttpResponse:
    """429: says when to try again. Also allauth's answer to too many tries."""
    answer = render(request, "429.html", status=429)
    answer.headers["Retry-After"] = str(wait)
    return answer
