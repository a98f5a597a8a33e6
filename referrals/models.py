"""Feeds and their rows, cases and incidents, routing decisions, referrals and clocks."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from access.encryption import EncryptedJSONField
from access.ids import new_id
from access.tables import HubRow
from agencies.models import Agency, Service, Team
from pathways.models import PathwayVersion
from victims.models import Person


class Offence(models.Model):
    """One code of the Home Office classification, with the properties that rules ask for."""

    code = models.CharField(max_length=6, primary_key=True)
    group = models.CharField(max_length=40)
    label = models.CharField(max_length=160)
    properties = ArrayField(models.CharField(max_length=30), default=list)


class FeedSource(models.Model):
    """A sender: how its columns map to ours, which offences it excludes. All of it data."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="feed_sources")
    definition = models.JSONField()
    check_at = models.DateTimeField(
        null=True, help_text="When it is next looked at whether an expected file has come."
    )

    class Meta:
        indexes = [models.Index(fields=["check_at"], name="referrals_source_check")]


class FeedAlert(HubRow):
    """Something about a feed that a person must look into: open until the feed is as it should be again."""

    class Kind(models.TextChoices):
        LATE = "late", "late"
        EMPTY = "empty", "empty"
        SHAPE = "shape", "columns changed"

    source = models.ForeignKey(FeedSource, on_delete=models.PROTECT, related_name="alerts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    expected_at = models.DateTimeField(null=True, help_text="Of a late one.")
    missing = ArrayField(models.CharField(max_length=60), default=list, help_text="Columns that are gone.")
    added = ArrayField(models.CharField(max_length=60), default=list, help_text="Columns that are new.")
    raised_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "kind"],
                name="referrals_alert_open_once",
                condition=models.Q(cleared_at__isnull=True),
            )
        ]


class FeedRun(HubRow):
    """One delivery of a feed. Its rows were all taken, or none."""

    class Status(models.TextChoices):
        TAKEN = "taken", "waiting"
        WORKING = "working", "being worked through"
        FINISHED = "finished", "finished"

    source = models.ForeignKey(FeedSource, on_delete=models.PROTECT, related_name="runs")
    number = models.BigIntegerField(unique=True)
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    encoding = models.CharField(max_length=20)
    columns = ArrayField(models.CharField(max_length=200), default=list, help_text="As the file had them.")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.TAKEN)
    received = models.PositiveIntegerField()
    judged = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="Rows by verdict.")
    taken_at = models.DateTimeField()
    taken_by = models.UUIDField()
    taken_by_name = models.CharField(max_length=150)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["source", "taken_at"], name="referrals_run_taken")]


class FeedRow(HubRow):
    """One row as it was sent, and the one verdict it got. An empty verdict is: not judged yet."""

    run = models.ForeignKey(FeedRun, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(help_text="Data row, counted from 0.")
    raw = models.JSONField(help_text="Column to text, as sent; a safe address stands in `sealed` instead.")
    sealed = EncryptedJSONField(
        null=True, help_text="Column to text, of the cells that say where somebody is safe."
    )
    corrected = EncryptedJSONField(
        null=True,
        help_text="Column to text, of the cells that the hub has corrected; what was sent stays in `raw`.",
    )
    answers = models.PositiveSmallIntegerField(
        default=0, help_text="How many steps its history in quarantine has."
    )
    verdict = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    warnings = ArrayField(models.CharField(max_length=200), default=list)
    repeats_row_id = models.UUIDField(null=True, help_text="The row it repeats or updates.")
    person_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    names_person_id = models.UUIDField(null=True, help_text="The restricted person whom a held row names.")
    judged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="referrals_row_once")]
        indexes = [
            models.Index(
                fields=["run", "line"], name="referrals_row_waiting", condition=models.Q(verdict="")
            ),
            models.Index(
                fields=["-id"],
                name="referrals_row_quarantine",
                condition=models.Q(verdict__startswith="quarantine:"),
            ),
            models.Index(
                fields=["verdict", "id"],
                name="referrals_row_held",
                condition=models.Q(verdict__startswith="quarantine:"),
            ),
        ]

    @property
    def told(self) -> dict[str, str]:
        """Every cell as sent and corrected, a safe address included: for judging the row, never for showing it."""
        return self.raw | (self.sealed or {}) | (self.corrected or {})


