"""Which HTTP methods the hub speaks at all; each door says for itself which of them it takes."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

SPOKEN = ("GET", "HEAD", "POST", "OPTIONS")


class MethodsMiddleware:
    """Answers 405 to every other method before anything is looked at: no door changes by PUT, DELETE or PATCH."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request) if request.method in SPOKEN else HttpResponseNotAllowed(SPOKEN)
