"""Promises of time: the rules by edition, the clocks of cases, when they stood still, and what a person recorded."""

from django.db import models

from access.tables import HubRow
from referrals.models.cases import Case
from referrals.models.referrals import Referral


class ClockEdition(HubRow):
    """One edition of one rule of time, as it was published. It never changes; see referrals.clock_rules."""

    code = models.CharField(max_length=40)
    edition = models.CharField(max_length=40)
    effective_from = models.DateField()
    definition = models.JSONField()
    reason = models.CharField(max_length=400)
    published_by = models.UUIDField()
    published_by_name = models.CharField(max_length=150)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "edition"], name="referrals_clock_edition_once"),
            models.UniqueConstraint(fields=["code", "effective_from"], name="referrals_clock_edition_a_day"),
        ]


class Clock(HubRow):
    """A promise of time on a case: rule and edition, start, due, and whether it was met or missed.

    The hub's alone: it may be of a referral to one agency, of which the others know nothing.
    """

    class State(models.TextChoices):
        RUNNING = "running", "running"
        PAUSED = "paused", "stands still"
        MET = "met", "met"
        MISSED = "missed", "missed"
        STOPPED = "stopped", "no longer needed"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    referral = models.ForeignKey(
        Referral, on_delete=models.CASCADE, null=True, related_name="clocks", help_text="Whose answer it is."
    )
    rule = models.CharField(max_length=40)
    edition = models.CharField(max_length=40)
    within = models.JSONField(null=True, help_text="A length of its own, where its pathway sets one.")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(help_text="With the pauses that have ended.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    ended_at = models.DateTimeField(null=True)
    rungs = models.PositiveSmallIntegerField(
        default=0, help_text="How many steps of its ladder were taken: each is taken once."
    )
    next_rung_at = models.DateTimeField(
        null=True, help_text="When the next is; empty while nobody is to be told."
    )
    stopped_because = models.CharField(
        max_length=30, blank=True, help_text="Of referrals.clock_rules, by hand."
    )
    missed_because = models.CharField(
        max_length=30, blank=True, help_text="Of referrals.clock_rules, by hand."
    )
    explained_by = models.UUIDField(null=True)
    explained_by_name = models.CharField(max_length=150, blank=True)
    explained_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "rule"],
                name="referrals_clock_once",
                condition=models.Q(state__in=["running", "paused"], referral__isnull=True),
            ),
            models.UniqueConstraint(
                fields=["referral", "rule"],
                name="referrals_clock_once_a_referral",
                condition=models.Q(state__in=["running", "paused"], referral__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at", "id"], name="referrals_clock_due"),
            models.Index(fields=["rule", "state", "due_at", "id"], name="referrals_clock_by_rule"),
            models.Index(
                fields=["next_rung_at", "id"],
                name="referrals_clock_ladder",
                condition=models.Q(state="running", next_rung_at__isnull=False),
            ),
        ]


class ClockPause(HubRow):
    """A time during which a clock stood still, for a reason, by whom. One is open at a time."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clock_pauses")
    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=30, help_text="Of referrals.clock_rules.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    begun_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()
    ended_by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], name="referrals_pause_one_open", condition=models.Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("started_at")),
                name="referrals_pause_ends_later",
            ),
        ]


class Development(HubRow):
    """Something that a practitioner recorded of a case because clocks start or end by it. It never changes."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="developments")
    event = models.CharField(max_length=30, help_text="Of referrals.clock_rules.")
    detail = models.CharField(max_length=30, blank=True)
    happened_at = models.DateTimeField()
    known_at = models.DateTimeField(help_text="When the hub heard of it.")
    recorded_by = models.UUIDField()
    recorded_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["case", "happened_at"], name="referrals_development_case")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(known_at__gte=models.F("happened_at"))
                & models.Q(recorded_at__gte=models.F("known_at")),
                name="referrals_development_order",
            )
        ]
