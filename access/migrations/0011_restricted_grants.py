"""The few grants that a restriction marks are found without walking those of every case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0010_known_as_one")]
    operations = [
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(
                condition=models.Q(("restricted", True)),
                fields=["agency_id", "case_id"],
                name="access_grant_restricted",
            ),
        ),
    ]
