"""Grants (who may see which case) and looks (who saw what)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from access.ids import new_id
from access.tables import HubRow


class Grant(HubRow):
    """One agency's sight of one case: which data categories, until when.

    The hub's own row is here too. Keyed by ids: what they point at lives on floors above.
    """

    agency_id = models.UUIDField()
    case_id = models.UUIDField()
    person_id = models.UUIDField()
    categories = ArrayField(models.CharField(max_length=20))
    granted_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    because = models.CharField(max_length=60, help_text="What gave it: 'hub' or 'referral:<id>'.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agency_id", "case_id"], name="access_grant_once", include=["until"]
            ),
        ]
        indexes = [models.Index(fields=["agency_id", "person_id"], name="access_grant_person")]


class Look(models.Model):
    """One look at personal data: append-only, partitioned by month, written with the read itself."""

    class Action(models.TextChoices):
        VIEW = "view", "opened"
        LIST = "list", "listed"
        SEARCH = "search", "searched"
        EXPORT = "export", "exported"
        API_READ = "api_read", "read through the API"
        SIGN_IN = "sign_in", "signed in"
        DENIED = "denied", "was refused"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hub_id = models.UUIDField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField()
    actor_name = models.CharField(max_length=150)
    role = models.CharField(max_length=30)
    agency_id = models.UUIDField()
    action = models.CharField(max_length=12, choices=Action.choices)
    door = models.CharField(max_length=100, help_text="The named URL or command that was used.")
    subjects = ArrayField(models.UUIDField(), help_text="Ids of the cases, people or referrals shown.")

    class Meta:
        managed = False
        db_table = "access_look"
