"""A case is found by the sender's occurrence reference without walking all incidents."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0057_splits"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["occurrence_ref"], name="referrals_incident_occurrence"),
        ),
    ]
