"""After a burst, what was noted of one measure is read without walking the room that the burst left."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0003_moved_cases"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delta",
            index=models.Index(fields=["measure", "day"], name="reporting_delta_measure"),
        ),
    ]
