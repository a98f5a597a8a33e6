"""Hints of unusual looks: found by the system, answered once by an auditor."""

from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0005_changes_of_any_table"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hint",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("own_surname", "their own surname"),
                            ("out_of_hours", "out of hours"),
                            ("volume", "far more than usual"),
                            ("never_worked", "cases that others work"),
                            ("refused", "refused again and again"),
                        ],
                        max_length=20,
                    ),
                ),
                ("day", models.DateField()),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_id", models.UUIDField()),
                ("actor_name", models.CharField(max_length=150)),
                (
                    "subject",
                    models.UUIDField(help_text="The person it is about, where it is about one.", null=True),
                ),
                (
                    "looks",
                    models.PositiveIntegerField(
                        help_text="How many looks (or records, or refusals) it counts."
                    ),
                ),
                (
                    "usual",
                    models.PositiveIntegerField(
                        help_text="How many there are on a day otherwise.", null=True
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.UUIDField(null=True)),
                ("answered_by_name", models.CharField(blank=True, max_length=150)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("explained", "explained"), ("followed_up", "followed up")],
                        max_length=12,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=["-id"],
                        name="access_hint_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rule", "day", "actor_id", "subject"),
                        name="access_hint_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        protect(
            "access_hint",
            read="access_role() IN ('auditor', 'system')",
            insert="access_role() = 'system'",
            update="access_role() = 'auditor' AND answered_at IS NULL AND actor_id <> access_actor()",
            update_to="access_role() = 'auditor' AND answered_by = access_actor()",
        ),
    ]
