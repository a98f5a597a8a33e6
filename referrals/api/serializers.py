"""The API's shapes, written out on purpose: what a partner gets and sends."""

from typing import Any

from rest_framework import serializers

from agencies.offering import NEEDS
from referrals.actions.handovers import Handover
from referrals.models import ReferralMessage, Research
from referrals.queries.messages import ABOUT
from referrals.workflow import (
    CONFIRMATIONS,
    DECLINE_REASONS,
    OUTCOME_DOMAINS,
    OUTCOME_RESULTS,
    PROGRESS,
    RETURN_REASONS,
)


class ChangeSerializer(serializers.Serializer):
    """One event in the agency's feed. Ids and codes only: fetch the referral for the rest."""

    position = serializers.IntegerField(
        help_text="Ordered; the cursor to go on from. What is no longer yours to know is left out."
    )
    event = serializers.UUIDField(help_text="Stable id of the event: use it to recognise a repeat.")
    topic = serializers.CharField(help_text="Such as referral.sent or referral.recalled.")
    at = serializers.DateTimeField()
    referral = serializers.UUIDField(allow_null=True)
    status = serializers.CharField(help_text="The referral's state after the event.", allow_blank=True)
    reason = serializers.CharField(
        help_text="The code of why, where there is one, such as consent_withdrawn.", allow_blank=True
    )


class ChangesSerializer(serializers.Serializer):
    """A page of the feed of changes."""

    items = ChangeSerializer(many=True)
    next = serializers.IntegerField(
        help_text="Pass this as `after` next time; it also acknowledges these items."
    )
    more = serializers.BooleanField(help_text="Whether there is more to read now.")


class ReferralLineSerializer(serializers.Serializer):
    """One referral in a list: no personal data."""

    id = serializers.UUIDField()
    case_reference = serializers.CharField(allow_blank=True)
    service = serializers.CharField()
    status = serializers.CharField()
    version = serializers.IntegerField()
    urgent = serializers.BooleanField()
    sent_at = serializers.DateTimeField()
    answer_due_at = serializers.DateTimeField()


class ReferralListSerializer(serializers.Serializer):
    """A page of referrals, newest first, never counted."""

    items = ReferralLineSerializer(many=True)
    next = serializers.UUIDField(allow_null=True, help_text="Pass this as `before` for the next page.")


class MovedSerializer(serializers.Serializer):
    """The referral's state after a move."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    version = serializers.IntegerField()


class MoveSerializer(serializers.Serializer):
    """One move that this client may make now."""

    verb = serializers.CharField()
    href = serializers.CharField()
    needs = serializers.ListField(child=serializers.CharField(), help_text="Fields that the body must have.")


class MovesSerializer(serializers.Serializer):
    version = serializers.IntegerField()
    actions = MoveSerializer(many=True)


class NothingSerializer(serializers.Serializer):
    """An empty body."""


class DeclineSerializer(serializers.Serializer):
    """Why the referral is declined: a coded reason, with words where the code alone does not say it."""

    reason = serializers.ChoiceField(
        choices=[(str(code), label) for code, label in DECLINE_REASONS.items()], source="reason_code"
    )
    details = serializers.CharField(
        max_length=400, required=False, allow_blank=True, default="", source="reason_words"
    )

    def validate(self, given: dict[str, str]) -> dict[str, str]:
        if given["reason_code"] == "other" and not given["reason_words"].strip():
            raise serializers.ValidationError(
                {"details": "Say why in a few words when the reason is 'other'."}
            )
        return given


class ReturnSerializer(serializers.Serializer):
    """What the partner needs to know first, or why it cannot go on."""

    reason = serializers.ChoiceField(
        choices=list(RETURN_REASONS.items()), required=False, default="more_wanted", source="reason_code"
    )
    details = serializers.CharField(max_length=400, source="reason_words")


class HandoverSerializer(serializers.Serializer):
    """What whoever takes the referral over must know first. `about`: one of the referral's `categories`."""

    first = serializers.CharField(max_length=2000)
    told = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, default="", help_text="Who knows of it."
    )
    address_as = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    joint_call_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    about = serializers.ChoiceField(
        choices=[(str(code), words) for code, words in ABOUT.items()], required=False, default="identity"
    )


class AskTransferSerializer(serializers.Serializer):
    """Why the referral should go to another team or agency, with a handover note where there is one."""

    details = serializers.CharField(max_length=400, source="why")
    handover = HandoverSerializer(required=False, allow_null=True, default=None, source="note")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        return {**given, "note": Handover(**given["note"]) if given["note"] else None}


class AskSplitSerializer(AskTransferSerializer):
    """Which of the needs that you are asked for somebody else should have, and why."""

    needs = serializers.ListField(
        child=serializers.ChoiceField(choices=list(NEEDS.items())),
        allow_empty=False,
        help_text="Codes of the referral's `needs`; one at least stays with you.",
    )
    service = serializers.UUIDField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Of another of your teams: the id as `capacity/` lists it. Without it the hub finds somebody.",
        source="service_id",
    )


