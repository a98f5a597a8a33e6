"""Pages on agencies: who works with the hub, who works there, and what was agreed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from access.context import current_actor
from access.roles import Capability
from agencies.models import Agency


def agency_list(request: HttpRequest) -> HttpResponse:
    current_actor().require(Capability.ADMINISTER_AGENCY)
    return render(request, "agencies/list.html", {"agencies": Agency.objects.order_by("name")})
