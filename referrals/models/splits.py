"""Referrals whose work is divided: some of their needs are given to another team, by a referral of its own."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from access.tables import HubRow
from agencies.models import Agency, Service
from referrals.models.cases import Case
from referrals.models.referrals import Referral


class Split(HubRow):
    """One split, asked for or made, for the hub and the agency whose needs were divided.

    service: of a team of its own, where the agency chose it; which another agency has the part is the hub's to know.
    needs: as far as that agency is told of them; what its part is asked for says all. given_back_at: when the part
    ended with its work undone.
    """

    class Status(models.TextChoices):
        ASKED = "asked", "waits for the hub"
        MADE = "made", "made"
        REFUSED = "refused", "refused by the hub"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="splits")
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="splits", db_index=False)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    needs = ArrayField(models.CharField(max_length=40))
    service = models.ForeignKey(Service, on_delete=models.PROTECT, null=True)
    part = models.OneToOneField(Referral, on_delete=models.CASCADE, null=True, related_name="given_by")
    status = models.CharField(max_length=10, choices=Status.choices)
    why = models.CharField(max_length=400)
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    decided_words = models.CharField(max_length=400, blank=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    given_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["referral"], name="referrals_split_one_asked", condition=models.Q(status="asked")
            ),
            models.CheckConstraint(
                condition=models.Q(status="made", part__isnull=False)
                | (~models.Q(status="made") & models.Q(part__isnull=True)),
                name="referrals_split_made",
            ),
        ]
        indexes = [models.Index(fields=["referral", "-id"], name="referrals_split_referral")]
