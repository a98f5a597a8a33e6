"""What hub and partner say to each other on a referral: for the hub and that team alone, never changed.

A message is of a data category: the partner reads it while it is told of that, and never one of what it is not.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.context
import access.encryption
import access.ids
from access.encryption import only_sealed
from access.policy import protect

SEEN = "access_may_see_case(case_id, category)"
EXISTS = "access_may_see_case(case_id, 'identity')"
# A client speaks for its whole agency; a person for the teams that they are of.
OF_TEAM = (
    "agency_id = access_agency() AND (access_role() = 'client' OR team_id = ANY"
    " (coalesce(nullif(current_setting('hub.team_ids', true), ''), '{}')::uuid[]))"
)
SIDE = f"(access_is_hub() OR {OF_TEAM})"
OF_ITS_REFERRAL = (
    "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = {table}.referral_id AND r.case_id = {table}.case_id"
    " AND r.agency_id = {table}.agency_id AND r.team_id = {table}.team_id{more})"
)
TOLD = OF_ITS_REFERRAL.format(
    table="referrals_referralmessage", more=" AND referrals_referralmessage.category = ANY (r.categories)"
)
MARKED = OF_ITS_REFERRAL.format(table="referrals_messagemark", more="")
RETENTION = "access_is_hub() AND access_account() = 'retention'"
OWN_MARK = f"{EXISTS} AND {SIDE} AND reader = access_actor() AND by_hub = access_is_hub()"


def these_columns_alone(apps, schema_editor):
    """Of a message nothing is changed but its seal, of a mark nothing but how far it is."""
    role = settings.DATABASES["default"]["USER"]
    for table, columns in (
        ("referrals_referralmessage", "text"),
        ("referrals_messagemark", "read_to, read_at"),
    ):
        schema_editor.execute(f'REVOKE UPDATE ON {table} FROM "{role}"')
        schema_editor.execute(f'GRANT UPDATE ({columns}) ON {table} TO "{role}"')


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0009_services_kept"),
        ("referrals", "0038_documents"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="waits_for_hub",
            field=models.BooleanField(
                db_default=False,
                default=False,
                help_text="The agency asked for something before it answers; its time stands still.",
            ),
        ),
        migrations.CreateModel(
            name="MessageMark",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("by_hub", models.BooleanField()),
                ("reader", models.UUIDField()),
                ("reader_name", models.CharField(max_length=150)),
                ("read_to", models.UUIDField(help_text="The newest message that was read.")),
                ("read_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.agency"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="message_marks",
                        to="referrals.case",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="message_marks",
                        to="referrals.referral",
                    ),
                ),
                ("team", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.team")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("referral", "reader"), name="referrals_messagemark_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReferralMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("from_hub", models.BooleanField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("message", "Message"),
                            ("question", "Question that must be answered first"),
                            ("answer", "Answer to the question"),
                        ],
                        default="message",
                        max_length=10,
                    ),
                ),
                ("category", models.CharField(help_text="The data category that shows it.", max_length=20)),
                ("text", access.encryption.EncryptedJSONField()),
                ("written_by", models.UUIDField()),
                ("written_by_name", models.CharField(max_length=150)),
                ("written_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.agency"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="referrals.case",
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="messages",
                        to="referrals.referral",
                    ),
                ),
                ("team", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.team")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["referral", "-id"], name="referrals_message_referral"),
                    models.Index(fields=["case", "-id"], name="referrals_message_case"),
                ],
            },
        ),
        only_sealed("referrals_referralmessage", "text"),
        protect(
            "referrals_referralmessage",
            read=f"{SEEN} AND {SIDE}",
            insert=f"{SEEN} AND {SIDE} AND written_by = access_actor() AND from_hub = access_is_hub() AND {TOLD}",
            update=f"{SEEN} AND access_is_hub() AND access_account() = 'key-rotation'",
            delete=f"{SEEN} AND {RETENTION}",
        ),
        protect(
            "referrals_messagemark",
            read=f"{EXISTS} AND {SIDE}",
            insert=f"{OWN_MARK} AND {MARKED}",
            update=OWN_MARK,
            delete=f"{EXISTS} AND {RETENTION}",
        ),
        migrations.RunPython(these_columns_alone, migrations.RunPython.noop),
    ]
