"""Instruments and their versions, assessments made with them, and pathway versions with who agreed to them."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from access.encryption import EncryptedJSONField
from access.ids import new_id
from access.tables import HubRow
from agencies.models import Agency
from pathways.scoring import health_items
from pathways.workflow import Threshold


class InstrumentVersion(models.Model):
    """One edition of an instrument: items, sections and scoring as data. Never edited once published: a trigger."""

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        PUBLISHED = "published", "published"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField()
    edition = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    definition = models.JSONField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PUBLISHED)
    effective_from = models.DateField(null=True, help_text="Empty while it is a draft.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "edition"], name="pathways_instrument_once"),
            models.UniqueConstraint(
                fields=["code"], name="pathways_instrument_one_draft", condition=models.Q(status="draft")
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft", effective_from__isnull=True)
                | models.Q(status="published", effective_from__isnull=False),
                name="pathways_instrument_from",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, edition {self.edition}"


class Assessment(HubRow):
    """Answers to one edition of an instrument. Count, grade, judgement and rationale stand apart."""

    class Stage(models.TextChoices):
        START = "start", "at the start"
        REVIEW = "review", "at a review"
        EXIT = "exit", "at the end"

    case_id = models.UUIDField()
    person_id = models.UUIDField()
    instrument = models.ForeignKey(InstrumentVersion, on_delete=models.PROTECT, related_name="assessments")
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.START)
    answers = models.JSONField(help_text="By item code; those about health are in HealthAnswers.")
    score = models.JSONField(help_text="What pathways.scoring made of the answers.")
    grade = models.CharField(max_length=20, blank=True, help_text="By the instrument's own rule.")
    category = models.CharField(
        max_length=20, default="assessment", help_text="The data category that shows it; of its instrument."
    )
    judgement = models.CharField(
        max_length=20, blank=True, help_text="By the practitioner; raises, never lowers."
    )
    rationale = models.TextField(blank=True)
    completed_by = models.UUIDField()
    completed_by_name = models.CharField(max_length=150)
    completed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(category__in=["assessment", "health"]), name="pathways_assessment_category"
            )
        ]
        indexes = [models.Index(fields=["case_id", "-completed_at"], name="pathways_assessment_newest")]

    @property
    def all_answers(self) -> dict[str, Any]:
        """Every answer that the actor may see: those about health only by that category."""
        return self.answers | (self.health.answers if hasattr(self, "health") else {})

    @property
    def withheld(self) -> frozenset[str]:
        """Codes of the items whose answers the actor may not see: they are about health."""
        about_health = health_items(self.instrument.definition)
        return frozenset() if hasattr(self, "health") else about_health


class HealthAnswers(HubRow):
    """The answers of one assessment to items marked `category: health`: sealed, seen by that category alone."""

    assessment = models.OneToOneField(Assessment, on_delete=models.CASCADE, related_name="health")
    case_id = models.UUIDField()
    answers = EncryptedJSONField(help_text="By item code, as Assessment.answers.")

    class Meta:
        verbose_name_plural = "health answers"


class PathwayTerms(models.Model):
    """What holds for all versions of one pathway: who keeps it at the hub, and when its agencies have agreed."""

    code = models.SlugField(primary_key=True)
    keeper_id = models.UUIDField(null=True, help_text="Who answers challenges and drafts what comes next.")
    keeper_name = models.CharField(max_length=150, blank=True)
    threshold = models.CharField(
        max_length=12, choices=[(str(one), one.words) for one in Threshold], default=Threshold.UNANIMOUS.value
    )
    lead = models.CharField(max_length=50, blank=True, help_text="Code of the lead agency, where it decides.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(threshold="lead_agency") | ~models.Q(lead=""),
                name="pathways_lead_is_named",
            )
        ]


class SavedAnswers(HubRow):
    """What was typed of an assessment that is not completed: one row a case, instrument and practitioner.

    Sealed as a whole, since some of it may be about health. It goes when the assessment is completed.
    """

    case_id = models.UUIDField()
    instrument = models.SlugField()
    edition = models.PositiveIntegerField(
        null=True, help_text="Of the instrument, by which it was asked. Empty for other forms."
    )
    typed = EncryptedJSONField(help_text="By the form's field, as it was typed.")
    left_over = EncryptedJSONField(
        null=True, help_text="What was typed under an earlier edition and this one cannot take."
    )
    saved_by = models.UUIDField()
    saved_by_name = models.CharField(max_length=150)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "saved answers"
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "instrument", "saved_by"], name="pathways_saved_answers_once"
            )
        ]


class PathwayVersion(models.Model):
    """One version of a pathway. Never edited once proposed; every case stays on the version that routed it.

    A draft's definition may be incomplete. What was proposed keeps the threshold that held on that day.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        PROPOSED = "proposed", "proposed"
        RATIFIED = "ratified", "ratified"
        NOT_AGREED = "not_agreed", "not agreed"
        WITHDRAWN = "withdrawn", "withdrawn"
        EMERGENCY = "emergency", "emergency"
        RETIRED = "retired", "retired"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField()
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    definition = models.JSONField()
    status = models.CharField(max_length=10, choices=Status.choices)
    in_force_from = models.DateField(null=True)
    binds = ArrayField(models.CharField(max_length=50), help_text="Codes of the agencies that it binds.")
    based_on = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followed_by")
    revision = models.PositiveIntegerField(default=0, help_text="How often the draft was changed.")
    changed_at = models.DateTimeField(null=True)
    changed_by_name = models.CharField(max_length=150, blank=True, help_text="Who changed the draft last.")
    reasons = models.TextField(blank=True, help_text="Why it was proposed, or put in force at once.")
    proposed_at = models.DateTimeField(null=True)
    proposed_by_name = models.CharField(max_length=150, blank=True)
    threshold = models.CharField(max_length=12, blank=True)
    lead = models.CharField(max_length=50, blank=True)
    emergency_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=150, blank=True)
    ended_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "number"], name="pathways_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=models.Q(status="draft"), name="pathways_one_draft"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="emergency")
                | (models.Q(emergency_until__isnull=False) & ~models.Q(reasons="")),
                name="pathways_emergency_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"


