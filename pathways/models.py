"""Instruments and their versions, assessments made with them, and pathway versions with who agreed to them."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

from access.encryption import EncryptedJSONField
from access.ids import new_id
from access.tables import HubRow
from agencies.models import Agency
from pathways.scoring import health_items


class InstrumentVersion(models.Model):
    """One edition of an instrument: items, sections and scoring as data. Never edited once published."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField()
    edition = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    definition = models.JSONField()
    effective_from = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "edition"], name="pathways_instrument_once")]


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


class PathwayVersion(models.Model):
    """One version of a pathway. Never edited once proposed; every case stays on the version that routed it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        PROPOSED = "proposed", "proposed"
        RATIFIED = "ratified", "ratified"
        RETIRED = "retired", "retired"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField()
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    definition = models.JSONField()
    status = models.CharField(max_length=10, choices=Status.choices)
    in_force_from = models.DateField(null=True)
    binds = ArrayField(models.CharField(max_length=50), help_text="Codes of the agencies that it binds.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="pathways_version_once")]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"


class Ratification(models.Model):
    """What one bound agency said about one version, by a named representative. Stays for ever."""

    class Position(models.TextChoices):
        AGREED = "agreed", "agreed"
        OBJECTED = "objected", "objected"
        ABSTAINED = "abstained", "abstained"

    version = models.ForeignKey(PathwayVersion, on_delete=models.CASCADE, related_name="ratifications")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    position = models.CharField(max_length=10, choices=Position.choices)
    by_name = models.CharField(max_length=120)
    reasons = models.TextField(blank=True)
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "agency"], name="pathways_ratified_once")]
