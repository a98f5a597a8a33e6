"""Documents that should not be on a case are taken out of sight: their policies show them to nobody.

The account that erases, and the one that seals anew, still come to them. A document's content asks for the document,
so it follows.
"""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.context
import access.ids
from access.policy import change_policy, protect

_was = import_module("referrals.migrations.0038_documents")
STANDS = (
    "(SELECT 1 FROM referrals_documentwithdrawal w WHERE w.document_id = {document} AND w.ended_at IS NULL)"
)
NOT_TAKEN_OUT = f"NOT EXISTS {STANDS.format(document='referrals_document.id')}"
READ = f"{_was.READ} AND (access_account() IN ('retention', 'key-rotation') OR {NOT_TAKEN_OUT})"
OF_ITS_CASE = (
    "EXISTS (SELECT 1 FROM referrals_document d WHERE d.id = referrals_documentwithdrawal.document_id"
    " AND d.case_id = referrals_documentwithdrawal.case_id AND d.category = referrals_documentwithdrawal.category)"
)


def only_its_end(apps, schema_editor):
    """Nothing of a withdrawal is changed but its end."""
    role = settings.DATABASES["default"]["USER"]
    schema_editor.execute(f'REVOKE UPDATE ON referrals_documentwithdrawal FROM "{role}"')
    schema_editor.execute(
        f'GRANT UPDATE (ended_at, ended_by_name) ON referrals_documentwithdrawal TO "{role}"'
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0045_handover_notes")]

    operations = [
        migrations.CreateModel(
            name="DocumentWithdrawal",
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
                    "file_name",
                    models.CharField(help_text="By which whoever downloaded it finds it.", max_length=60),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("wrong_case", "it belongs to another case"),
                            ("wrong_file", "the wrong file was chosen"),
                            ("not_ours", "the hub should not have had it"),
                        ],
                        max_length=20,
                    ),
                ),
                ("words", models.CharField(max_length=400)),
                ("withdrawn_by", models.UUIDField()),
                ("withdrawn_by_name", models.CharField(max_length=150)),
                ("withdrawn_at", models.DateTimeField()),
                ("ended_by_name", models.CharField(blank=True, max_length=150)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="withdrawals",
                        to="referrals.case",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="withdrawals",
                        to="referrals.document",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "-withdrawn_at"], name="referrals_withdrawal_case")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("document",),
                        name="referrals_withdrawal_once",
                    )
                ],
            },
        ),
        protect(
            "referrals_documentwithdrawal",
            read=_was.WRITTEN,
            insert=f"{_was.WRITTEN} AND {OF_ITS_CASE}",
            update=_was.WRITTEN,
            delete=_was.ERASED,
        ),
        migrations.RunPython(only_its_end, migrations.RunPython.noop),
        change_policy("referrals_document", "read", using=READ, was=_was.READ),
    ]