class Ratification(models.Model):
    """What one bound agency said about one version, by a named representative. Stays for ever."""

    class Position(models.TextChoices):
        AGREED = "agreed", "agreed"
        OBJECTED = "objected", "objected"
        ABSTAINED = "abstained", "abstained"

    version = models.ForeignKey(PathwayVersion, on_delete=models.PROTECT, related_name="ratifications")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    position = models.CharField(max_length=10, choices=Position.choices)
    by_name = models.CharField(max_length=120)
    by_id = models.UUIDField(null=True, help_text="Empty where it was said before there was a product.")
    reasons = models.TextField(blank=True)
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "agency"], name="pathways_ratified_once"),
            models.CheckConstraint(
                condition=~models.Q(position="objected") | ~models.Q(reasons=""),
                name="pathways_objection_says_why",
            ),
        ]


class Challenge(HubRow):
    """Somebody's word that a case was sent wrongly, to whoever keeps the pathway; answered once, in words.

    It is read through the case and by whoever raised it: an agency sees its own alone. The words may be about
    somebody.
    """

    class Status(models.TextChoices):
        OPEN = "open", "waits for an answer"
        ANSWERED = "answered", "answered"

    case_id = models.UUIDField()
    referral_id = models.UUIDField(null=True)
    version = models.ForeignKey(PathwayVersion, on_delete=models.PROTECT, related_name="challenges")
    route = models.CharField(max_length=80, blank=True)
    words = models.TextField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    raised_by = models.UUIDField()
    raised_by_name = models.CharField(max_length=150)
    raised_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    answer = models.TextField(blank=True)
    answered_by_name = models.CharField(max_length=150, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["version", "-raised_at"], name="pathways_challenge_newest"),
            models.Index(fields=["case_id", "-raised_at"], name="pathways_challenge_case"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="open", answer="")
                | (models.Q(status="answered") & ~models.Q(answer="")),
                name="pathways_challenge_answered_in_words",
            )
        ]


class DryRun(HubRow):
    """One rehearsal of a version on what really happened: the rules as they were then, and what was told of them.

    result: numbers alone, as they may be shown to every agency that the version binds. None until it is done.
    """

    version = models.ForeignKey(PathwayVersion, on_delete=models.CASCADE, related_name="dry_runs")
    definition = models.JSONField(help_text="The rules that were rehearsed: a draft may have changed since.")
    beside = ArrayField(
        models.UUIDField(),
        help_text="The versions in force when it was asked for, which it is compared with.",
    )
    since = models.DateField()
    until = models.DateField(help_text="Included.")
    asked_by = models.UUIDField()
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    result = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["version", "-asked_at"], name="pathways_dry_run_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(finished_at__isnull=True, result__isnull=True)
                | models.Q(finished_at__isnull=False, result__isnull=False),
                name="pathways_dry_run_told_once_done",
            )
        ]
