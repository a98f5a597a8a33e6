"""Where a case went and why: decisions, requests to partners, disclosures without consent, outcomes."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models

from access.tables import HubRow
from agencies.models import Agency, Service, Team
from pathways.models import PathwayVersion
from referrals.models.cases import Case
from referrals.workflow import PROGRESS


class RoutingDecision(HubRow):
    """Where a case was sent and why: all that was looked at, and what came of it. It can be made again from this.

    The database keeps beside the facts a typed column for each of `referrals.decision.IN_COLUMNS`, for dry runs.
    """

    case = models.ForeignKey(
        Case,
        on_delete=models.CASCADE,
        related_name="routing_decisions",
        db_index=False,  # its newest decision is what is asked for: see the index
    )
    versions = ArrayField(
        models.UUIDField(), help_text="The pathway versions looked at, one a pathway: the case stays on them."
    )
    asked_by = models.CharField(
        max_length=120, unique=True, help_text="The event that asked for it: once each."
    )
    facts = models.JSONField()
    offers = models.JSONField(help_text="What was on offer: services, agreements and consents as they stood.")
    tried = models.JSONField(
        help_text="How the case's earlier referrals stood: see referrals.routing.choose."
    )
    decision = models.JSONField(help_text="Matched and nearly matched rules, plans made and held back.")
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=150)
    follows = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        db_index=False,
        related_name="followed_by",
        help_text="The case's decision before it: set by a trigger.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["follows"],
                condition=models.Q(follows__isnull=False),
                include=["decided_at", "case"],
                name="referrals_decision_followed_once",
            )
        ]
        indexes = [models.Index(fields=["case", "-decided_at", "-id"], name="referrals_decision_newest")]


class Waiting(HubRow):
    """A case that waits for a place: every team of the service that could take it is full.

    Rows are taken up in the order of their ids, which is that of time. taken_up_at: when a place was found and the
    case asked to be routed again; where it finds none all the same, it keeps its place in the row.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="waiting")
    service_code = models.SlugField()
    since = models.DateTimeField()
    taken_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "service_code"], name="referrals_waiting_once")
        ]
        indexes = [models.Index(fields=["service_code", "id"], name="referrals_waiting_oldest")]


