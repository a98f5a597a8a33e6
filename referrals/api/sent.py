"""How far the hub has come with what an agency sent or told on the form, for the agency's own system."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from access.context import current_actor
from access.looks import record_look
from access.models import Look
from referrals.api.intake import SenderDoor
from referrals.api.views import READ_PROBLEMS
from referrals.feedback import STAGES
from referrals.queries.sent import SentLine, sent_page, subjects_of
from referrals.workflow import END_STATES


class SentRecordSerializer(serializers.Serializer):
    """One row of your feed, or one form that somebody of your agency sent."""

    id = serializers.UUIDField()
    run = serializers.IntegerField()
    line = serializers.IntegerField(help_text="Its place in what was sent, from 0.")
    reference = serializers.CharField(
        allow_blank=True,
        help_text="Yours; of a form the police's where it was told, else the form's own number.",
    )
    sent_at = serializers.DateTimeField()
    told_by = serializers.CharField(
        allow_blank=True, help_text="Who of your agency sent the form; empty of a feed's row."
    )
    verdict = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    returned_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was returned to be corrected."
    )
    stage = serializers.ChoiceField(
        choices=list(STAGES.items()),
        allow_blank=True,
        help_text="How far the hub is; empty where there is no case.",
    )
    end_state = serializers.ChoiceField(
        choices=list(END_STATES.items()), allow_blank=True, help_text="How it ended; empty before."
    )
    changed_at = serializers.DateTimeField(allow_null=True, help_text="When it came to this stage.")


class SentListSerializer(serializers.Serializer):
    """A page, newest first, never counted."""

    items = SentRecordSerializer(many=True)
    next = serializers.CharField(allow_blank=True, help_text="Pass this as `after`; empty at the end.")


class Sent(SenderDoor):
    """What your agency's feed sent and its people told on the form, and how far the hub has come with each, newest
    first. Never who helps or what was found.
    """

    @extend_schema(
        operation_id="intake_sent",
        parameters=[OpenApiParameter("after", str, description="The cursor: `next` of the page before.")],
        responses={200: SentListSerializer, **READ_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        page = sent_page(actor=current_actor(), day=None, after=request.query_params.get("after", ""))
        record_look(action=Look.Action.API_READ, door="api_sent", subjects=subjects_of(page.rows))
        return Response({"items": [_told(line) for line in page.rows], "next": page.next})


def _told(line: SentLine) -> dict[str, object]:
    record = line.record
    return {
        "id": record.id,
        "run": record.run_number,
        "line": record.line,
        "reference": record.reference,
        "sent_at": record.sent_at,
        "told_by": record.told_by_name,
        "verdict": record.verdict,
        "reason": record.reason,
        "returned_at": record.returned_at,
        "stage": line.stage,
        "end_state": line.end,
        "changed_at": line.changed_at,
    }
