"""Notes of a case: written once, corrected by a further edition, shown to a partner only where one was shared."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from access.encryption import EncryptedJSONField
from access.tables import HubRow
from agencies.models import Agency
from referrals.models.cases import Case
from referrals.notes import KINDS


class CaseNote(HubRow):
    """One edition of a note; nothing of it is ever changed. `note` is the id of its first edition."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes", db_index=False)
    note = models.UUIDField()
    edition = models.PositiveSmallIntegerField(default=1)
    kind = models.CharField(max_length=20, choices=[(code, kind.words) for code, kind in KINDS.items()])
    category = models.CharField(max_length=20, help_text="The data category that shows it: its kind's.")
    text = EncryptedJSONField()
    mentions = ArrayField(models.UUIDField(), default=list)
    written_by = models.UUIDField()
    written_by_name = models.CharField(max_length=150)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["note", "edition"], name="referrals_casenote_edition_once"),
            models.CheckConstraint(
                condition=models.Q(
                    *(models.Q(kind=code, category=str(kind.category)) for code, kind in KINDS.items()),
                    _connector=models.Q.OR,
                ),
                name="referrals_casenote_category_of_kind",
            ),
        ]
        indexes = [models.Index(fields=["case", "note", "edition"], name="referrals_casenote_case")]


class NoteShare(HubRow):
    """A note that an agency was shown: from when, by whom, until when. Ended by a mark, never rewritten."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="note_shares", db_index=False)
    note = models.UUIDField()
    category = models.CharField(max_length=20)
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT)
    shared_by_name = models.CharField(max_length=150)
    shared_at = models.DateTimeField()
    ended_by_name = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["note", "agency"],
                name="referrals_noteshare_once",
                condition=models.Q(ended_at__isnull=True),
            )
        ]
        indexes = [models.Index(fields=["case", "note"], name="referrals_noteshare_case")]