class Referral(HubRow):
    """One request from the hub to one team about one case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="referrals")
    decision = models.ForeignKey(RoutingDecision, on_delete=models.PROTECT, related_name="referrals")
    # Of a part: the first of its family, by which the database knows that no need is asked for twice in it.
    split_from = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="parts", db_index=False
    )
    # Told beside the decision, which only the hub may read: the partner is owed the rule book it came by.
    pathway_version = models.ForeignKey(PathwayVersion, on_delete=models.PROTECT, related_name="referrals")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="referrals")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="referrals")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="referrals")
    agreement_id = models.UUIDField()
    route = models.CharField(max_length=80)
    status = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=1, help_text="Counts every move: the API's entity tag.")
    purpose = models.CharField(max_length=40)
    basis = models.CharField(max_length=40)
    categories = ArrayField(models.CharField(max_length=20))
    why = models.TextField(help_text="The rule that sent it, as a sentence.")
    # Told beside the decision too, and already without what the agency is not told.
    read = models.JSONField(default=dict, help_text="What that rule read, by fact, of the categories told.")
    urgent = models.BooleanField(default=False)
    assigned_to = models.UUIDField(null=True, help_text="Whom of its team the agency has given it to.")
    sent_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    waits_for_hub = models.BooleanField(
        default=False,
        db_default=False,
        help_text="The agency asked for something before it answers; its time stands still.",
    )
    progress = models.JSONField(
        default=dict, db_default={}, help_text="By step of referrals.workflow.PROGRESS: the day of it."
    )
    ended_at = models.DateTimeField(null=True)
    reason_code = models.CharField(max_length=40, blank=True)
    reason_words = models.CharField(max_length=400, blank=True)
    confirm_due_at = models.DateTimeField(
        null=True, help_text="By when the agency must say that it has dealt with what a recalled one told it."
    )
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by_name = models.CharField(max_length=150, blank=True)
    confirmation = models.CharField(
        max_length=20, blank=True, help_text="What it did: see referrals.workflow."
    )
    confirmation_words = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["decision", "route", "service"], name="referrals_referral_once")
        ]
        indexes = [
            models.Index(fields=["agency", "status", "answer_due_at", "id"], name="referrals_referral_queue"),
            models.Index(fields=["agency", "status", "id"], name="referrals_referral_status"),
            models.Index(fields=["agency", "status", "service", "id"], name="referrals_referral_service"),
            models.Index(fields=["agency", "status", "ended_at", "id"], name="referrals_referral_ended"),
            models.Index(fields=["agency", "id"], name="referrals_referral_agency"),
            models.Index(fields=["case", "id"], name="referrals_referral_case"),
            models.Index(
                fields=["split_from"],
                name="referrals_referral_parts",
                condition=models.Q(split_from__isnull=False),
            ),
            models.Index(
                fields=["answer_due_at", "case"],
                name="referrals_referral_unanswered",
                condition=models.Q(status__in=("sent", "received")),
            ),
            models.Index(
                fields=["answered_at", "id"],
                name="referrals_referral_answered",
                condition=models.Q(answered_at__isnull=False),
            ),
            models.Index(
                fields=["confirm_due_at", "id"],
                name="referrals_referral_confirm",
                condition=models.Q(confirm_due_at__isnull=False, confirmed_at__isnull=True),
            ),
        ]

    @property
    def family_id(self) -> UUID:
        """The first of the referrals among which its needs are divided: it itself, where it was never split."""
        return self.split_from_id or self.id

    @property
    def progress_lines(self) -> list[dict[str, Any]]:
        """How far its agency has come: each step with its words and its day, by the days."""
        steps = sorted(self.progress.items(), key=lambda pair: pair[1])
        return [
            {"step": step, "words": PROGRESS[step][0], "on": date.fromisoformat(on)} for step, on in steps
        ]


class Override(HubRow):
    """A disclosure to one agency without or against consent, to keep somebody safe: asked for by one person,
    decided by another, for certain categories until a day. It stays on the case for ever.
    """

    class Status(models.TextChoices):
        ASKED = "asked", "waits for a second person"
        APPROVED = "approved", "approved"
        REFUSED = "refused", "refused"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="overrides")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="overrides")
    categories = ArrayField(models.CharField(max_length=20))
    reason_code = models.CharField(max_length=40)
    reason_words = models.CharField(max_length=400)
    until = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ASKED)
    asked_by = models.UUIDField()
    asked_by_name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_words = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "agency"],
                name="referrals_override_one_asked",
                condition=models.Q(status="asked"),
            ),
            models.CheckConstraint(
                condition=models.Q(status="asked", decided_by__isnull=True, decided_at__isnull=True)
                | models.Q(
                    status__in=("approved", "refused"), decided_by__isnull=False, decided_at__isnull=False
                )
                & ~models.Q(decided_by=models.F("asked_by")),
                name="referrals_override_two_people",
            ),
        ]


class RecallReason(HubRow):
    """Why the hub took a referral back, in words for its own people: no row that the agency may read holds them."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="recall_reasons")
    referral = models.OneToOneField(Referral, on_delete=models.CASCADE, related_name="recall_reason")
    words = models.CharField(max_length=400)


class Outcome(HubRow):
    """What came of a referral, in one of the four domains, as the partner reports it."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="outcomes")
    agency_id = models.UUIDField()
    domain = models.CharField(max_length=40)
    result = models.CharField(max_length=40)
    notes = models.TextField(blank=True)
    recorded_by_name = models.CharField(max_length=150)
    recorded_at = models.DateTimeField()
