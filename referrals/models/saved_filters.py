"""What somebody filters a queue by again and again, under a name of their own."""

from django.db import models

from access.tables import HubRow


class SavedFilter(HubRow):
    """One person's own: codes of filters, never a text that was searched for. At most one opens with its queue."""

    class Queue(models.TextChoices):
        TRIAGE = "triage", "Triage queue"
        REFERRALS = "partner_queue", "Referrals"

    queue = models.CharField(max_length=20, choices=Queue.choices, default=Queue.TRIAGE)
    owner_id = models.UUIDField()
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=600, help_text="Of the list's address.")
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner_id", "queue", "name"], name="referrals_savedfilter_name"),
            models.UniqueConstraint(
                fields=["owner_id", "queue"],
                name="referrals_savedfilter_one_default",
                condition=models.Q(is_default=True),
            ),
        ]
