"""The cells of a feed row that name a safe address stand sealed, apart from the others."""

import json

from django.db import migrations, models

import access.encryption
from access.encryption import only_sealed, unseal

TABLE = "referrals_feedrow"


def open_them(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, sealed FROM referrals_feedrow WHERE sealed IS NOT NULL")
        for row, sealed in cursor.fetchall():
            cursor.execute(
                "UPDATE referrals_feedrow SET raw = raw || %s::jsonb WHERE id = %s",
                [json.dumps(json.loads(unseal(sealed))), row],
            )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0007_restricted_records")]
    operations = [
        migrations.AddField(
            model_name="feedrow",
            name="sealed",
            field=access.encryption.EncryptedJSONField(
                help_text="Column to text, of the cells that say where somebody is safe.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="feedrow",
            name="raw",
            field=models.JSONField(
                help_text="Column to text, as sent; a safe address stands in `sealed` instead."
            ),
        ),
        only_sealed(TABLE, "sealed"),
        # Backwards, the cells stand where they stood, which is the owner's work and no actor's.
        migrations.RunSQL(migrations.RunSQL.noop, f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY"),
        migrations.RunPython(migrations.RunPython.noop, open_them),
        migrations.RunSQL(migrations.RunSQL.noop, f"ALTER TABLE {TABLE} NO FORCE ROW LEVEL SECURITY"),
    ]
