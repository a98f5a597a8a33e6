"""What a partner's system can ask and do: pull changes, read its referrals, answer and complete them.

Each write is one verb of referrals.actions.referral, called once for each Idempotency-Key.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from access.roles import Capability
from agencies.models import ApiClient, FeedCursor
from messaging.feeds import changes_after
from referrals import serializers as shapes
from referrals.actions import referral as verbs
from referrals.actions.handovers import acknowledge
from referrals.actions.messages import ask
from referrals.actions.progress import record_progress
from referrals.actions.splits import ask_split
from referrals.actions.transfers import ask_transfer, transfer
from referrals.api import serializers as s
from referrals.api.idempotency import once
from referrals.api.referral_shapes import ReferralSerializer
from referrals.api.refusals import refusals
from referrals.models import Referral
from referrals.queries import referrals as queries
from referrals.queries.asked_needs import asked_of
from referrals.queries.handovers import newest_handover, waits_to_be_read
from referrals.queries.splits import asked_split
from referrals.queries.transfers import asked_transfer, own_teams_for
from referrals.workflow import OPEN, STATUS_WORDS, WORKED_ON, verbs_for

PAGE = 100
LARGEST_PAGE = 500

PROBLEM = OpenApiResponse(
    OpenApiTypes.OBJECT, description="Problem details (RFC 9457), application/problem+json"
)
READ_PROBLEMS = {400: PROBLEM, 401: PROBLEM, 403: PROBLEM, 404: PROBLEM}
WRITE_PROBLEMS = {**READ_PROBLEMS, 409: PROBLEM, 412: PROBLEM, 415: PROBLEM, 422: PROBLEM}
WRITE_HEADERS = [
    OpenApiParameter(
        "Idempotency-Key",
        str,
        OpenApiParameter.HEADER,
        description="One key, one effect: send the same again safely.",
    ),
    OpenApiParameter(
        "If-Match",
        str,
        OpenApiParameter.HEADER,
        description='The version you read, such as "3": refused if changed.',
    ),
]


def whole_number(request: Request, name: str, default: int, largest: int | None = None) -> int:
    """A number of the query string. Raises ValidationError with what to give."""
    given = request.query_params.get(name, str(default))
    if not (given.isascii() and given.isdigit()) or len(given) > 18:
        raise exceptions.ValidationError({name: "Give a whole number, 0 or more."})
    number = int(given)
    if largest is not None and not 1 <= number <= largest:
        raise exceptions.ValidationError({name: f"Give a number from 1 to {largest}."})
    return number


def before_of(request: Request) -> UUID | None:
    """The cursor `before` of the query string: `next` of the page before. Raises ValidationError."""
    given = request.query_params.get("before")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise exceptions.ValidationError({"before": "Give the id from `next`."}) from None


def expected_version(request: Request) -> int | None:
    """The version that If-Match names; None for any. Raises ValidationError."""
    given = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not given or given == "*":
        return None
    if not (given.isascii() and given.isdigit()) or len(given) > 9:
        raise exceptions.ValidationError({"If-Match": 'Give the version as you got it in ETag, such as "3".'})
    return int(given)


def client_of(request: Request) -> ApiClient:
    """Whoever the token belongs to: ClientAuthentication lets in nobody else."""
    client = request.user
    assert isinstance(client, ApiClient)  # noqa: S101 - for the type: the permission has seen to it
    return client


def own_referral(referral_id: UUID) -> Referral:
    """The client's own referral. Absent and forbidden are the same 404."""
    found = queries.own(actor=current_actor(), referral_id=referral_id)
    if found is None:
        raise exceptions.NotFound("There is no referral with this id for your agency.")
    return found