class HeldStep(HubRow):
    """What a practitioner did with a row in quarantine, and the verdict that it had until then. Never changed."""

    row = models.ForeignKey(FeedRow, on_delete=models.CASCADE, related_name="steps")
    number = models.PositiveSmallIntegerField()
    answer = models.CharField(max_length=20, help_text="Of referrals.feed.held.ANSWERS.")
    from_verdict = models.CharField(max_length=40)
    from_reason = models.CharField(max_length=400, blank=True)
    basis = models.CharField(max_length=20, blank=True)
    words = models.CharField(max_length=400, blank=True)
    corrected = EncryptedJSONField(
        null=True, help_text="Column to text, of the cells corrected in this step."
    )
    by = models.UUIDField()
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["row", "number"], name="referrals_held_step_once")]


class SourceRecord(HubRow):
    """What is held of one sender's record: the latest update taken, and what came of it."""

    source = models.ForeignKey(FeedSource, on_delete=models.PROTECT)
    key = models.CharField(max_length=140)
    update_no = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    verdict = models.CharField(max_length=40)
    row_id = models.UUIDField()
    person_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    incident_id = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="referrals_source_record_once")]


class Case(HubRow):
    """One victim's episode of support at the hub."""

    class Entitlement(models.TextChoices):
        ENHANCED = "enhanced", "enhanced"
        STANDARD = "standard", "standard"

    reference = models.CharField(max_length=20, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    status = models.CharField(max_length=20)
    source_name = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    offence_code = models.CharField(
        max_length=6, blank=True, help_text="Of the incident that leads the case."
    )
    offence_label = models.CharField(max_length=160)
    offence_group = models.CharField(max_length=40)
    offence_properties = ArrayField(models.CharField(max_length=30), default=list)
    flags = ArrayField(models.CharField(max_length=30), default=list)
    area = models.CharField(max_length=5, blank=True, help_text="Postcode district.")
    entitlement = models.CharField(max_length=10, choices=Entitlement.choices)
    entitlement_reason = models.CharField(max_length=400)
    entitlement_changed_by = models.CharField(max_length=150, blank=True)
    risk = models.CharField(max_length=20, default="not_assessed")
    incident_count = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField(
        null=True, help_text="The next clock that runs out, for the queue's order; empty when none runs."
    )
    assigned_to = models.UUIDField(null=True)
    opened_by = models.UUIDField(null=True, help_text="Who has it open now.")
    opened_by_name = models.CharField(max_length=150, blank=True)
    open_until = models.DateTimeField(null=True)
    decision_wanted = models.CharField(
        max_length=200, blank=True, help_text="What a person must decide, if anything."
    )
    closed_at = models.DateTimeField(null=True)
    end_state = models.CharField(max_length=40, blank=True)
    no_contact_reason = models.CharField(
        max_length=400, blank=True, help_text="Why triage was finished though the person was not reached."
    )
    closing_reason = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["status", "due_at", "id"], name="referrals_case_due"),
            models.Index(fields=["status", "opened_at", "id"], name="referrals_case_opened"),
            models.Index(fields=["status", "reference"], name="referrals_case_reference"),
            models.Index(fields=["status", "offence_label", "id"], name="referrals_case_offence"),
            models.Index(fields=["status", "risk", "id"], name="referrals_case_risk"),
            models.Index(fields=["assigned_to", "status", "due_at", "id"], name="referrals_case_assigned"),
            models.Index(fields=["person", "status"], name="referrals_case_person"),
            models.Index(
                fields=["due_at", "id"],
                name="referrals_case_decision",
                condition=~models.Q(decision_wanted="") & models.Q(closed_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="referrals_one_open_case", condition=models.Q(closed_at__isnull=True)
            )
        ]


