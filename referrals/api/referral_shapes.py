"""One referral as its agency reads it, for the API's schema. It is built by referrals.serializers, part by part.

What follows `reason` is there while the referral is open, each part as far as the agency may be told of it now.
"""

from typing import Any

from rest_framework import serializers

from access.categories import Category
from referrals.models import Split, Transfer
from referrals.queries.leads import ANOTHER, YOU
from referrals.workflow import STATUS_WORDS


def blank(**given: Any) -> serializers.CharField:
    """Words that may be empty."""
    return serializers.CharField(allow_blank=True, **given)


def moment(**given: Any) -> serializers.DateTimeField:
    """A time that may not have come."""
    return serializers.DateTimeField(allow_null=True, **given)


class NamedSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class InWordsSerializer(serializers.Serializer):
    code = serializers.CharField()
    words = serializers.CharField()


class ReadSerializer(serializers.Serializer):
    """A fact that the rule read, as it was when the case was sent."""

    fact = serializers.CharField()
    words = serializers.CharField()
    value = blank()


class VoiceSerializer(serializers.Serializer):
    """What one agency said of the pathway version; empty where it has not answered."""

    agency = serializers.CharField()
    position = blank()
    by = blank()
    on = serializers.DateField(allow_null=True)
    reasons = blank()


class WhySerializer(serializers.Serializer):
    """Why the case is with you: see the guide for partners."""

    sentence = blank()
    withheld = serializers.BooleanField()
    read = ReadSerializer(many=True)
    agreed = VoiceSerializer(many=True)


class PathwaySerializer(serializers.Serializer):
    code = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    route = blank()


class IdentitySerializer(serializers.Serializer):
    given_names = blank()
    surname = blank()
    person_reference = serializers.CharField()
    date_of_birth = serializers.DateField(allow_null=True)
    age = serializers.IntegerField(allow_null=True)
    language = blank()
    interpreter = serializers.BooleanField()
    entitlement = serializers.CharField()
    risk = serializers.CharField()


class WaySerializer(serializers.Serializer):
    """One way to reach the person. `value` is null where nobody may use it."""

    channel = serializers.CharField()
    words = serializers.CharField()
    value = blank(allow_null=True)
    safe_now = serializers.BooleanField()
    why = blank()
    senders_note = blank()


class ContactSerializer(serializers.Serializer):
    checked_at = serializers.DateTimeField()
    ways = WaySerializer(many=True)
    access_needs = InWordsSerializer(many=True, allow_null=True, help_text="null: nobody has asked.")


class ReportSerializer(serializers.Serializer):
    reference = blank()
    offence_code = blank()
    offence = blank()
    group = blank()
    flags = serializers.ListField(child=serializers.CharField())
    reported_at = serializers.DateTimeField()
    occurred_from = moment()
    occurred_to = moment()
    officer = blank()
    summary = blank()

    def get_fields(self) -> dict[str, serializers.Field]:
        # Not as an attribute, here and below: `source` and `label` mean another thing on a serializer.
        return {"source": serializers.CharField(), **super().get_fields()}


class PerpetratorSerializer(serializers.Serializer):
    name = blank()
    relationship = blank()


class IncidentSerializer(serializers.Serializer):
    reports = ReportSerializer(many=True)
    alleged_perpetrators = PerpetratorSerializer(many=True)


