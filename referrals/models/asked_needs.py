"""Which needs a referral is asked for, and which of several referrals has each of them."""

from django.db import models

from access.tables import HubRow
from referrals.models.cases import Case
from referrals.models.referrals import Referral


class AskedNeed(HubRow):
    """One need that one referral is asked for, or was: a row is ended by a mark and never changed.

    family: the first of the referrals among which needs are divided; of one family, one referral at a time has a need.
    category: the data category that shows it, since a need about health is of health.
    """

    class Ended(models.TextChoices):
        CHANGED = "changed", "changed by the hub before it was accepted"
        SPLIT = "split", "given to another team"
        HANDED_OVER = "handed_over", "handed over with its referral"
        GIVEN_BACK = "given_back", "given back with the end of its referral"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="asked_needs")
    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="asked_needs")
    family = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="+")
    need = models.CharField(max_length=40, help_text="A code of agencies.offering.NEEDS.")
    category = models.CharField(max_length=20)
    why = models.CharField(max_length=400, blank=True, help_text="Where somebody decided it by themselves.")
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    ended_as = models.CharField(max_length=20, choices=Ended.choices, blank=True)
    ended_why = models.CharField(max_length=400, blank=True)
    ended_by_name = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["family", "need"],
                name="referrals_asked_need_once",
                condition=models.Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_as="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_as="")),
                name="referrals_asked_need_ended",
            ),
        ]
