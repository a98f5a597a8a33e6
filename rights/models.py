"""Requests about people's own data, what came of them, holds, retention reviews and information requests."""

from uuid import UUID

from django.db import models

from access.tables import HubRow
from agencies.models import Agency
from referrals.models import Referral
from victims.models import Person


class Request(HubRow):
    """What a person (or who may act for them) asks about their data. One calendar month to answer."""

    class Kind(models.TextChoices):
        ACCESS = "access", "a copy of what is held"
        RECTIFICATION = "rectification", "a correction"
        ERASURE = "erasure", "erasure"

    class State(models.TextChoices):
        OPEN = "open", "to be prepared"
        PREPARED = "prepared", "waiting for a second person"
        DECIDED = "decided", "decided, being carried out"
        DONE = "done", "done"
        REFUSED = "refused", "refused"

    number = models.BigIntegerField(unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="rights_requests")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    asked_by = models.CharField(max_length=200, help_text="Who asked: the person, or who acts for them.")
    identity_check = models.CharField(max_length=200, help_text="How their identity was checked.")
    words = models.TextField(blank=True, help_text="What they asked for, in their words.")
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    extended_because = models.CharField(max_length=400, blank=True)
    opened_by = models.UUIDField()
    opened_by_name = models.CharField(max_length=150)
    prepared_by = models.UUIDField(null=True)
    prepared_by_name = models.CharField(max_length=150, blank=True)
    prepared_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    ground = models.CharField(max_length=40, blank=True, help_text="Code of the ground of a refusal.")
    reasons = models.TextField(blank=True)
    statement = models.TextField(blank=True, help_text="What the person wants kept beside a refusal.")

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_at", "id"], name="rights_request_due"),
            models.Index(fields=["person", "-id"], name="rights_request_person"),
        ]
        constraints = [
            models.CheckConstraint(
                name="rights_request_two_people",
                condition=~models.Q(kind="erasure")
                | models.Q(decided_by__isnull=True)
                | models.Q(prepared_by__isnull=False) & ~models.Q(decided_by=models.F("prepared_by")),
            )
        ]


class Withholding(HubRow):
    """One passage that is left out of a copy, and on which ground."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="withholdings")
    person_id = models.UUIDField()
    item = models.CharField(max_length=120, help_text="Key of the passage in the copy: table:row:column.")
    exemption = models.CharField(max_length=40)
    reason = models.CharField(max_length=400)
    marked_by = models.UUIDField()
    marked_by_name = models.CharField(max_length=150)
    marked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "item"], name="rights_withholding_once")]


class Enclosure(HubRow):
    """A file that goes with a copy: somebody looked through all of it. Never changed."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="enclosures")
    person_id = models.UUIDField()
    document_id = models.UUIDField()
    file_name = models.CharField(max_length=60)
    looked_by = models.UUIDField()
    looked_by_name = models.CharField(max_length=150)
    looked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "document_id"], name="rights_enclosure_once")
        ]


class Release(HubRow):
    """The copy as it was released: what was seen in the preview is what is given, word for word."""

    request = models.OneToOneField(Request, on_delete=models.CASCADE, related_name="release")
    person_id = models.UUIDField()
    document = models.JSONField()
    sha256 = models.CharField(max_length=64)
    released_by = models.UUIDField()
    released_by_name = models.CharField(max_length=150)
    released_at = models.DateTimeField()


class Correction(HubRow):
    """One field as it was and as it is now, with the reason. Never changed."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="corrections")
    person_id = models.UUIDField()
    field = models.CharField(max_length=40)
    category = models.CharField(max_length=20)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.CharField(max_length=400)
    corrected_by = models.UUIDField()
    corrected_by_name = models.CharField(max_length=150)
    corrected_at = models.DateTimeField()


class Notice(HubRow):
    """That an agency which had been told must correct, erase or destroy too, and its word that it has.

    referral: by which it had been told; empty where a case conference had told it: then case_id says of what.
    """

    class Kind(models.TextChoices):
        CORRECT = "correct", "Correct your record"
        ERASE = "erase", "Erase your record"
        DOCUMENT = "document", "Destroy a document"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    person_id = models.UUIDField()
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="rights_notices", null=True)
    case_id = models.UUIDField(null=True)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="rights_notices")
    correction = models.ForeignKey(
        Correction, null=True, on_delete=models.SET_NULL, related_name="notices", db_constraint=True
    )
    category = models.CharField(max_length=20, blank=True)
    case_reference = models.CharField(
        max_length=20, blank=True, help_text="By which the agency finds its record; blank once confirmed."
    )
    document_id = models.UUIDField(null=True)
    file_name = models.CharField(
        max_length=60, blank=True, default="", help_text="Of the document, as it was downloaded."
    )
    told_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by_name = models.CharField(max_length=150, blank=True)

    class Meta:
        indexes = [models.Index(fields=["agency", "told_at", "id"], name="rights_notice_agency")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(referral__isnull=False, case_id__isnull=True)
                | models.Q(referral__isnull=True, case_id__isnull=False),
                name="rights_notice_told_by",
            ),
            models.UniqueConstraint(
                fields=["document_id", "agency", "told_at"],
                name="rights_notice_document_once",
                condition=models.Q(document_id__isnull=False),
            ),
        ]

    @property
    def about(self) -> UUID | None:
        """The referral or the case that it is about, for the record of looks."""
        return self.referral_id or self.case_id


class LegalHold(HubRow):
    """Nothing of the person may be erased while this is open; the database itself refuses."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="legal_holds")
    reason = models.CharField(max_length=400)
    placed_by = models.UUIDField()
    placed_by_name = models.CharField(max_length=150)
    placed_at = models.DateTimeField()
    lifted_by = models.UUIDField(null=True)
    lifted_by_name = models.CharField(max_length=150, blank=True)
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.CharField(max_length=400, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="rights_hold_once", condition=models.Q(lifted_at__isnull=True)
            )
        ]