class Incident(HubRow):
    """What happened, as the sender reported it; a case has one or more."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="incidents")
    source = models.ForeignKey(FeedSource, on_delete=models.PROTECT)
    crime_ref = models.CharField(max_length=60)
    occurrence_ref = models.CharField(max_length=60, blank=True)
    update_no = models.PositiveIntegerField(default=0)
    offence_code = models.CharField(max_length=6, blank=True)
    offence_label = models.CharField(max_length=160)
    offence_group = models.CharField(max_length=40)
    flags = ArrayField(models.CharField(max_length=30), default=list)
    reported_at = models.DateTimeField()
    occurred_from = models.DateTimeField(null=True)
    occurred_to = models.DateTimeField(null=True)
    officer = models.CharField(max_length=60, blank=True)
    summary = models.TextField(blank=True)
    accused = ArrayField(
        models.CharField(max_length=64),
        default=list,
        help_text="Keyed digests of what tells the alleged perpetrator: equal where two incidents name one.",
    )
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["crime_ref"], name="referrals_incident_crime")]


class ContactAttempt(HubRow):
    """One try to reach the person: by which channel, and what came of it."""

    class Result(models.TextChoices):
        SPOKE = "spoke", "Spoke to the person"
        NO_ANSWER = "no_answer", "No answer"
        VOICEMAIL = "voicemail", "Left a safe voicemail"
        SOMEBODY_ELSE = "somebody_else", "Somebody else answered"
        WRONG_NUMBER = "wrong_number", "Wrong number"
        SENT = "sent", "Message sent"
        DECLINED = "declined", "Does not want support"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="contact_attempts")
    contact_method_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=10)
    result = models.CharField(max_length=20, choices=Result.choices)
    notes = models.TextField(blank=True)
    attempted_by = models.UUIDField()
    attempted_by_name = models.CharField(max_length=150)
    attempted_at = models.DateTimeField()


class Clock(HubRow):
    """A promise of time on a case: rule and edition, start, due, and whether it was met or missed."""

    class State(models.TextChoices):
        RUNNING = "running", "running"
        MET = "met", "met"
        MISSED = "missed", "missed"
        STOPPED = "stopped", "no longer needed"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    rule = models.CharField(max_length=40)
    edition = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "rule"], name="referrals_clock_once", condition=models.Q(state="running")
            )
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="referrals_clock_due")]


class RoutingDecision(HubRow):
    """Where a case was sent and why: facts as they stood, the version, what matched and nearly matched."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="routing_decisions")
    version = models.ForeignKey(PathwayVersion, on_delete=models.PROTECT, related_name="decisions")
    asked_by = models.CharField(
        max_length=120, unique=True, help_text="The event that asked for it: once each."
    )
    facts = models.JSONField()
    offers = models.JSONField(help_text="What was on offer: services, agreements and consents as they stood.")
    decision = models.JSONField(help_text="Matched and nearly matched rules, plans made and held back.")
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=150)

    class Meta:
        indexes = [models.Index(fields=["case", "-decided_at"], name="referrals_decision_newest")]


class Referral(HubRow):
    """One request from the hub to one team about one case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="referrals")
    decision = models.ForeignKey(RoutingDecision, on_delete=models.PROTECT, related_name="referrals")
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
    urgent = models.BooleanField(default=False)
    sent_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
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
            models.Index(fields=["agency", "id"], name="referrals_referral_agency"),
            models.Index(fields=["case", "id"], name="referrals_referral_case"),
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


class SentRecord(HubRow):
    """One row of a feed as its sender may look back on it: its own reference, and the hub's verdict in words."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="sent_records")
    row_id = models.UUIDField(unique=True)
    run_number = models.BigIntegerField()
    line = models.PositiveIntegerField()
    reference = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField()
    verdict = models.CharField(max_length=40)
    reason = models.CharField(max_length=400, blank=True)
    case_id = models.UUIDField(null=True)
    person_id = models.UUIDField(null=True)
    returned_at = models.DateTimeField(null=True, help_text="When the hub returned it to the sender.")

    class Meta:
        indexes = [
            models.Index(
                fields=["agency", "returned_at", "id"],
                name="referrals_sent_returned",
                condition=models.Q(returned_at__isnull=False),
            ),
            models.Index(fields=["agency", "sent_at", "id"], name="referrals_sent_newest"),
            models.Index(fields=["agency", "reference"], name="referrals_sent_reference"),
            models.Index(fields=["run_number", "line"], name="referrals_sent_run"),
        ]


class Feedback(HubRow):
    """How far the hub has come with somebody whom an agency's feed named: a stage, and no more than that."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="feedback")
    case_id = models.UUIDField()
    person_id = models.UUIDField()
    stage = models.CharField(max_length=20)
    end_state = models.CharField(max_length=40, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case_id", "agency"], name="referrals_feedback_once")]
