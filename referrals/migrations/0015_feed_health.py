"""When a sender's file is looked for, the columns that its files had, and alerts about feeds: the hub's own."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

HUB = "access_is_hub()"


def columns(help_text, length):
    return django.contrib.postgres.fields.ArrayField(
        base_field=models.CharField(max_length=length), default=list, help_text=help_text, size=None
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0014_sent_by_systems")]
    operations = [
        migrations.AddField(
            "feedsource",
            "check_at",
            models.DateTimeField(
                help_text="When it is next looked at whether an expected file has come.", null=True
            ),
        ),
        migrations.AddIndex("feedsource", models.Index(fields=["check_at"], name="referrals_source_check")),
        migrations.AddField("feedrun", "columns", columns("As the file had them.", 200)),
        migrations.AddIndex(
            "feedrun", models.Index(fields=["source", "taken_at"], name="referrals_run_taken")
        ),
        migrations.CreateModel(
            name="FeedAlert",
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
                        choices=[("late", "late"), ("empty", "empty"), ("shape", "columns changed")],
                        max_length=10,
                    ),
                ),
                ("expected_at", models.DateTimeField(help_text="Of a late one.", null=True)),
                ("missing", columns("Columns that are gone.", 60)),
                ("added", columns("Columns that are new.", 60)),
                ("raised_at", models.DateTimeField()),
                ("cleared_at", models.DateTimeField(null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alerts",
                        to="referrals.feedsource",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cleared_at__isnull", True)),
                        fields=("source", "kind"),
                        name="referrals_alert_open_once",
                    )
                ],
            },
        ),
        protect("referrals_feedalert", read=HUB, insert=HUB, update=HUB),
    ]
