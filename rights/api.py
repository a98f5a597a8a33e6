"""What a partner's system is told to correct or erase, and its word that it has: the notices of the page."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.api.idempotency import once
from referrals.api.views import READ_PROBLEMS, WRITE_HEADERS, WRITE_PROBLEMS, client_of
from rights.actions.notices import NoticeNotFound, confirm_notice
from rights.models import Notice
from rights.queries.notices import TABS, notice_list
from rights.serializers import notice_for_partner


class NoticeSerializer(serializers.Serializer):
    """What to correct, erase or destroy. Once confirmed the reference, before and after are gone."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=Notice.Kind.choices)
    referral = serializers.UUIDField(allow_null=True, help_text="Null where a case conference told you.")
    case_reference = serializers.CharField(allow_blank=True)
    category = serializers.CharField(allow_blank=True)
    field = serializers.CharField(allow_blank=True)
    before = serializers.CharField(allow_blank=True)
    after = serializers.CharField(allow_blank=True)
    file = serializers.CharField(
        allow_blank=True, help_text="The name of the file to destroy, as you downloaded it."
    )
    told_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)


class NoticesSerializer(serializers.Serializer):
    """A page of notices: those to be done the oldest first, those done the newest first."""

    items = NoticeSerializer(many=True)
    next = serializers.CharField(allow_blank=True, help_text="Pass this as `after` for the next page.")


class ConfirmedSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    confirmed_at = serializers.DateTimeField()


class Notices(APIView):
    """What your agency must correct or erase, as the hub did."""

    @extend_schema(
        operation_id="notices",
        parameters=[
            OpenApiParameter("list", str, enum=list(TABS), description="waiting (unless told) or done."),
            OpenApiParameter("after", str, description="The cursor: `next` of the page before."),
        ],
        responses={200: NoticesSerializer, **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        actor = current_actor()
        actor.require(Capability.ANSWER_REFERRAL)
        chosen = request.query_params.get("list", "waiting")
        if chosen not in TABS:
            raise exceptions.ValidationError({"list": f"Give one of {', '.join(TABS)}."})
        page = notice_list(actor=actor, chosen=chosen, after=request.query_params.get("after", ""))
        record_look(
            action=Look.Action.API_READ,
            door="api_notices",
            subjects=[one.about for one in page.rows if one.about],
        )
        return Response({"items": [notice_for_partner(one) for one in page.rows], "next": page.next})


class NoticeConfirm(APIView):
    """Say that your agency has corrected or erased what it holds. Saying so again changes nothing."""

    @extend_schema(
        operation_id="notice_confirm",
        parameters=WRITE_HEADERS[:1],
        request=None,
        responses={200: ConfirmedSerializer, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, notice_id: UUID) -> Response:
        def write() -> dict[str, Any]:
            try:
                done = confirm_notice(actor=current_actor(), notice_id=notice_id)
            except NoticeNotFound as error:
                raise exceptions.NotFound(str(error)) from error
            return dict(ConfirmedSerializer(done).data)

        return once(request, client_of(request), write)
