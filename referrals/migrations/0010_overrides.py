"""Safeguarding overrides: asked for by one person and decided by another, both held by the database."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.context
import access.ids
from access.history import keep_history
from access.policy import protect

HUB_SIDE = "access_is_hub() AND access_may_see_case(case_id, 'identity')"
DECISION = "status, decided_by, decided_by_name, decided_at, decided_words"


def only_the_decision_is_added(apps, schema_editor):
    role = settings.DATABASES["default"]["USER"]
    schema_editor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON referrals_override FROM "{role}"')
    schema_editor.execute(f'GRANT UPDATE ({DECISION}) ON referrals_override TO "{role}"')


class Migration(migrations.Migration):
    dependencies = [("referrals", "0009_history"), ("agencies", "0004_agreements_signed")]
    operations = [
        migrations.CreateModel(
            name="Override",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None
                    ),
                ),
                ("reason_code", models.CharField(max_length=40)),
                ("reason_words", models.CharField(max_length=400)),
                ("until", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "waits for a second person"),
                            ("approved", "approved"),
                            ("refused", "refused"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_by", models.UUIDField()),
                ("asked_by_name", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_by_name", models.CharField(blank=True, max_length=150)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_words", models.CharField(blank=True, max_length=400)),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides",
                        to="agencies.agency",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="overrides",
                        to="referrals.case",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("case", "agency"),
                        name="referrals_override_one_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("decided_by__isnull", True),
                                ("status", "asked"),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("status__in", ("approved", "refused")),
                                models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="referrals_override_two_people",
                    ),
                ],
            },
        ),
        protect(
            "referrals_override",
            read=HUB_SIDE,
            insert=f"{HUB_SIDE} AND asked_by = access_actor() AND status = 'asked'"
            " AND access_role() IN ('practitioner', 'supervisor')",
            update=f"{HUB_SIDE} AND status = 'asked' AND access_role() = 'supervisor'",
            update_to=f"{HUB_SIDE} AND decided_by = access_actor() AND asked_by <> access_actor()",
        ),
        keep_history("referrals_override", category="identity", case="case_id"),
        migrations.RunPython(only_the_decision_is_added, migrations.RunPython.noop),
    ]
