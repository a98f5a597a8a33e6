"""A contested decline, for the agency's own system: read it, answer it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from referrals.actions.disputes import answer_dispute
from referrals.api.idempotency import once
from referrals.api.refusals import refusals
from referrals.api.views import READ_PROBLEMS, WRITE_HEADERS, WRITE_PROBLEMS, client_of
from referrals.models import Dispute
from referrals.queries.referrals import own


class DisputeSerializer(serializers.Serializer):
    """What either side said about a declined referral, and what was settled. It names nobody."""

    referral = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Dispute.Status.choices)
    hub_words = serializers.CharField()
    opened_at = serializers.DateTimeField()
    stance = serializers.ChoiceField(choices=Dispute.Stance.choices, allow_blank=True)
    agency_words = serializers.CharField(allow_blank=True)
    resolution = serializers.ChoiceField(choices=Dispute.Resolution.choices, allow_blank=True)
    resolution_words = serializers.CharField(allow_blank=True)


class DisputeAnswerSerializer(serializers.Serializer):
    """Whether the decline stands or you take the referral up, and why."""

    stance = serializers.ChoiceField(choices=Dispute.Stance.choices)
    details = serializers.CharField(max_length=1000, source="words")


class ReferralDispute(APIView):
    """What the hub says against your decline."""

    @extend_schema(operation_id="referral_dispute", responses={200: DisputeSerializer, **READ_PROBLEMS})
    def get(self, request: Request, referral_id: UUID) -> Response:
        dispute = _own(referral_id)
        record_look(action=Look.Action.API_READ, door="api_dispute", subjects=[referral_id])
        return Response(_told(dispute))

    @extend_schema(
        operation_id="referral_dispute_answer",
        parameters=WRITE_HEADERS,
        request=DisputeAnswerSerializer,
        responses={200: DisputeSerializer, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        asked = DisputeAnswerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        _own(referral_id)

        def write() -> dict[str, Any]:
            with refusals():
                return _told(
                    answer_dispute(actor=current_actor(), referral_id=referral_id, **asked.validated_data)
                )

        return once(request, client_of(request), write)


def _own(referral_id: UUID) -> Dispute:
    referral = own(actor=current_actor(), referral_id=referral_id)
    dispute = Dispute.objects.filter(referral=referral).first() if referral else None
    if dispute is None:
        raise exceptions.NotFound("No decline of a referral with this id is contested for your agency.")
    return dispute


def _told(dispute: Dispute) -> dict[str, Any]:
    return {
        "referral": str(dispute.referral_id),
        "status": dispute.status,
        "hub_words": dispute.hub_words,
        "opened_at": dispute.opened_at.isoformat(),
        "stance": dispute.stance,
        "agency_words": dispute.agency_words,
        "resolution": dispute.resolution,
        "resolution_words": dispute.resolution_words,
    }
