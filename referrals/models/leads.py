"""Who leads, where several agencies work on one case together."""

from django.db import models

from access.tables import HubRow
from referrals.models.cases import Case
from referrals.models.referrals import Referral


class Lead(HubRow):
    """That one referral of a case leads, or led: one row a referral, and of a case only one that has not ended.

    It carries nothing that names its agency: those who work on the case beside it may read that somebody leads, and
    not who. Events say when it changed.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="leads")
    referral = models.OneToOneField(Referral, on_delete=models.CASCADE, related_name="lead")
    chosen_by_name = models.CharField(max_length=150)
    chosen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="referrals_lead_one", condition=models.Q(ended_at__isnull=True)
            )
        ]
