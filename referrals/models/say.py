"""What a person says of how they were helped, on a form that they open by a link of their own."""

from django.db import models

from access.encryption import EncryptedJSONField
from access.tables import HubRow
from referrals.models.cases import Case


class Say(HubRow):
    """One link that was sent to the person in a safe way, and what they answered. No partner ever reads it.

    The link is kept as a digest, made when it is sent; it works once, until it runs out.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="says")
    contact_method_id = models.UUIDField()
    channel = models.CharField(max_length=10)
    asked_by = models.UUIDField()
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    digest = models.CharField(max_length=64, unique=True, null=True)
    sent_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    unsent_because = models.CharField(
        max_length=200, blank=True, help_text="Why it was not sent: it was not safe any more."
    )
    answers = EncryptedJSONField(null=True, help_text="By question its answer, and words.")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "-asked_at"], name="referrals_say_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True) | models.Q(sent_at__isnull=False),
                name="referrals_say_sent_first",
            )
        ]
