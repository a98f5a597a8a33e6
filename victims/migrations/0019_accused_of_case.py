"""Who is accused on a case is read without walking everybody who is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0013_needs_met"),
        ("victims", "0018_accused_found"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="relationship",
            index=models.Index(fields=["case_id"], name="victims_accused_of_case"),
        ),
    ]
