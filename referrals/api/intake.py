"""Records that a sender's system pushes: taken as a run like any file, and what became of each row.

What is sent is written down as JSON lines and goes through the very verb that takes a file.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from agencies.authentication import IsSender
from referrals.actions.intake import FeedRefused, take_feed
from referrals.api.idempotency import once
from referrals.api.views import PROBLEM, READ_PROBLEMS, WRITE_HEADERS, client_of, whole_number
from referrals.feed.faults import FeedError
from referrals.models import FeedRun
from referrals.queries import sent

MOST_RECORDS = 500
ROWS = 500


class RecordsSerializer(serializers.Serializer):
    """1 to 500 records of one sender."""

    records = serializers.ListField(
        child=serializers.DictField(),
        min_length=1,
        max_length=MOST_RECORDS,
        help_text="Each in your own columns, or in the canonical shape: see the guide for partners.",
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        # Not as an attribute: `source` means another thing on a serializer.
        code = serializers.SlugField(help_text="The code of your feed, such as northshire-police.")
        return {"source": code, **super().get_fields()}


class RunSerializer(serializers.Serializer):
    """The run that the records were taken as."""

    run = serializers.IntegerField()
    received = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["working", "finished"])
    href = serializers.CharField(help_text="Where to read what became of each row.")


class RowSerializer(serializers.Serializer):
    line = serializers.IntegerField(help_text="The record's place in what was sent, from 0.")
    verdict = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)


class VerdictsSerializer(RunSerializer):
    """How far the run is; once it is finished, each row with its verdict."""

    rows = RowSerializer(many=True)
    next = serializers.IntegerField(allow_null=True, help_text="Pass this as `after` for the next page.")


class RecordsRefused(exceptions.ValidationError):
    """Nothing was taken. The problem names row and column."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY


class SenderDoor(APIView):
    """What both doors of the intake share: the scope of their own."""

    permission_classes = [IsSender]
    needs_scope = IsSender.scope


class Intake(SenderDoor):
    """Send records. All are taken, or none."""

    largest_body = settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    @extend_schema(
        operation_id="intake",
        parameters=WRITE_HEADERS[:1],
        request=RecordsSerializer,
        responses={202: RunSerializer, **READ_PROBLEMS, 413: PROBLEM, 415: PROBLEM, 422: PROBLEM},
    )
    def post(self, request: Request) -> Response:
        asked = RecordsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        return once(
            request,
            client_of(request),
            lambda: _taken(asked.validated_data["source"], asked.validated_data["records"]),
            status=status.HTTP_202_ACCEPTED,
        )


class IntakeRun(SenderDoor):
    """What became of the records that were sent."""

    @extend_schema(
        operation_id="intake_run",
        parameters=[OpenApiParameter("after", int, description="The cursor: `next` of the page before.")],
        responses={200: VerdictsSerializer, **READ_PROBLEMS},
    )
    def get(self, request: Request, number: int) -> Response:
        after = whole_number(request, "after", 0)
        run = sent.own_run(actor=current_actor(), number=number)
        if run is None:
            raise exceptions.NotFound("There is no run with this number that your agency sent.")
        records = sent.verdicts_of(run=run, after=after, limit=ROWS + 1)
        shown = records[:ROWS]
        record_look(
            action=Look.Action.API_READ,
            door="api_intake_run",
            subjects=[run.id, *dict.fromkeys(one.case_id or one.row_id for one in shown)],
        )
        return Response(
            {
                **_run(run, is_told=bool(shown) or after > 0 or run.received == 0),
                "rows": [{"line": one.line, "verdict": one.verdict, "reason": one.reason} for one in shown],
                "next": shown[-1].line + 1 if len(records) > ROWS else None,
            }
        )


def _taken(code: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    actor = current_actor()
    source = sent.own_source(actor=actor, code=code)
    if source is None:
        raise exceptions.ValidationError({"source": "Your agency has no feed with this code."})
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(record)}\n" for record in records)
        file.flush()
        try:
            run = take_feed(actor=actor, source=source, path=Path(file.name), file_name="intake API")
        except FeedRefused as refusal:
            fault = refusal.__cause__
            words = str(refusal)
            if isinstance(fault, FeedError) and fault.row is not None:
                place = f"records.{fault.row - 1}.{fault.column}".rstrip(".")
                raise RecordsRefused({place: words}) from refusal
            raise RecordsRefused(words) from refusal
    return _run(run, is_told=False)


def _run(run: FeedRun, *, is_told: bool) -> dict[str, Any]:
    """A run is finished for its sender once what became of its rows can be read."""
    is_finished = run.status == FeedRun.Status.FINISHED and is_told
    return {
        "run": run.number,
        "received": run.received,
        "status": "finished" if is_finished else "working",
        "href": reverse("api_intake_run", args=[run.number]),
    }
