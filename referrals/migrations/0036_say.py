"""What people say of how they were helped: sealed, for the hub alone."""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.encryption
import access.ids
from access.encryption import only_sealed
from access.policy import protect

SEEN = "access_is_hub() AND access_may_see_case(case_id, 'notes')"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0035_endings")]

    operations = [
        migrations.CreateModel(
            name="Say",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("contact_method_id", models.UUIDField()),
                ("channel", models.CharField(max_length=10)),
                ("asked_by", models.UUIDField()),
                ("asked_by_name", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("digest", models.CharField(max_length=64, null=True, unique=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "unsent_because",
                    models.CharField(
                        blank=True,
                        help_text="Why it was not sent: it was not safe any more.",
                        max_length=200,
                    ),
                ),
                (
                    "answers",
                    access.encryption.EncryptedJSONField(
                        help_text="By question its answer, and words.", null=True
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="says", to="referrals.case"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["case", "-asked_at"], name="referrals_say_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at__isnull", True), ("sent_at__isnull", False), _connector="OR"
                        ),
                        name="referrals_say_sent_first",
                    )
                ],
            },
        ),
        protect(
            "referrals_say",
            read=SEEN,
            insert=SEEN,
            update=f"{SEEN} AND answered_at IS NULL",
            update_to=SEEN,
            delete=f"{SEEN} AND access_account() = 'retention'",
        ),
        only_sealed("referrals_say", "answers"),
    ]
