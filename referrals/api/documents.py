"""Documents that the hub gave to an agency, for its own system: the files that its referral's `documents` lists."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.api.views import READ_PROBLEMS, own_referral
from referrals.downloads import attachment
from referrals.queries.referrals import document_given


class AsItIs(DefaultContentNegotiation):
    """A file has the type that it has, whatever the client would rather have; refusals are problem details."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type


class ReferralDocument(APIView):
    """What is in one document that your agency was given: as long as the hub gives it. Each time is on record."""

    content_negotiation_class = AsItIs

    @extend_schema(
        operation_id="referral_document",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **READ_PROBLEMS},
    )
    def get(self, request: Request, referral_id: UUID, document_id: UUID) -> HttpResponse:
        current_actor().require(Capability.ANSWER_REFERRAL)
        referral = own_referral(referral_id)
        document = document_given(referral=referral, document_id=document_id)
        if document is None:
            raise exceptions.NotFound("There is no document with this id on your referral.")
        record_look(action=Look.Action.EXPORT, door="api_document", subjects=[referral.id, referral.case_id])
        return attachment(document)
