"""How many places a partner's services have: read and set by its own system."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from access.context import current_actor
from agencies.actions.services import ServiceNotFound, set_capacity
from agencies.models import Service
from agencies.queries import own_services
from referrals.api import serializers as s
from referrals.api.idempotency import once
from referrals.api.views import READ_PROBLEMS, WRITE_HEADERS, WRITE_PROBLEMS, client_of


class Capacity(APIView):
    """The places of your agency's services. Cases that wait for one are sent when a place is free."""

    @extend_schema(operation_id="capacity", responses={200: s.PlacesListSerializer, **READ_PROBLEMS})
    def get(self, request: Request) -> Response:
        return Response({"items": [_places(one) for one in own_services(actor=current_actor())]})

    @extend_schema(
        operation_id="set_capacity",
        parameters=WRITE_HEADERS[:1],
        request=s.CapacitySerializer,
        responses={200: s.PlacesSerializer, **WRITE_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        asked = s.CapacitySerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data

        def write() -> dict[str, Any]:
            try:
                set_capacity(
                    actor=current_actor(),
                    service_id=told["service"],
                    capacity=told["capacity"],
                    is_open=told["open"],
                )
            except ServiceNotFound as absent:
                raise exceptions.NotFound(str(absent)) from None
            return next(
                _places(one) for one in own_services(actor=current_actor()) if one.id == told["service"]
            )

        return once(request, client_of(request), write)


def _places(service: Service) -> dict[str, Any]:
    return {
        "service": str(service.id),
        "code": service.code,
        "name": service.name,
        "team": service.team.name,
        "capacity": service.capacity,
        "open": service.open_for_referrals,
        "taken": service.taken,
        "free": service.free,
    }
