"""Messages with the hub, for the agency's own system: read them, write one."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from referrals.actions.messages import mark_read, send_message
from referrals.api import serializers as s
from referrals.api.idempotency import once
from referrals.api.refusals import refusals
from referrals.api.views import (
    LARGEST_PAGE,
    PAGE,
    READ_PROBLEMS,
    WRITE_HEADERS,
    WRITE_PROBLEMS,
    before_of,
    client_of,
    expected_version,
    own_referral,
    whole_number,
)
from referrals.models import ReferralMessage
from referrals.queries.messages import message_page


class Messages(APIView):
    """What your team and the hub said to each other on a referral."""

    @extend_schema(
        operation_id="referral_messages",
        parameters=[
            OpenApiParameter("before", UUID, description="The cursor: `next` of the page before."),
            OpenApiParameter(
                "limit", int, description=f"How many at most: 1 to {LARGEST_PAGE}, {PAGE} unless told."
            ),
        ],
        responses={200: s.MessageListSerializer, **READ_PROBLEMS},
    )
    def get(self, request: Request, referral_id: UUID) -> Response:
        referral = own_referral(referral_id)
        limit = whole_number(request, "limit", PAGE, LARGEST_PAGE)
        before = before_of(request)
        page = message_page(referral=referral, before=before, limit=limit)
        if page.messages and before is None:
            mark_read(actor=current_actor(), referral=referral, newest=page.messages[0])
        record_look(
            action=Look.Action.API_READ, door="api_messages", subjects=[referral.id, referral.case_id]
        )
        return Response({"items": [_told(one) for one in page.messages], "next": page.next})

    @extend_schema(
        operation_id="referral_message_send",
        parameters=WRITE_HEADERS,
        request=s.SayingSerializer,
        responses={201: s.MessageSentSerializer, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, referral_id: UUID) -> Response:
        asked = s.SayingSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        version = expected_version(request)

        def write() -> dict[str, Any]:
            with refusals():
                made = send_message(
                    actor=current_actor(),
                    referral_id=referral_id,
                    expected_version=version,
                    **asked.validated_data,
                )
            # Kept under the key, to be given again: ids and codes alone.
            return {"id": str(made.id), "at": made.written_at.isoformat()}

        return once(request, client_of(request), write, status=201)


def _told(one: ReferralMessage) -> dict[str, Any]:
    return {
        "id": one.id,
        "side": "hub" if one.from_hub else "partner",
        "kind": one.kind,
        "about": one.category,
        "text": one.text,
        "by": one.written_by_name,
        "at": one.written_at,
    }
