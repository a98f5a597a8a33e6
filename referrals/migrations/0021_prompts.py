"""Prompts: what an answer or a further incident asks to be done on a case by a time; the words of an answer sealed."""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.encryption
import access.ids
from access.encryption import only_sealed
from access.history import keep_history
from access.policy import protect

SEEN = "access_may_see_case(case_id, category)"
WRITTEN = f"access_is_hub() AND {SEEN}"


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0020_decisions_for_rehearsal"),
    ]

    operations = [
        migrations.CreateModel(
            name="Prompt",
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
                        choices=[
                            ("assessment", "Assessment wanted"),
                            ("same_day_risk", "Same-day risk prompt"),
                            ("children_social_care", "Children’s social care"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "instrument",
                    models.SlugField(help_text="The instrument that is wanted, or whose answer prompts."),
                ),
                ("category", models.CharField(help_text="The data category that shows it.", max_length=20)),
                ("because", models.CharField(help_text="In the instrument's words.", max_length=400)),
                ("edition", models.CharField(help_text="Of the clock's rule.", max_length=40)),
                ("raised_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to do"),
                            ("done", "done"),
                            ("set_aside", "set aside"),
                            ("stopped", "no longer needed"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                (
                    "words",
                    access.encryption.EncryptedJSONField(
                        help_text="What was done, or why nothing is to be done.", null=True
                    ),
                ),
                ("ended_by", models.UUIDField(null=True)),
                ("ended_by_name", models.CharField(blank=True, max_length=150)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="prompts",
                        to="referrals.case",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["case", "due_at"],
                        name="referrals_prompt_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("case", "kind", "instrument"),
                        name="referrals_prompt_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("category__in", ["assessment", "health"])),
                        name="referrals_prompt_category",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="referrals_prompt_ends",
                    ),
                ],
            },
        ),
        only_sealed("referrals_prompt", "words"),
        protect("referrals_prompt", read=SEEN, insert=WRITTEN, update=WRITTEN, delete=WRITTEN),
        keep_history("referrals_prompt", category="health", case="case_id"),
    ]
