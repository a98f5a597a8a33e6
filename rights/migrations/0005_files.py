"""Files go with a person's copy once looked through; an agency is told to destroy one that was given by mistake."""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

PERSON = "access_is_hub() AND access_may_see_person(person_id, 'identity')"


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0004_notices_of_conferences"),
        ("referrals", "0046_documents_taken_out"),
    ]

    operations = [
        migrations.CreateModel(
            name="Enclosure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("person_id", models.UUIDField()),
                ("document_id", models.UUIDField()),
                ("file_name", models.CharField(max_length=60)),
                ("looked_by", models.UUIDField()),
                ("looked_by_name", models.CharField(max_length=150)),
                ("looked_at", models.DateTimeField()),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="enclosures",
                        to="rights.request",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("request", "document_id"), name="rights_enclosure_once")
                ],
            },
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("correct", "Correct your record"),
                    ("erase", "Erase your record"),
                    ("document", "Destroy a document"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddField(model_name="notice", name="document_id", field=models.UUIDField(null=True)),
        migrations.AddField(
            model_name="notice",
            name="file_name",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Of the document, as it was downloaded.",
                max_length=60,
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("document_id__isnull", False)),
                fields=("document_id", "agency", "told_at"),
                name="rights_notice_document_once",
            ),
        ),
        protect("rights_enclosure", read=PERSON, insert=PERSON, delete=f"rights_erasing() AND {PERSON}"),
    ]