class Changes(APIView):
    """The ordered, gap-free feed of what happened to your agency's referrals."""

    @extend_schema(
        operation_id="changes",
        parameters=[
            OpenApiParameter(
                "after", int, description="The cursor: `next` of the page before; 0 from the beginning."
            ),
            OpenApiParameter(
                "limit", int, description=f"How many at most: 1 to {LARGEST_PAGE}, {PAGE} unless told."
            ),
        ],
        responses={200: s.ChangesSerializer, **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        actor = current_actor()
        actor.require(Capability.PULL_CHANGES)
        after = whole_number(request, "after", 0)
        limit = whole_number(request, "limit", PAGE, LARGEST_PAGE)
        entries = changes_after(agency_id=actor.agency_id, cursor=after, limit=limit + 1)
        shown = entries[:limit]
        FeedCursor.objects.update_or_create(
            client=client_of(request), defaults={"position": after, "read_at": timezone.now()}
        )
        told = {entry.event.referral_id for entry in shown if entry.event.referral_id}
        record_look(action=Look.Action.API_READ, door="api_changes", subjects=sorted(told))
        return Response(
            {
                "items": [
                    {
                        "position": entry.position,
                        "event": entry.event.id,
                        "topic": entry.event.topic,
                        "at": entry.event.at,
                        "referral": entry.event.referral_id,
                        "status": entry.event.data.get("to", ""),
                        "reason": entry.event.data.get("reason_code", ""),
                    }
                    for entry in shown
                ],
                "next": shown[-1].position if shown else after,
                "more": len(entries) > limit,
            }
        )


class Referrals(APIView):
    """Your agency's referrals, newest first."""

    @extend_schema(
        operation_id="referrals",
        parameters=[
            OpenApiParameter("status", str, description="Only those in this state, such as sent."),
            OpenApiParameter("before", UUID, description="The cursor: `next` of the page before."),
            OpenApiParameter(
                "limit", int, description=f"How many at most: 1 to {LARGEST_PAGE}, {PAGE} unless told."
            ),
        ],
        responses={200: s.ReferralListSerializer, **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        limit = whole_number(request, "limit", PAGE, LARGEST_PAGE)
        status = request.query_params.get("status", "")
        if status and status not in STATUS_WORDS:
            known = ", ".join(word for word in STATUS_WORDS if word != "draft")
            raise exceptions.ValidationError({"status": f"Give one of {known}."})
        found = queries.own_list(
            actor=current_actor(),
            status=status,
            before=before_of(request),
            limit=limit + 1,
        )
        shown = found[:limit]
        record_look(action=Look.Action.API_READ, door="api_referrals", subjects=[one.id for one in shown])
        return Response(
            {
                "items": shapes.lines_for_partner(shown),
                "next": shown[-1].id if len(found) > limit else None,
            }
        )


class ReferralDetail(APIView):
    """One referral, with what your agency may know of the case."""

    @extend_schema(operation_id="referral", responses={200: ReferralSerializer, **READ_PROBLEMS})
    def get(self, request: Request, referral_id: UUID) -> Response:
        referral = own_referral(referral_id)
        answer = shapes.for_partner(referral)
        record_look(
            action=Look.Action.API_READ, door="api_referral", subjects=[referral.id, referral.case_id]
        )
        return Response(answer, headers={"ETag": f'"{referral.version}"'})


class ReferralMoves(APIView):
    """What your agency may do with the referral now."""

    @extend_schema(operation_id="referral_actions", responses={200: s.MovesSerializer, **READ_PROBLEMS})
    def get(self, request: Request, referral_id: UUID) -> Response:
        referral = own_referral(referral_id)
        record_look(action=Look.Action.API_READ, door="api_actions", subjects=[referral.id])
        allowed = verbs_for(referral.status, "partner")
        if "transfer" in allowed:
            if not own_teams_for(referral):
                allowed = tuple(verb for verb in allowed if verb != "transfer")
            if asked_transfer(referral) is None:
                allowed += ("ask_transfer",)
            if len(asked_of(referral)) > 1 and asked_split(referral) is None:
                allowed += ("ask_split",)
        if verbs.may_be_confirmed(referral):
            allowed += ("confirm_recall",)
        if referral.status in WORKED_ON:
            allowed += ("record_progress",)
        note = newest_handover(referral)
        if note is not None and referral.status in OPEN and waits_to_be_read(note, referral):
            allowed += ("acknowledge",)
        return Response(
            {
                "version": referral.version,
                "actions": [
                    {"verb": word, "href": reverse(f"api_{word}", args=[referral.id]), "needs": needs}
                    for word, (verb, _, needs) in MOVES.items()
                    if verb in allowed
                ],
            }
        )


class Move(APIView):
    """One verb on one referral. Subclasses name the verb and the body that it takes."""

    body: type[Serializer] = s.NothingSerializer
    verb: Callable[..., Referral]

    def post(self, request: Request, referral_id: UUID) -> Response:
        asked = self.body(data=request.data)
        asked.is_valid(raise_exception=True)
        version = expected_version(request)

        def write() -> dict[str, Any]:
            with refusals():
                moved = type(self).verb(
                    actor=current_actor(),
                    referral_id=referral_id,
                    expected_version=version,
                    **asked.validated_data,
                )
            return {"id": str(moved.id), "status": moved.status, "version": moved.version}

        return once(request, client_of(request), write)


def _move(name: str, verb: Callable[..., Referral], body: type[Serializer], words: str) -> type[Move]:
    """The door of one verb, with its place in the schema."""

    # A function of its own for each verb: the schema is noted on it.
    @extend_schema(
        operation_id=f"referral_{name}",
        parameters=WRITE_HEADERS,
        request=body,
        responses={200: s.MovedSerializer, **WRITE_PROBLEMS},
    )
    def post(self: Move, request: Request, referral_id: UUID) -> Response:
        return Move.post(self, request, referral_id)

    members = {"body": body, "verb": staticmethod(verb), "__doc__": words, "post": post}
    return type(f"Move{name.title()}", (Move,), members)


# Path word, verb of the workflow, door, and the fields its body needs.
MOVES = {
    "receive": ("receive", _move("receive", verbs.receive, s.NothingSerializer, "Say that you have it."), []),
    "accept": ("accept", _move("accept", verbs.accept, s.NothingSerializer, "Take the referral on."), []),
    "decline": (
        "decline",
        _move("decline", verbs.decline, s.DeclineSerializer, "Decline it, with a coded reason."),
        ["reason"],
    ),
    "return": (
        "return_to_hub",
        _move(
            "return",
            verbs.return_to_hub,
            s.ReturnSerializer,
            "Give it back to the hub: you must know more first, or you cannot go on.",
        ),
        ["details"],
    ),
    "start": ("start", _move("start", verbs.start, s.NothingSerializer, "Say that the work has begun."), []),
    "complete": (
        "complete",
        _move("complete", verbs.complete, s.CompleteSerializer, "Finish it, with what came of it."),
        ["outcomes"],
    ),
    "progress": (
        "record_progress",
        _move(
            "progress", record_progress, s.ProgressSerializer, "Say how far you have come, in one small step."
        ),
        ["step", "on"],
    ),
    "confirm": (
        "confirm_recall",
        _move(
            "confirm",
            verbs.confirm_recall,
            s.ConfirmSerializer,
            "Say that you have stopped work on a recalled referral and dealt with what you hold of it.",
        ),
        ["answer"],
    ),
    "transfer": (
        "transfer",
        _move("transfer", transfer, s.TransferSerializer, "Move it to another of your teams."),
        ["service", "details"],
    ),
    "acknowledge": (
        "acknowledge",
        _move("acknowledge", acknowledge, s.NothingSerializer, "Say that you have read the handover note."),
        [],
    ),
    "ask-transfer": (
        "ask_transfer",
        _move(
            "ask_transfer",
            ask_transfer,
            s.AskTransferSerializer,
            "Ask the hub to hand it over to another agency. It stays with you until the hub has decided.",
        ),
        ["details"],
    ),
    "split": (
        "ask_split",
        _move(
            "split",
            ask_split,
            s.AskSplitSerializer,
            "Give some of its needs to another of your teams, or ask the hub to find somebody for them.",
        ),
        ["needs", "details"],
    ),
    "ask": (
        "ask",
        _move("ask", ask, s.SayingSerializer, "Ask the hub for what you must know before you can answer."),
        ["details"],
    ),
}
