"""How far each record of a sender was worked, taken back and held; and incidents that their sender took back."""

from django.db import migrations, models

TABLES = ("referrals_sourcerecord", "referrals_incident", "referrals_feedrow")
OPEN = [f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in TABLES]
FORCE = [f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in TABLES]
QUIET = "ALTER TABLE referrals_sourcerecord DISABLE TRIGGER USER"
HEARD = "ALTER TABLE referrals_sourcerecord ENABLE TRIGGER USER"
WORKED = """
UPDATE referrals_sourcerecord r SET worked_no = least(i.update_no, r.update_no)
FROM referrals_incident i WHERE i.id = r.incident_id
"""
HELD = """
UPDATE referrals_sourcerecord r SET held_no = r.update_no, held_row_id = r.row_id
FROM referrals_feedrow w WHERE w.id = r.row_id AND w.verdict LIKE 'quarantine:%'
"""


def number(help_text):
    return models.PositiveIntegerField(help_text=help_text, null=True)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0018_cheaper_reads")]
    operations = [
        migrations.AddField("sourcerecord", "worked_no", number("Of the newest update that was worked.")),
        migrations.AddField(
            "sourcerecord", "withdrawn_no", number("The update up to which its sender took it back.")
        ),
        migrations.AddField("sourcerecord", "held_no", number("Of the update that went to quarantine.")),
        migrations.AddField("sourcerecord", "held_row_id", models.UUIDField(null=True)),
        migrations.AlterField(
            "sourcerecord", "verdict", models.CharField(help_text="Of the newest word.", max_length=40)
        ),
        migrations.AddField(
            "incident",
            "withdrawn_at",
            models.DateTimeField(help_text="When its sender took the report back.", null=True),
        ),
        migrations.RunSQL([*OPEN, QUIET, WORKED, HELD, HEARD, *FORCE], migrations.RunSQL.noop),
    ]
