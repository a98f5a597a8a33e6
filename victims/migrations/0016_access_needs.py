"""What somebody needs so that they can be spoken to and met. An answer stays as it was given; the newest counts."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

SEEN = "access_may_see_person(person_id, 'contact')"


class Migration(migrations.Migration):
    dependencies = [("victims", "0015_answers_that_replace")]
    operations = [
        migrations.CreateModel(
            name="AccessNeeds",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                (
                    "needs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        help_text="Codes of agencies.offering.ACCESS.",
                        size=None,
                    ),
                ),
                ("recorded_by", models.UUIDField()),
                ("recorded_by_name", models.CharField(max_length=150)),
                ("recorded_at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access_needs",
                        to="victims.person",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "access needs",
                "indexes": [models.Index(fields=["person", "-recorded_at"], name="victims_needs_newest")],
            },
        ),
        protect("victims_accessneeds", read=SEEN, insert=f"access_is_hub() AND {SEEN}"),
    ]
