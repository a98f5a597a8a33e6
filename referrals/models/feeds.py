"""Senders, what they delivered, the one verdict of each row, and what a sender may look back on."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from access.encryption import EncryptedJSONField
from access.ids import new_id
from access.tables import HubRow
from agencies.models import Agency


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
    edition = models.PositiveIntegerField(default=1, help_text="Of the definition in force.")
    check_at = models.DateTimeField(
        null=True, help_text="When it is next looked at whether an expected file has come."
    )

    class Meta:
        indexes = [models.Index(fields=["check_at"], name="referrals_source_check")]


class SourceEdition(HubRow):
    """A sender's definition as it was published: never changed, so that each file can be read as it was."""

    source = models.ForeignKey(FeedSource, on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    reason = models.CharField(max_length=400)
    published_by = models.UUIDField()
    published_by_name = models.CharField(max_length=150)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="referrals_edition_once")]


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


HOLDS = (
    "jsonb_path_exists(%(expressions)s, '$.keyvalue() ? (@.key starts with \"quarantine:\" && @.value > 0)')"
)


class FeedRun(HubRow):
    """One delivery of a feed. Its rows were all taken, or none."""

    class Status(models.TextChoices):
        TAKEN = "taken", "waiting"
        WORKING = "working", "being worked through"
        FINISHED = "finished", "finished"

    source = models.ForeignKey(FeedSource, on_delete=models.PROTECT, related_name="runs")
    edition = models.PositiveIntegerField(default=1, help_text="Of the definition it was read by.")
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
    holds = models.GeneratedField(
        expression=models.Func(models.F("counts"), template=HOLDS, output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
        help_text="Whether any of its rows is in quarantine.",
    )

    class Meta:
        indexes = [
            models.Index(fields=["source", "taken_at"], name="referrals_run_taken"),
            models.Index(fields=["id"], name="referrals_run_holds", condition=models.Q(holds=True)),
        ]


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
    edition = models.PositiveIntegerField(
        null=True, help_text="Of the sender's definition, where the row was judged again by it."
    )
    by = models.UUIDField()
    by_name = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["row", "number"], name="referrals_held_step_once")]


class SourceRecord(HubRow):
    """What is held of one sender's record: its newest word, how far it was worked, taken back and held, and what
    came of it. See referrals.feed.record.
    """

    source = models.ForeignKey(FeedSource, on_delete=models.PROTECT)
    key = models.CharField(max_length=140)
    update_no = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    worked_no = models.PositiveIntegerField(null=True, help_text="Of the newest update that was worked.")
    withdrawn_no = models.PositiveIntegerField(
        null=True, help_text="The update up to which its sender took it back."
    )
    held_no = models.PositiveIntegerField(null=True, help_text="Of the update that went to quarantine.")
    held_row_id = models.UUIDField(null=True)
    verdict = models.CharField(max_length=40, help_text="Of the newest word.")
    row_id = models.UUIDField()
    person_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    incident_id = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="referrals_source_record_once")]


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
    told_by = models.UUIDField(null=True, help_text="Who told it on the form; empty of a feed's.")
    told_by_name = models.CharField(max_length=150, blank=True)

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
            models.Index(
                fields=["agency", "sent_at", "id"],
                name="referrals_sent_told",
                condition=models.Q(told_by__isnull=False),
            ),
            models.Index(fields=["case_id"], name="referrals_sent_case"),
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
