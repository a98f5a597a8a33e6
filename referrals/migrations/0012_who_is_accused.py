"""Two incidents that name the same alleged perpetrator can be told, and nobody can be named from it."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0011_feedback")]
    operations = [
        migrations.AddField(
            "incident",
            "accused",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=64),
                default=list,
                help_text="Keyed digests of what tells the alleged perpetrator: equal where two incidents name one.",
                size=None,
            ),
        )
    ]
