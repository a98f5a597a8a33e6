"""Answers about health stand apart and sealed, seen by the category health alone.

The first edition of needs-8 is marked where it stands: its items, words and scoring are as they were published,
and the mark says only where an answer is kept.
"""

import json

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.context
import access.encryption
import access.ids
from access.encryption import only_sealed, seal, unseal
from access.ids import new_id
from access.policy import protect

INSTRUMENT, ITEM = "needs-8", "N1"
SEEN = "access_may_see_case(case_id, 'health')"
# What was answered stays. The hub's own system may seal it anew, and erase it when its time is over.
BY_THE_SYSTEM = f"access_role() = 'system' AND {SEEN}"
ASIDE = "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY"
BACK = "ALTER TABLE {} FORCE ROW LEVEL SECURITY"
TABLES = ("pathways_assessment", "pathways_healthanswers")


def mark(cursor, category):
    cursor.execute(
        "SELECT id, definition::text FROM pathways_instrumentversion WHERE code = %s", [INSTRUMENT]
    )
    for edition, definition in cursor.fetchall():
        told = json.loads(definition)
        for item in told["items"]:
            if item["code"] == ITEM:
                item.pop("category", None)
                item.update({"category": category} if category else {})
        cursor.execute(
            "UPDATE pathways_instrumentversion SET definition = %s WHERE id = %s", [json.dumps(told), edition]
        )


def seal_them(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        mark(cursor, "health")
        cursor.execute(
            "SELECT made.id, made.hub_id, made.case_id, (made.answers -> %s)::text FROM pathways_assessment made"
            " JOIN pathways_instrumentversion asked ON asked.id = made.instrument_id"
            " WHERE asked.code = %s AND made.answers ? %s",
            [ITEM, INSTRUMENT, ITEM],
        )
        for assessment, hub_id, case_id, answer in cursor.fetchall():
            cursor.execute(
                "INSERT INTO pathways_healthanswers (id, hub_id, assessment_id, case_id, answers)"
                " VALUES (%s, %s, %s, %s, %s)",
                [new_id(), hub_id, assessment, case_id, seal(json.dumps({ITEM: json.loads(answer)}))],
            )
            cursor.execute(
                "UPDATE pathways_assessment SET answers = answers - %s WHERE id = %s", [ITEM, assessment]
            )


def open_them(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT assessment_id, answers FROM pathways_healthanswers")
        for assessment, answers in cursor.fetchall():
            cursor.execute(
                "UPDATE pathways_assessment SET answers = answers || %s::jsonb WHERE id = %s",
                [unseal(answers), assessment],
            )
        mark(cursor, "")


def reseal_and_nothing_else(apps, schema_editor):
    role = settings.DATABASES["default"]["USER"]
    schema_editor.execute(f'REVOKE UPDATE ON pathways_healthanswers FROM "{role}"')
    schema_editor.execute(f'GRANT UPDATE (answers) ON pathways_healthanswers TO "{role}"')


class Migration(migrations.Migration):
    dependencies = [("pathways", "0003_assessments_stay"), ("access", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="HealthAnswers",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("case_id", models.UUIDField()),
                (
                    "answers",
                    access.encryption.EncryptedJSONField(help_text="By item code, as Assessment.answers."),
                ),
                (
                    "assessment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="health",
                        to="pathways.assessment",
                    ),
                ),
            ],
            options={"verbose_name_plural": "health answers"},
        ),
        migrations.AlterField(
            model_name="assessment",
            name="answers",
            field=models.JSONField(help_text="By item code; those about health are in HealthAnswers."),
        ),
        only_sealed("pathways_healthanswers", "answers"),
        protect(
            "pathways_healthanswers",
            read=SEEN,
            insert=f"access_is_hub() AND {SEEN}",
            update=BY_THE_SYSTEM,
            delete=BY_THE_SYSTEM,
        ),
        migrations.RunPython(reseal_and_nothing_else, migrations.RunPython.noop),
        # Moving rows is the owner's work and no actor's: the policies are put aside while it is done.
        migrations.RunSQL(
            [ASIDE.format(table) for table in TABLES], [BACK.format(table) for table in TABLES]
        ),
        migrations.RunPython(seal_them, open_them),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RunSQL(
            [BACK.format(table) for table in TABLES], [ASIDE.format(table) for table in TABLES]
        ),
    ]
