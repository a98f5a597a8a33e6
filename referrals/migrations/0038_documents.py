"""Documents: what they are, and apart from it, sealed, what is in them. A partner comes to those that it was given.

The database holds that none is rewritten, that legal and sensitive ones stay at the hub, and that a whole one is given
only with words on why nothing in it needs to go.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.context
import access.encryption
import access.ids
from access.encryption import only_sealed
from access.policy import protect

SEEN = "access_may_see_case(case_id, category)"
SHARED_KINDS = "('general', 'health', 'safeguarding')"
GIVEN = (
    "EXISTS (SELECT 1 FROM referrals_documentshare s WHERE s.document_id = referrals_document.id"
    " AND s.agency_id = access_agency() AND s.ended_at IS NULL)"
)
READ = f"{SEEN} AND (access_is_hub() OR (kind IN {SHARED_KINDS} AND {GIVEN}))"
WRITTEN = f"access_is_hub() AND {SEEN}"
ERASED = f"{WRITTEN} AND access_account() = 'retention'"
OF_A_DOCUMENT = (
    "EXISTS (SELECT 1 FROM referrals_document d WHERE d.id = referrals_documentcontent.document_id)"
)
MAY_BE_GIVEN = (
    "EXISTS (SELECT 1 FROM referrals_document d WHERE d.id = referrals_documentshare.document_id"
    " AND d.case_id = referrals_documentshare.case_id AND d.category = referrals_documentshare.category"
    " AND d.kind IN ('general', 'health', 'safeguarding')"
    " AND (d.redacts_id IS NOT NULL OR referrals_documentshare.nothing_to_redact <> ''))"
)
CHANGED = {"referrals_documentcontent": "content", "referrals_documentshare": "ended_at, ended_by_name"}


def these_columns_alone(apps, schema_editor):
    """Of a document nothing is changed but its content's seal, of a share nothing but its end."""
    role = settings.DATABASES["default"]["USER"]
    schema_editor.execute(f'REVOKE UPDATE ON referrals_document FROM "{role}"')
    for table, columns in CHANGED.items():
        schema_editor.execute(f'REVOKE UPDATE ON {table} FROM "{role}"')
        schema_editor.execute(f'GRANT UPDATE ({columns}) ON {table} TO "{role}"')


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0008_services_that_differ"),
        ("referrals", "0037_clocks"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("general", "General"),
                            ("health", "Health"),
                            ("safeguarding", "Safeguarding"),
                            ("legal", "Legal"),
                            ("sensitive", "Sensitive"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "category",
                    models.CharField(help_text="The data category that shows it: its kind's.", max_length=20),
                ),
                ("title", models.CharField(max_length=200)),
                ("media_type", models.CharField(help_text="As its own bytes say.", max_length=100)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "scanned_by",
                    models.CharField(
                        blank=True, help_text="The scanner; empty: not scanned.", max_length=100
                    ),
                ),
                ("uploaded_by", models.UUIDField()),
                ("uploaded_by_name", models.CharField(max_length=150)),
                ("uploaded_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="documents",
                        to="referrals.case",
                    ),
                ),
                (
                    "redacts",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="redacted",
                        to="referrals.document",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DocumentContent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("content", access.encryption.EncryptedJSONField(help_text="Base 64.")),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="content",
                        to="referrals.document",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DocumentShare",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("category", models.CharField(max_length=20)),
                (
                    "nothing_to_redact",
                    models.CharField(
                        blank=True,
                        help_text="Why the whole may be given; empty for a redacted copy.",
                        max_length=400,
                    ),
                ),
                ("shared_by_name", models.CharField(max_length=150)),
                ("shared_at", models.DateTimeField()),
                ("ended_by_name", models.CharField(blank=True, max_length=150)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.agency"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="document_shares",
                        to="referrals.case",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="referrals.document",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["case", "id"], name="referrals_document_case"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("category", "notes"), ("kind", "general")),
                    models.Q(("category", "health"), ("kind", "health")),
                    models.Q(("category", "assessment"), ("kind", "safeguarding")),
                    models.Q(("category", "notes"), ("kind", "legal")),
                    models.Q(("category", "notes"), ("kind", "sensitive")),
                    _connector="OR",
                ),
                name="referrals_document_category_of_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="documentshare",
            index=models.Index(fields=["case", "document"], name="referrals_documentshare_case"),
        ),
        migrations.AddConstraint(
            model_name="documentshare",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("document", "agency"),
                name="referrals_documentshare_once",
            ),
        ),
        only_sealed("referrals_documentcontent", "content"),
        protect("referrals_document", read=READ, insert=WRITTEN, delete=ERASED),
        protect(
            "referrals_documentcontent",
            read=OF_A_DOCUMENT,
            insert=f"access_is_hub() AND {OF_A_DOCUMENT}",
            update=f"access_is_hub() AND {OF_A_DOCUMENT} AND access_account() = 'key-rotation'",
            delete=f"access_is_hub() AND {OF_A_DOCUMENT} AND access_account() = 'retention'",
        ),
        protect(
            "referrals_documentshare",
            read=f"{SEEN} AND (access_is_hub() OR agency_id = access_agency())",
            insert=f"{WRITTEN} AND {MAY_BE_GIVEN}",
            update=WRITTEN,
            delete=ERASED,
        ),
        migrations.RunPython(these_columns_alone, migrations.RunPython.noop),
    ]
