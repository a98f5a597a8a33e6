"""Notifications, how people choose to be told, and who is on call."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.context
import access.ids
from access.history import keep_history
from access.policy import protect

# Somebody's own, and only while they may see the case that it is about.
SEEN = (
    "agencies_system() OR (agencies_own(recipient_id)"
    " AND (case_id IS NULL OR access_may_see_case(case_id, 'identity')))"
)
OWN = "agencies_system() OR agencies_own(practitioner_id)"
KEEPS_ROTA = "access_is_hub() AND access_role() IN ('supervisor', 'manager', 'system')"


def only_when_read(apps, schema_editor):
    """What somebody was told of is never rewritten: only that it was read, or mailed, may be noted."""
    role = settings.DATABASES["default"]["USER"]
    schema_editor.execute(f'REVOKE UPDATE, TRUNCATE ON agencies_notification FROM "{role}"')
    schema_editor.execute(f'GRANT UPDATE (read_at, mailed_at) ON agencies_notification TO "{role}"')


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0009_services_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("kind", models.CharField(help_text="Of agencies.notifications.KINDS.", max_length=30)),
                ("event_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("case_id", models.UUIDField(null=True)),
                ("referral_id", models.UUIDField(null=True)),
                ("row_id", models.UUIDField(help_text="The row in quarantine.", null=True)),
                ("read_at", models.DateTimeField(null=True)),
                ("mailed_at", models.DateTimeField(null=True)),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["recipient", "-id"], name="agencies_notification_newest"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["recipient", "-id"],
                        name="agencies_notification_unread",
                    ),
                    models.Index(
                        condition=models.Q(("row_id__isnull", False)),
                        fields=["row_id"],
                        name="agencies_notification_row",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("recipient", "event_id"), name="agencies_notification_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="NotificationChoice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("kind", models.CharField(max_length=30)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("page", "Only in the hub"),
                            ("mail", "By e-mail too, within ten minutes"),
                            ("digest", "By e-mail once a day"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="choices",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("practitioner", "kind"), name="agencies_choice_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="OnCallTurn",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("made_by_name", models.CharField(max_length=150)),
                (
                    "practitioner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="turns",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["ends_at"], name="agencies_turn_ends_at")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="agencies_turn_ends"
                    )
                ],
            },
        ),
        protect(
            "agencies_notification",
            read=SEEN,
            insert="agencies_system()",
            update=SEEN,
            delete="agencies_system()",
        ),
        protect("agencies_notificationchoice", read=OWN, insert=OWN, update=OWN, delete=OWN),
        protect(
            "agencies_oncallturn",
            read="access_is_hub()",
            insert=KEEPS_ROTA,
            update=KEEPS_ROTA,
            delete=KEEPS_ROTA,
        ),
        keep_history("agencies_oncallturn", category="staff"),
        migrations.RunPython(only_when_read, migrations.RunPython.noop),
    ]
