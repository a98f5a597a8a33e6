"""A case can be put on hold until a moment, for a reason."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0039_messages"),
    ]

    operations = [
        migrations.AddField(
            "case", "held_by_name", models.CharField(blank=True, db_default="", default="", max_length=150)
        ),
        migrations.AddField(
            "case", "held_reason", models.CharField(blank=True, db_default="", default="", max_length=400)
        ),
        migrations.AddField(
            "case",
            "held_until",
            models.DateTimeField(
                help_text="On hold: out of the queues until then, when it comes back by itself.", null=True
            ),
        ),
        migrations.AddIndex(
            "case",
            models.Index(
                condition=Q(("held_until__isnull", False)),
                fields=["held_until", "id"],
                name="referrals_case_held",
            ),
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=Q(("held_until__isnull", True)) | ~Q(("held_reason", "")),
                name="referrals_case_held_for_a_reason",
            ),
        ),
    ]
