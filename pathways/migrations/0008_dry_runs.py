"""Dry runs hold numbers that may be shown. Partners see those of the rules that were proposed to them; the hub all.

Asked for by whoever may rehearse, finished by the hub's own system, and never changed after that; they go with a
draft that is thrown away.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

READ = (
    "access_role() NOT IN ('visitor', 'signing_in') AND (access_is_hub() OR EXISTS ("
    "SELECT 1 FROM pathways_pathwayversion v WHERE v.id = version_id AND v.status <> 'draft'"
    " AND v.definition = pathways_dryrun.definition))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("pathways", "0007_life_of_a_version"),
    ]

    operations = [
        migrations.CreateModel(
            name="DryRun",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                (
                    "definition",
                    models.JSONField(
                        help_text="The rules that were rehearsed: a draft may have changed since."
                    ),
                ),
                (
                    "beside",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        help_text="The versions in force when it was asked for, which it is compared with.",
                        size=None,
                    ),
                ),
                ("since", models.DateField()),
                ("until", models.DateField(help_text="Included.")),
                ("asked_by", models.UUIDField()),
                ("asked_by_name", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("result", models.JSONField(null=True)),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="dry_runs",
                        to="pathways.pathwayversion",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["version", "-asked_at"], name="pathways_dry_run_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("result__isnull", True)),
                            models.Q(("finished_at__isnull", False), ("result__isnull", False)),
                            _connector="OR",
                        ),
                        name="pathways_dry_run_told_once_done",
                    )
                ],
            },
        ),
        protect(
            "pathways_dryrun",
            read=READ,
            insert="access_is_hub() AND access_role() IN ('supervisor', 'manager') AND finished_at IS NULL"
            " AND asked_by = access_actor()",
            update="access_is_system() AND finished_at IS NULL",
            update_to="access_is_system()",
            delete="access_is_hub() AND EXISTS ("
            "SELECT 1 FROM pathways_pathwayversion v WHERE v.id = version_id AND v.status = 'draft')",
        ),
    ]