class TransferSerializer(AskTransferSerializer):
    """To which of your own teams, by its service, and why."""

    service = serializers.UUIDField(
        help_text="Of another of your teams: the id as `capacity/` lists it.", source="service_id"
    )


class SayingSerializer(serializers.Serializer):
    """Words to the hub, and the data category that they are about: one of the referral's `categories`."""

    details = serializers.CharField(max_length=4000, source="text")
    about = serializers.ChoiceField(
        choices=[(str(code), words) for code, words in ABOUT.items()], required=False, default="identity"
    )


class MessageSerializer(serializers.Serializer):
    """One message on a referral."""

    id = serializers.UUIDField()
    side = serializers.ChoiceField(choices=[("hub", "the hub"), ("partner", "your team")])
    kind = serializers.ChoiceField(choices=ReferralMessage.Kind.choices)
    about = serializers.CharField(help_text="The data category that shows it.")
    text = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class MessageSentSerializer(serializers.Serializer):
    """That a message was sent: its id and when."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()


class MessageListSerializer(serializers.Serializer):
    """A page of messages, newest first, never counted."""

    items = MessageSerializer(many=True)
    next = serializers.UUIDField(allow_null=True, help_text="Pass this as `before` for the next page.")


class ProgressSerializer(serializers.Serializer):
    """One step that was reached, or is planned; `on` is the day of it."""

    step = serializers.ChoiceField(choices=[(code, words) for code, (words, _) in PROGRESS.items()])
    on = serializers.DateField(
        help_text="Ahead for `waiting` (until when) and `ending_planned`; past or today for the others."
    )


class ConfirmSerializer(serializers.Serializer):
    """What became of what the agency held of a recalled referral; which law, where a law makes it keep it."""

    answer = serializers.ChoiceField(choices=list(CONFIRMATIONS.items()))
    details = serializers.CharField(
        max_length=400, required=False, allow_blank=True, default="", source="words"
    )

    def validate(self, given: dict[str, str]) -> dict[str, str]:
        if given["answer"] == "kept_by_law" and not given["words"].strip():
            raise serializers.ValidationError({"details": "Say which law makes you keep it."})
        return given


class OutcomeSerializer(serializers.Serializer):
    domain = serializers.ChoiceField(choices=list(OUTCOME_DOMAINS.items()))
    result = serializers.ChoiceField(choices=list(OUTCOME_RESULTS.items()))
    notes = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class CompleteSerializer(serializers.Serializer):
    """What came of the work: at least one outcome."""

    outcomes = OutcomeSerializer(
        many=True,
        allow_empty=False,
        error_messages=dict.fromkeys(
            ("required", "empty"), "Give at least one outcome: each with a domain and a result."
        ),
    )


class CapacitySerializer(serializers.Serializer):
    """Places of one of your services: see Capacity."""

    service = serializers.UUIDField(help_text="The service's id, as the list gives it.")
    capacity = serializers.IntegerField(
        min_value=0, max_value=100_000, allow_null=True, help_text="Open cases at once; null is no limit."
    )
    open = serializers.BooleanField(help_text="Whether you take referrals to it now.")


class PlacesSerializer(CapacitySerializer):
    code = serializers.CharField()
    name = serializers.CharField()
    team = serializers.CharField()
    taken = serializers.IntegerField()
    free = serializers.IntegerField(allow_null=True)


class PlacesListSerializer(serializers.Serializer):
    items = PlacesSerializer(many=True)


class QuestionSerializer(serializers.Serializer):
    """What a case conference asks your agency. Of whom, once one of your people agreed to the meeting's statement."""

    id = serializers.UUIDField()
    conference = serializers.UUIDField()
    kind = serializers.CharField(help_text="Of the conference, in words.")
    meets_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(help_text="By when the hub needs the answer.")
    status = serializers.ChoiceField(choices=Research.Status.choices)
    categories = serializers.ListField(
        child=serializers.CharField(), help_text="Data categories that you may be told of, and tell of."
    )
    agreed = serializers.BooleanField(
        help_text="Whether one of your people agreed to the statement: no person is named before."
    )
    case_reference = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    also_named = serializers.ListField(child=serializers.CharField())
    date_of_birth = serializers.DateField(allow_null=True)
    address = serializers.CharField(allow_blank=True)
    perpetrators = serializers.ListField(child=serializers.CharField())


class QuestionListSerializer(serializers.Serializer):
    """A page of questions, newest first, never counted."""

    items = QuestionSerializer(many=True)
    next = serializers.UUIDField(allow_null=True, help_text="Pass this as `before` for the next page.")


class ResearchAnswerSerializer(serializers.Serializer):
    """Whether the person is known to your agency, and what your files say, by data category of the question."""

    known = serializers.BooleanField()
    told = serializers.DictField(
        child=serializers.CharField(max_length=4000, allow_blank=True), required=False, default=dict
    )


class ResearchAnsweredSerializer(serializers.Serializer):
    """That the answer has come: again until the meeting has ended, what was said before stays beside it."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Research.Status.choices)
    returned_at = serializers.DateTimeField()
