"""What senders may look back on: their own rows with the verdicts, and how far the hub has come.

A table of its own and not a hole in the policies of cases: who sent a row sees its copy and one word more.
"""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

KEPT_BY = "access_is_hub() AND access_is_system()"
SENDER = (
    "agency_id = access_agency() AND access_role() = 'police_liaison'"
    " AND (person_id IS NULL OR access_may_pass(person_id, false))"
)


def ids():
    return [
        (
            "id",
            models.UUIDField(default=access.ids.new_id, editable=False, primary_key=True, serialize=False),
        ),
        ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
    ]


def agency(related_name):
    return (
        "agency",
        models.ForeignKey(
            on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to="agencies.agency"
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0010_overrides"), ("access", "0002_restricted_records")]
    operations = [
        migrations.CreateModel(
            name="SentRecord",
            fields=[
                *ids(),
                ("row_id", models.UUIDField(unique=True)),
                ("run_number", models.BigIntegerField()),
                ("line", models.PositiveIntegerField()),
                ("reference", models.CharField(blank=True, max_length=60)),
                ("sent_at", models.DateTimeField()),
                ("verdict", models.CharField(max_length=40)),
                ("reason", models.CharField(blank=True, max_length=400)),
                ("case_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                agency("sent_records"),
            ],
            options={
                "indexes": [
                    models.Index(fields=["agency", "sent_at", "id"], name="referrals_sent_newest"),
                    models.Index(fields=["agency", "reference"], name="referrals_sent_reference"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                *ids(),
                ("case_id", models.UUIDField()),
                ("person_id", models.UUIDField()),
                ("stage", models.CharField(max_length=20)),
                ("end_state", models.CharField(blank=True, max_length=40)),
                ("changed_at", models.DateTimeField()),
                agency("feedback"),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case_id", "agency"), name="referrals_feedback_once")
                ],
            },
        ),
        protect(
            "referrals_sentrecord",
            read=f"({KEPT_BY}) OR ({SENDER})",
            insert=KEPT_BY,
            delete=KEPT_BY,
        ),
        # Of a restricted record a sender knows what it sent, and nothing of what came of it.
        protect(
            "referrals_feedback",
            read=f"({KEPT_BY}) OR ({SENDER} AND NOT access_is_restricted(person_id))",
            insert=KEPT_BY,
            update=KEPT_BY,
            delete=KEPT_BY,
        ),
    ]
