"""Runs that compare everybody held with everybody: how far each is, and what came of it. Numbers, and no person."""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids


def count():
    return models.PositiveIntegerField(default=0)


class Migration(migrations.Migration):
    dependencies = [("victims", "0009_review_of_pairs")]
    operations = [
        migrations.CreateModel(
            name="Deduplication",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                (
                    "day",
                    models.DateField(help_text="Of a nightly run, which there is once a day.", null=True),
                ),
                ("settings", models.CharField(max_length=40)),
                ("started_at", models.DateTimeField()),
                ("started_by_name", models.CharField(max_length=150)),
                ("finished_at", models.DateTimeField(null=True)),
                ("done_up_to", models.UUIDField(help_text="The last person of the last batch.", null=True)),
                ("people", count()),
                ("compared", count()),
                ("pairs", count()),
                ("same", count()),
                ("review", count()),
                ("confirmed", count()),
                ("rejected", count()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("hub_id", "day"), name="victims_deduplication_once_a_day"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=("hub_id",),
                        name="victims_deduplication_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.AddField(
            "samepersonsuggestion",
            "run",
            models.ForeignKey(
                db_index=False,
                help_text="The run that found it, where none of intake did.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="suggestions",
                to="victims.deduplication",
            ),
        ),
    ]
