"""What case conferences ask an agency, for its own system: the questions, and its answers."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from referrals.actions.conferences import ConferenceNotFound, ConferenceRefused
from referrals.actions.research import answer_research
from referrals.api import serializers as s
from referrals.api.idempotency import once
from referrals.api.refusals import Conflict
from referrals.api.views import (
    LARGEST_PAGE,
    PAGE,
    READ_PROBLEMS,
    WRITE_HEADERS,
    WRITE_PROBLEMS,
    before_of,
    client_of,
    whole_number,
)
from referrals.queries.research_asked import Question, questions


class ConferenceQuestions(APIView):
    """What case conferences that are still to end ask your agency, newest first."""

    @extend_schema(
        operation_id="conference_questions",
        parameters=[
            OpenApiParameter("waiting", bool, description="true: only what you have not answered."),
            OpenApiParameter("before", UUID, description="The cursor: `next` of the page before."),
            OpenApiParameter(
                "limit", int, description=f"How many at most: 1 to {LARGEST_PAGE}, {PAGE} unless told."
            ),
        ],
        responses={200: s.QuestionListSerializer, **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        actor = current_actor()
        actor.require(Capability.ANSWER_RESEARCH)
        limit = whole_number(request, "limit", PAGE, LARGEST_PAGE)
        waiting = request.query_params.get("waiting", "false")
        if waiting not in ("true", "false"):
            raise exceptions.ValidationError({"waiting": "Give true or false."})
        before = before_of(request)
        found = questions(actor=actor, waiting=waiting == "true", before=before, limit=limit + 1)
        shown = found[:limit]
        record_look(
            action=Look.Action.API_READ,
            door="api_conference_questions",
            subjects=sorted({one.research.case_id for one in shown}),
        )
        return Response(
            {
                "items": [_told(one) for one in shown],
                "next": shown[-1].research.id if len(found) > limit else None,
            }
        )


class ConferenceAnswer(APIView):
    """Say what your agency knows: until the meeting has ended, once one of your people agreed to its statement."""

    @extend_schema(
        operation_id="conference_answer",
        parameters=WRITE_HEADERS[:1],
        request=s.ResearchAnswerSerializer,
        responses={200: s.ResearchAnsweredSerializer, **WRITE_PROBLEMS},
    )
    def post(self, request: Request, research_id: UUID) -> Response:
        asked = s.ResearchAnswerSerializer(data=request.data)
        asked.is_valid(raise_exception=True)

        def write() -> dict[str, Any]:
            try:
                done = answer_research(actor=current_actor(), research_id=research_id, **asked.validated_data)
            except ConferenceNotFound as absent:
                raise exceptions.NotFound(str(absent)) from absent
            except ConferenceRefused as refusal:
                raise Conflict(str(refusal)) from refusal
            return dict(s.ResearchAnsweredSerializer(done).data)

        return once(request, client_of(request), write)


def _told(one: Question) -> dict[str, Any]:
    research, card = one.research, one.card
    address = card.address if card else None
    return {
        "id": research.id,
        "conference": research.conference_id,
        "kind": one.kind,
        "meets_at": research.conference.starts_at,
        "due_at": research.due_at,
        "status": research.status,
        "categories": research.categories,
        "agreed": card is not None,
        "case_reference": one.reference,
        "name": card.name.full if card else "",
        "also_named": card.also_named if card else [],
        "date_of_birth": card.born if card else None,
        "address": ", ".join(filter(None, (address.lines, address.postcode))) if address else "",
        "perpetrators": [it.name for it in card.perpetrators if it.name] if card else [],
    }
