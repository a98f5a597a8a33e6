"""Notes: sealed, each edition of the data category of its kind. A partner reads those alone that it was shown.

The database's own policies say so: nobody rewrites an edition, and what is legal or sensitive never leaves the hub.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.context
import access.encryption
import access.ids
from access.encryption import only_sealed
from access.policy import protect

SEEN = "access_may_see_case(case_id, category)"
SHARED = (
    "EXISTS (SELECT 1 FROM referrals_noteshare s WHERE s.note = referrals_casenote.note"
    " AND s.agency_id = access_agency() AND s.ended_at IS NULL)"
)
READ = f"{SEEN} AND (access_is_hub() OR (kind IN ('general', 'health', 'safeguarding') AND {SHARED}))"
WRITTEN = f"access_is_hub() AND {SEEN}"
OF_ITS_KIND = (
    "EXISTS (SELECT 1 FROM referrals_casenote n WHERE n.note = referrals_noteshare.note"
    " AND n.case_id = referrals_noteshare.case_id AND n.category = referrals_noteshare.category"
    " AND n.kind IN ('general', 'health', 'safeguarding'))"
)
CHANGED = {"referrals_casenote": "text", "referrals_noteshare": "ended_at, ended_by_name"}
ERASED = f"{WRITTEN} AND access_account() = 'retention'"


def these_columns_alone(apps, schema_editor):
    """Of a note nothing is changed but its seal, of a share nothing but its end."""
    role = settings.DATABASES["default"]["USER"]
    for table, columns in CHANGED.items():
        schema_editor.execute(f'REVOKE UPDATE ON {table} FROM "{role}"')
        schema_editor.execute(f'GRANT UPDATE ({columns}) ON {table} TO "{role}"')


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0008_services_that_differ"),
        ("referrals", "0031_newest_decisions"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("note", models.UUIDField()),
                ("edition", models.PositiveSmallIntegerField(default=1)),
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
                ("text", access.encryption.EncryptedJSONField()),
                (
                    "mentions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), default=list, size=None
                    ),
                ),
                ("written_by", models.UUIDField()),
                ("written_by_name", models.CharField(max_length=150)),
                ("written_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="referrals.case",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "note", "edition"], name="referrals_casenote_case")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("note", "edition"), name="referrals_casenote_edition_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("category", "notes"), ("kind", "general")),
                            models.Q(("category", "health"), ("kind", "health")),
                            models.Q(("category", "assessment"), ("kind", "safeguarding")),
                            models.Q(("category", "notes"), ("kind", "legal")),
                            models.Q(("category", "notes"), ("kind", "sensitive")),
                            _connector="OR",
                        ),
                        name="referrals_casenote_category_of_kind",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoteShare",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("note", models.UUIDField()),
                ("category", models.CharField(max_length=20)),
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
                        related_name="note_shares",
                        to="referrals.case",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "note"], name="referrals_noteshare_case")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("note", "agency"),
                        name="referrals_noteshare_once",
                    )
                ],
            },
        ),
        only_sealed("referrals_casenote", "text"),
        protect(
            "referrals_casenote",
            read=READ,
            insert=WRITTEN,
            update=f"{WRITTEN} AND access_account() = 'key-rotation'",
            delete=ERASED,
        ),
        protect(
            "referrals_noteshare",
            read=f"{SEEN} AND (access_is_hub() OR agency_id = access_agency())",
            insert=f"{WRITTEN} AND {OF_ITS_KIND}",
            update=WRITTEN,
            delete=ERASED,
        ),
        migrations.RunPython(these_columns_alone, migrations.RunPython.noop),
    ]