class RetentionReview(HubRow):
    """A record whose time is up by the schedule, and what somebody decided about it."""

    class State(models.TextChoices):
        OPEN = "open", "to be reviewed"
        KEPT = "kept", "kept"
        ERASING = "erasing", "being erased"
        ERASED = "erased", "erased"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="retention_reviews")
    rule = models.CharField(max_length=40)
    edition = models.CharField(max_length=40)
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField()
    reason = models.CharField(max_length=400, blank=True)
    keep_until = models.DateField(null=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_on", "id"], name="rights_review_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["person"],
                name="rights_review_once",
                condition=models.Q(state__in=("open", "erasing")),
            )
        ]


class Certificate(HubRow):
    """That a record was destroyed: what, when, by which rule, who decided. Nothing of the person but an id."""

    number = models.BigIntegerField(unique=True)
    person_id = models.UUIDField(unique=True)
    case_ids = models.JSONField(help_text="Ids of the cases that were emptied.")
    rule = models.CharField(max_length=40, help_text="Code of the retention rule, or: asked.")
    edition = models.CharField(max_length=40, blank=True)
    removed = models.JSONField(help_text="Rows removed or emptied, by kind of record.")
    decided_by_name = models.CharField(max_length=150)
    decided_at = models.DateTimeField()
    erased_at = models.DateTimeField()


class InformationRequest(HubRow):
    """A request for victim information by an authorised person (Police, Crime, Sentencing and Courts Act
    2022, part 2 chapter 3A, in force 12 January 2026), with the tests, the notice and the decision."""

    class State(models.TextChoices):
        RECEIVED = "received", "tests to be answered"
        TESTED = "tested", "waiting for a second person"
        DECIDED = "decided", "to be disclosed"
        DISCLOSED = "disclosed", "disclosed"
        REFUSED = "refused", "refused"

    class Decision(models.TextChoices):
        ALL = "all", "Disclose all of it"
        PART = "part", "Disclose a part"
        REFUSE = "refuse", "Refuse"

    number = models.BigIntegerField(unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="information_requests")
    state = models.CharField(max_length=12, choices=State.choices, default=State.RECEIVED)
    body = models.CharField(max_length=120, help_text="The authorised person's body, such as a police force.")
    requester = models.CharField(max_length=200, help_text="Name, rank and how to reach them.")
    asks = models.TextField()
    line_of_enquiry = models.TextField()
    necessary = models.TextField()
    proportionate = models.TextField()
    counselling = models.BooleanField(default=False)
    senior_approval = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    recorded_by = models.UUIDField()
    recorded_by_name = models.CharField(max_length=150)
    tests = models.JSONField(default=dict, help_text="Code of the test to answer and words.")
    tested_by = models.UUIDField(null=True)
    tested_by_name = models.CharField(max_length=150, blank=True)
    tested_at = models.DateTimeField(null=True)
    notice_on = models.DateField(null=True, help_text="When the victim got written notice.")
    notice_words = models.TextField(blank=True, help_text="What, why and how; or why no notice was given.")
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    reasons = models.TextField(blank=True)
    decided_by = models.UUIDField(null=True)
    decided_by_name = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    disclosed = models.TextField(blank=True)
    disclosed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_at", "id"], name="rights_information_due"),
            models.Index(fields=["-number"], name="rights_information_newest"),
            models.Index(fields=["person", "-id"], name="rights_information_person"),
        ]
        constraints = [
            models.CheckConstraint(
                name="rights_information_two_people",
                condition=models.Q(decided_by__isnull=True)
                | models.Q(tested_by__isnull=False) & ~models.Q(decided_by=models.F("tested_by")),
            ),
            models.CheckConstraint(
                name="rights_counselling_approved",
                condition=models.Q(counselling=False)
                | ~models.Q(decision__in=("all", "part"))
                | ~models.Q(senior_approval=""),
            ),
        ]
