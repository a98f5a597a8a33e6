"""A challenge is seen through its case: by the hub, and by the agency that raised it while it may see the case.

It is raised under one's own agency's name, and answered once, by whoever may draft pathways.
"""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

SEEN = "access_may_see_case(case_id, 'identity') AND (access_is_hub() OR agency_id = access_agency())"
ANSWERS = f"{SEEN} AND access_is_hub() AND access_role() IN ('supervisor', 'manager', 'system')"


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0007_police_liaison"),
        ("pathways", "0008_dry_runs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Challenge",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("case_id", models.UUIDField()),
                ("referral_id", models.UUIDField(null=True)),
                ("route", models.CharField(blank=True, max_length=80)),
                ("words", models.TextField()),
                ("raised_by", models.UUIDField()),
                ("raised_by_name", models.CharField(max_length=150)),
                ("raised_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "waits for an answer"), ("answered", "answered")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("answer", models.TextField(blank=True)),
                ("answered_by_name", models.CharField(blank=True, max_length=150)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.agency"),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="challenges",
                        to="pathways.pathwayversion",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["version", "-raised_at"], name="pathways_challenge_newest"),
                    models.Index(fields=["case_id", "-raised_at"], name="pathways_challenge_case"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("status", "open")),
                            models.Q(("status", "answered"), models.Q(("answer", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="pathways_challenge_answered_in_words",
                    )
                ],
            },
        ),
        protect(
            "pathways_challenge",
            read=SEEN,
            insert=f"{SEEN} AND agency_id = access_agency() AND raised_by = access_actor() AND status = 'open'",
            update=f"{ANSWERS} AND status = 'open'",
            update_to=f"{ANSWERS} AND status = 'answered'",
            # Erasure alone takes rows away.
            delete="access_account() = 'retention'",
        ),
    ]
