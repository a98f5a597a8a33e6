"""When a person is to be called again, and the private addresses under which diaries are read by calendars."""

from django.db import models

from access.tables import HubRow
from referrals.models.cases import Case


class CallBack(HubRow):
    """A promise to try the person again at a moment that is safe. Whoever carries the case then makes it."""

    class Why(models.TextChoices):
        TRY_AGAIN = "try_again", "nobody was reached"
        ASKED = "asked", "as agreed"

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        DONE = "done", "done"
        ENDED = "ended", "no longer wanted"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="call_backs")
    contact_method_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=10)
    why = models.CharField(max_length=20, choices=Why.choices)
    at = models.DateTimeField()
    planned_by = models.UUIDField()
    planned_by_name = models.CharField(max_length=150)
    planned_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], name="referrals_callback_once", condition=models.Q(state="planned")
            ),
            models.CheckConstraint(
                condition=models.Q(state="planned", ended_at__isnull=True)
                | (~models.Q(state="planned") & models.Q(ended_at__isnull=False)),
                name="referrals_callback_ends",
            ),
        ]
        indexes = [
            models.Index(
                fields=["at", "id"], name="referrals_callback_next", condition=models.Q(state="planned")
            )
        ]


class DiaryAddress(HubRow):
    """The private address of somebody's diary, for their calendar; kept as a digest. It is ended, never changed."""

    practitioner_id = models.UUIDField()
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "diary addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["practitioner_id"],
                name="referrals_diaryaddress_once",
                condition=models.Q(ended_at__isnull=True),
            )
        ]
