"""What somebody at the hub is to do on a case by a time."""

from django.db import models

from access.tables import HubRow
from agencies.models import Team
from referrals.models.cases import Case


class CaseTask(HubRow):
    """One thing to do: whose it is (a person's or a team's), by when, and what became of it.

    `version` goes up with each change, so that nobody writes over what a colleague has just changed.
    """

    class State(models.TextChoices):
        OPEN = "open", "to do"
        DONE = "done", "done"
        NOT_POSSIBLE = "not_possible", "not possible"
        STOPPED = "stopped", "no longer needed"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks", db_index=False)
    title = models.CharField(max_length=200)
    details = models.TextField(blank=True)
    owner_id = models.UUIDField(null=True, help_text="The practitioner; empty where it is a team's.")
    owner_name = models.CharField(max_length=150, blank=True)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.OPEN)
    words = models.TextField(blank=True, help_text="What was done, or why it was not possible.")
    version = models.PositiveIntegerField(default=1)
    made_by = models.UUIDField()
    made_by_name = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    changed_by_name = models.CharField(max_length=150, blank=True)
    ended_by_name = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner_id__isnull=False, team__isnull=True)
                | models.Q(owner_id__isnull=True, team__isnull=False),
                name="referrals_casetask_one_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at__isnull=True)
                | (~models.Q(state="open") & models.Q(ended_at__isnull=False)),
                name="referrals_casetask_ends",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="not_possible") | ~models.Q(words=""),
                name="referrals_casetask_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner_id", "due_at", "id"],
                name="referrals_casetask_mine",
                condition=models.Q(state="open"),
            ),
            models.Index(
                fields=["team", "due_at", "id"],
                name="referrals_casetask_teams",
                condition=models.Q(state="open"),
            ),
            models.Index(
                fields=["made_by", "due_at", "id"],
                name="referrals_casetask_given",
                condition=models.Q(state="open"),
            ),
            models.Index(fields=["case", "due_at"], name="referrals_casetask_case"),
        ]

    @property
    def whose(self) -> str:
        """The owner by name."""
        return self.team.name if self.team else self.owner_name
