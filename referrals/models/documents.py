"""Documents of a case: what they are apart from what is in them, which stands sealed in a row of its own."""

from django.db import models
from django.utils import timezone

from access.encryption import EncryptedJSONField
from access.tables import HubRow
from agencies.models import Agency
from referrals.files import TYPES
from referrals.models.cases import Case
from referrals.notes import KINDS


class Document(HubRow):
    """One document. Nothing of it is ever changed; `redacts` names the one of which it is a redacted copy."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="documents", db_index=False)
    kind = models.CharField(max_length=20, choices=[(code, kind.words) for code, kind in KINDS.items()])
    category = models.CharField(max_length=20, help_text="The data category that shows it: its kind's.")
    title = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100, help_text="As its own bytes say.")
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    scanned_by = models.CharField(max_length=100, blank=True, help_text="The scanner; empty: not scanned.")
    redacts = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="redacted")
    uploaded_by = models.UUIDField()
    uploaded_by_name = models.CharField(max_length=150)
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    *(models.Q(kind=code, category=str(kind.category)) for code, kind in KINDS.items()),
                    _connector=models.Q.OR,
                ),
                name="referrals_document_category_of_kind",
            ),
        ]
        indexes = [models.Index(fields=["case", "id"], name="referrals_document_case")]

    @property
    def file_name(self) -> str:
        """Under which it is downloaded: a number, never what somebody typed, which on a disk would tell of a case."""
        at = timezone.localtime(self.uploaded_at)
        return f"document-{at:%Y%m%d-%H%M%S}.{TYPES[self.media_type].ending}"


class DocumentContent(HubRow):
    """What is in a document, sealed."""

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="content")
    content = EncryptedJSONField(help_text="Base 64.")


class DocumentWithdrawal(HubRow):
    """That a document was taken out of sight, and why. While it stands, the policies show the document to nobody.

    The document itself stays, sealed, for as long as the case is kept. Ended by a mark, never rewritten.
    """

    class Why(models.TextChoices):
        WRONG_CASE = "wrong_case", "it belongs to another case"
        WRONG_FILE = "wrong_file", "the wrong file was chosen"
        NOT_OURS = "not_ours", "the hub should not have had it"

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="withdrawals", db_index=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="withdrawals")
    category = models.CharField(max_length=20)
    file_name = models.CharField(max_length=60, help_text="By which whoever downloaded it finds it.")
    why = models.CharField(max_length=20, choices=Why.choices)
    words = models.CharField(max_length=400)
    withdrawn_by = models.UUIDField()
    withdrawn_by_name = models.CharField(max_length=150)
    withdrawn_at = models.DateTimeField()
    ended_by_name = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                name="referrals_withdrawal_once",
                condition=models.Q(ended_at__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["case", "-withdrawn_at"], name="referrals_withdrawal_case")]


class DocumentShare(HubRow):
    """A document that an agency was given: a redacted copy, or one of which somebody said that nothing need go.

    Ended by a mark, never rewritten.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="document_shares", db_index=False)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="shares")
    category = models.CharField(max_length=20)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    nothing_to_redact = models.CharField(
        max_length=400, blank=True, help_text="Why the whole may be given; empty for a redacted copy."
    )
    shared_by_name = models.CharField(max_length=150)
    shared_at = models.DateTimeField()
    ended_by_name = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "agency"],
                name="referrals_documentshare_once",
                condition=models.Q(ended_at__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["case", "document"], name="referrals_documentshare_case")]
