"""Which cases a dry run would send elsewhere: ids, written by the hub's own system, read as the cases are."""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

HUB_SIDE = "access_is_hub() AND access_may_see_case(case_id, 'identity')"


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0002_deltas"),
        ("pathways", "0008_dry_runs"),
        ("referrals", "0042_told_while_seen"),
    ]

    operations = [
        migrations.CreateModel(
            name="MovedCase",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("decided_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="referrals.case"),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="referrals.routingdecision"
                    ),
                ),
                (
                    "dry_run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to="pathways.dryrun",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["dry_run", "-decided_at", "-id"], name="reporting_moved_newest")
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE reporting_movedcase ADD CONSTRAINT reporting_movedcase_dry_run_fk"
            " FOREIGN KEY (dry_run_id) REFERENCES pathways_dryrun (id) ON DELETE CASCADE",
            "ALTER TABLE reporting_movedcase DROP CONSTRAINT reporting_movedcase_dry_run_fk",
        ),
        protect("reporting_movedcase", read=HUB_SIDE, insert="access_is_system()", delete=HUB_SIDE),
    ]
