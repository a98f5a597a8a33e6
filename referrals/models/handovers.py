"""What whoever takes a referral over must know first, from whoever gives it."""

from django.db import models

from access.encryption import EncryptedJSONField
from access.tables import HubRow
from agencies.models import Agency, Team
from referrals.models.cases import Case
from referrals.models.referrals import Referral


class HandoverNote(HubRow):
    """One note on a referral; the newest counts. It is never changed, and acknowledged once by whoever receives it.

    agency: whose referral it is. text: `first` (what must be known first), `told` (who knows of the transfer) and
    `address_as` (how the person wants to be addressed). from_team: of a partner's note, the team that had the referral;
    given_by: of the hub's, whose words it passes on, where they may be named.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="handover_notes")
    referral = models.ForeignKey(
        Referral, on_delete=models.CASCADE, related_name="handover_notes", db_index=False
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    from_hub = models.BooleanField()
    from_team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True)
    category = models.CharField(max_length=20, help_text="The data category that shows it.")
    text = EncryptedJSONField()
    joint_call_at = models.DateTimeField(null=True)
    given_by = models.CharField(max_length=300, blank=True)
    written_by = models.UUIDField()
    written_by_name = models.CharField(max_length=150)
    written_at = models.DateTimeField()
    acknowledged_by_name = models.CharField(max_length=150, blank=True)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["referral", "-id"], name="referrals_handover_referral")]
