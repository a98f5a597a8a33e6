"""Answers on their way, sealed as a whole: read by the hub with both categories, written by whoever typed them."""

from django.db import migrations, models

import access.context
import access.encryption
import access.ids
from access.encryption import only_sealed
from access.policy import protect

SEEN = "access_is_hub() AND access_may_see_case(case_id, 'assessment') AND access_may_see_case(case_id, 'health')"
OWN = f"{SEEN} AND saved_by = access_actor()"
# The hub's own system seals them anew, and takes them away when the case is closed or erased.
OWN_OR_SYSTEM = f"{SEEN} AND (saved_by = access_actor() OR access_is_system())"


class Migration(migrations.Migration):
    dependencies = [
        ("pathways", "0009_challenges"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedAnswers",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("case_id", models.UUIDField()),
                ("instrument", models.SlugField()),
                (
                    "typed",
                    access.encryption.EncryptedJSONField(help_text="By the form's field, as it was typed."),
                ),
                ("saved_by", models.UUIDField()),
                ("saved_by_name", models.CharField(max_length=150)),
                ("saved_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "saved answers",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case_id", "instrument", "saved_by"), name="pathways_saved_answers_once"
                    )
                ],
            },
        ),
        only_sealed("pathways_savedanswers", "typed"),
        protect("pathways_savedanswers", read=SEEN, insert=OWN, update=OWN_OR_SYSTEM, delete=OWN_OR_SYSTEM),
    ]
