"""What hub and partner say to each other on a referral, and how far each person has read."""

from django.db import models

from access.encryption import EncryptedJSONField
from access.tables import HubRow
from agencies.models import Agency, Team
from referrals.models.cases import Case
from referrals.models.referrals import Referral


class ReferralMessage(HubRow):
    """One message, for the hub and the referral's team alone. It is never changed and never taken back."""

    class Kind(models.TextChoices):
        MESSAGE = "message", "Message"
        QUESTION = "question", "Question that must be answered first"
        ANSWER = "answer", "Answer to the question"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages", db_index=False)
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="messages", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    from_hub = models.BooleanField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.MESSAGE)
    category = models.CharField(max_length=20, help_text="The data category that shows it.")
    text = EncryptedJSONField()
    written_by = models.UUIDField()
    written_by_name = models.CharField(max_length=150)
    written_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["referral", "-id"], name="referrals_message_referral"),
            models.Index(fields=["case", "-id"], name="referrals_message_case"),
        ]


class MessageMark(HubRow):
    """How far one person, or an agency's system, has read the messages of a referral."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="message_marks")
    referral = models.ForeignKey(
        Referral, on_delete=models.CASCADE, related_name="message_marks", db_index=False
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    team = models.ForeignKey(Team, on_delete=models.PROTECT)
    by_hub = models.BooleanField()
    reader = models.UUIDField()
    reader_name = models.CharField(max_length=150)
    read_to = models.UUIDField(help_text="The newest message that was read.")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["referral", "reader"], name="referrals_messagemark_once")
        ]
