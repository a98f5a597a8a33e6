"""A decline that the hub contests: both sides' reasons, and what was settled between them."""

from django.db import models

from access.tables import HubRow
from agencies.models import Agency
from referrals.models.cases import Case
from referrals.models.referrals import Referral


class Dispute(HubRow):
    """A short conference about one declined referral. What either side said stays as it was said.

    The agency sees the case no more: nothing here names anybody.
    """

    class Status(models.TextChoices):
        OPEN = "open", "waits for the agency"
        ANSWERED = "answered", "waits for the hub"
        RESOLVED = "resolved", "settled"

    class Stance(models.TextChoices):
        STANDS = "stands", "The decline stands"
        TAKES_UP = "takes_up", "We take it up after all"

    class Resolution(models.TextChoices):
        UPHELD = "upheld", "The decline is upheld"
        TAKEN_UP = "taken_up", "The referral is taken up again"
        ELSEWHERE = "elsewhere", "The case goes elsewhere"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="disputes")
    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="dispute")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    hub_words = models.CharField(max_length=1000)
    opened_by_name = models.CharField(max_length=150)
    opened_at = models.DateTimeField()
    stance = models.CharField(max_length=10, choices=Stance.choices, blank=True)
    agency_words = models.CharField(max_length=1000, blank=True)
    answered_by_name = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=10, choices=Resolution.choices, blank=True)
    resolution_words = models.CharField(max_length=1000, blank=True)
    resolved_by_name = models.CharField(max_length=150, blank=True)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="resolved")
                & ~models.Q(resolution="")
                & ~models.Q(resolution_words="")
                | ~models.Q(status="resolved") & models.Q(resolution=""),
                name="referrals_dispute_settled_in_words",
            )
        ]
