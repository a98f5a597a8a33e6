"""The access log: who looked at what, when and through which door."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from access.context import current_actor
from access.models import Look
from access.roles import Capability


def access_log(request: HttpRequest) -> HttpResponse:
    current_actor().require(Capability.SEE_ACCESS_LOG)
    return render(request, "access/log.html", {"looks": Look.objects.order_by("-at", "-id")[:50]})