class AnswerSerializer(serializers.Serializer):
    code = serializers.CharField()
    answer = serializers.JSONField(allow_null=True)
    severity = serializers.IntegerField(allow_null=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {"label": serializers.CharField(), **super().get_fields()}


class AssessmentSerializer(serializers.Serializer):
    instrument = serializers.CharField()
    edition = serializers.CharField()
    title = serializers.CharField()
    stage = blank()
    completed_at = serializers.DateTimeField()
    completed_by = blank()
    grade = blank()
    judgement = blank()
    rationale = blank()
    count = serializers.JSONField(allow_null=True)
    answers = AnswerSerializer(many=True)


class AttemptSerializer(serializers.Serializer):
    """One try to reach the person."""

    at = serializers.DateTimeField()
    by = serializers.CharField()
    channel = serializers.CharField()
    result = serializers.CharField()
    notes = blank()


class ProgressLineSerializer(serializers.Serializer):
    step = serializers.CharField()
    words = serializers.CharField()
    on = serializers.DateField()


class HandoverNoteSerializer(serializers.Serializer):
    """What must be known first. `waits`: it is for your agency to acknowledge."""

    first = blank()
    told = blank()
    address_as = blank()
    joint_call_at = moment()
    by = serializers.CharField()
    from_hub = serializers.BooleanField()
    given_by = blank(help_text="The agency that had it, where the hub passed its note on.")
    at = serializers.DateTimeField()
    acknowledged_by = blank()
    acknowledged_at = moment()
    waits = serializers.BooleanField()


class MadeTransferSerializer(serializers.Serializer):
    status = serializers.ChoiceField(choices=Transfer.Status.choices)
    to = serializers.CharField(allow_null=True)
    why = blank()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    answer = blank()
    answered_at = moment()

    def get_fields(self) -> dict[str, serializers.Field]:
        return {"from": serializers.CharField(), **super().get_fields()}  # a word of Python's own


class PartSerializer(serializers.Serializer):
    """Who gave your agency a part of split work, when and why."""

    by = serializers.CharField()
    at = serializers.DateTimeField()
    why = blank()


class SplitSerializer(serializers.Serializer):
    """One split of the referral's work. `to`: your own team that has the part; another agency is not told."""

    status = serializers.ChoiceField(choices=Split.Status.choices)
    needs = InWordsSerializer(many=True)
    to = serializers.CharField(allow_null=True)
    why = blank()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    answer = blank()
    answered_at = moment()
    given_back_at = moment()


class SharedNoteSerializer(serializers.Serializer):
    """A note that the hub has chosen to show to your agency."""

    kind = serializers.CharField()
    text = blank()
    by = serializers.CharField()
    at = serializers.DateTimeField()
    edition = serializers.IntegerField()


class GivenDocumentSerializer(serializers.Serializer):
    """A document that the hub has given to your agency: download it by its id."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    kind = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField(help_text="In bytes.")
    scanned = serializers.BooleanField(help_text="Whether the hub has looked for malware in it.")
    at = serializers.DateTimeField()


class ReferralSerializer(serializers.Serializer):
    """One referral, with what your agency may know of the case now."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(
        choices=[(one, words) for one, words in STATUS_WORDS.items() if one != "draft"]
    )
    version = serializers.IntegerField()
    service = NamedSerializer()
    team = NamedSerializer()
    urgent = serializers.BooleanField()
    sent_at = serializers.DateTimeField()
    answer_due_at = serializers.DateTimeField()
    received_at = moment()
    answered_at = moment()
    ended_at = moment()
    reason = blank()
    case_reference = serializers.CharField(required=False)
    categories = serializers.ListField(
        child=serializers.ChoiceField(choices=[str(one) for one in Category]), required=False
    )
    purpose = InWordsSerializer(required=False)
    basis = InWordsSerializer(required=False)
    agreement = blank(required=False)
    why = WhySerializer(required=False)
    pathway = PathwaySerializer(required=False)
    identity = IdentitySerializer(required=False)
    contact = ContactSerializer(required=False)
    safe_address = serializers.DictField(child=blank(), required=False, allow_null=True)
    incident = IncidentSerializer(required=False)
    assessment = AssessmentSerializer(many=True, required=False)
    notes = AttemptSerializer(many=True, required=False)
    progress = ProgressLineSerializer(many=True, required=False)
    needs = InWordsSerializer(many=True, required=False)
    split_from = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="The first referral of split work, where your agency has it.",
    )
    rest = serializers.ChoiceField(
        choices=[(YOU, "you have it, by another referral"), (ANOTHER, "another service has it")],
        allow_blank=True,
        required=False,
        help_text="Who has the rest of split work; empty where you have all of it.",
    )
    part = PartSerializer(required=False, allow_null=True)
    splits = SplitSerializer(many=True, required=False)
    lead = serializers.ChoiceField(
        choices=[(YOU, "you lead"), (ANOTHER, "another service leads")],
        allow_blank=True,
        required=False,
        help_text="Who leads the joint work; empty where nobody does.",
    )
    handover = HandoverNoteSerializer(required=False, allow_null=True)
    transfers = MadeTransferSerializer(many=True, required=False)
    shared_notes = SharedNoteSerializer(many=True, required=False)
    documents = GivenDocumentSerializer(many=True, required=False)
