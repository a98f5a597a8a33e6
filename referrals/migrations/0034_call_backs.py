"""Call-backs, and the private addresses of diaries."""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect, protect_for_case

OWN = "practitioner_id = access_actor()"


def _id():
    return models.UUIDField(default=access.ids.new_id, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0033_conferences")]

    operations = [
        migrations.CreateModel(
            name="CallBack",
            fields=[
                ("id", _id()),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("contact_method_id", models.UUIDField(null=True)),
                ("channel", models.CharField(max_length=10)),
                (
                    "why",
                    models.CharField(
                        choices=[("try_again", "nobody was reached"), ("asked", "as agreed")], max_length=20
                    ),
                ),
                ("at", models.DateTimeField()),
                ("planned_by", models.UUIDField()),
                ("planned_by_name", models.CharField(max_length=150)),
                ("planned_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "planned"), ("done", "done"), ("ended", "no longer wanted")],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="call_backs",
                        to="referrals.case",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "planned")),
                        fields=["at", "id"],
                        name="referrals_callback_next",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "planned")),
                        fields=("case",),
                        name="referrals_callback_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "planned")),
                            models.Q(
                                models.Q(("state", "planned"), _negated=True), ("ended_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="referrals_callback_ends",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DiaryAddress",
            fields=[
                ("id", _id()),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("practitioner_id", models.UUIDField()),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "diary addresses",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("practitioner_id",),
                        name="referrals_diaryaddress_once",
                    )
                ],
            },
        ),
        protect_for_case("referrals_callback", category="notes"),
        protect("referrals_diaryaddress", read=f"{OWN} OR access_is_system()", insert=OWN, update=OWN),
    ]
