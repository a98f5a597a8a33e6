"""How far an agency has come with what it took on: the day of each step, on its referral."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0048_answers_by_systems"),
    ]

    operations = [
        migrations.AddField(
            model_name="referral",
            name="progress",
            field=models.JSONField(
                db_default={},
                default=dict,
                help_text="By step of referrals.workflow.PROGRESS: the day of it.",
            ),
        ),
    ]
