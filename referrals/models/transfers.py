"""Referrals that go to another team: inside their agency, or to another one by the hub."""

from django.db import models

from access.tables import HubRow
from agencies.models import Agency, Service, Team
from referrals.models.cases import Case
from referrals.models.referrals import Referral


class Transfer(HubRow):
    """One transfer, asked for or made, for the hub and the agency that had the referral.

    Inside an agency the referral itself moves to the team of `service`. To another agency it is handed over by the hub:
    a referral of its own takes over, and which is the hub's to know.
    """

    class Status(models.TextChoices):
        ASKED = "asked", "waits for the hub"
        MADE = "made", "made"
        REFUSED = "refused", "refused by the hub"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="transfers")
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="transfers", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    from_team = models.ForeignKey(Team, on_delete=models.PROTECT)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True)
    taken_over_by = models.OneToOneField(
        Referral, on_delete=models.CASCADE, null=True, related_name="took_over"
    )
    status = models.CharField(max_length=10, choices=Status.choices)
    why = models.CharField(max_length=400)
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    decided_words = models.CharField(max_length=400, blank=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referral"], name="referrals_transfer_one_asked", condition=models.Q(status="asked")
            ),
            models.CheckConstraint(
                condition=models.Q(taken_over_by__isnull=True) | models.Q(status="made"),
                name="referrals_transfer_made",
            ),
        ]
        indexes = [models.Index(fields=["referral", "-id"], name="referrals_transfer_referral")]
