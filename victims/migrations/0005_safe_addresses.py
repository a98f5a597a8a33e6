"""Safe addresses stand apart and sealed: no column in clear, no constraint and no index holds one."""

import json

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.encryption
import access.ids
from access.encryption import only_sealed, seal, unseal
from access.ids import new_id
from access.policy import change_policy, protect_for_person

SEEN = "access_may_see_person(person_id, 'contact')"
WAS_SEEN = f"{SEEN} AND (NOT is_safe_address OR access_may_see_person(person_id, 'safe_address'))"
# Moving rows is the owner's work and no actor's: the policies are put aside while it is done, and only then.
ASIDE = [
    f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY" for table in ("victims_address", "victims_safeaddress")
]
BACK = [
    f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY" for table in ("victims_address", "victims_safeaddress")
]


def seal_them(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT hub_id, person_id, lines, postcode, recorded_at FROM victims_address WHERE is_safe_address"
        )
        for hub_id, person, lines, postcode, recorded_at in cursor.fetchall():
            cursor.execute(
                "INSERT INTO victims_safeaddress (id, hub_id, person_id, place, recorded_at)"
                " VALUES (%s, %s, %s, %s, %s)",
                [
                    new_id(),
                    hub_id,
                    person,
                    seal(json.dumps({"lines": lines, "postcode": postcode})),
                    recorded_at,
                ],
            )
        cursor.execute("DELETE FROM victims_address WHERE is_safe_address")


def open_them(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT hub_id, person_id, place, recorded_at FROM victims_safeaddress ORDER BY recorded_at"
        )
        for hub_id, person, place, recorded_at in cursor.fetchall():
            told = json.loads(unseal(place))
            cursor.execute(
                "INSERT INTO victims_address"
                " (id, hub_id, person_id, lines, postcode, is_safe_address, letters, recorded_at)"
                " VALUES (%s, %s, %s, %s, %s, true, 'unknown', %s)"
                " ON CONFLICT (person_id, lines, postcode) DO UPDATE SET is_safe_address = true",
                [new_id(), hub_id, person, told["lines"], told["postcode"], recorded_at],
            )


class Migration(migrations.Migration):
    dependencies = [("victims", "0004_restricted_people")]
    operations = [
        migrations.CreateModel(
            name="SafeAddress",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("place", access.encryption.EncryptedJSONField(help_text="lines and postcode.")),
                ("recorded_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="safe_addresses",
                        to="victims.person",
                    ),
                ),
            ],
            options={"verbose_name_plural": "safe addresses"},
        ),
        only_sealed("victims_safeaddress", "place"),
        protect_for_person("victims_safeaddress", category="safe_address"),
        migrations.RunSQL(ASIDE, BACK),
        migrations.RunPython(seal_them, open_them),
        # The keys of the moved rows are checked now: a table with checks waiting cannot be altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RunSQL(BACK, ASIDE),
        change_policy("victims_address", "read", using=SEEN, was=WAS_SEEN),
        migrations.RemoveField(model_name="address", name="is_safe_address"),
    ]
