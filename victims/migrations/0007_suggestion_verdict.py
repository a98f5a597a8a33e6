"""Suggestions say how sure recognition is: very likely the same, or to be looked at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("victims", "0006_history")]
    operations = [
        migrations.AddField(
            "samepersonsuggestion",
            "verdict",
            models.CharField(
                choices=[
                    ("same", "very likely the same person"),
                    ("review", "perhaps the same person"),
                ],
                default="review",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            "samepersonsuggestion", "score", models.FloatField(help_text="In bits: see victims.matching.")
        ),
        migrations.AlterField(
            "samepersonsuggestion",
            "evidence",
            models.JSONField(help_text="Field by field: what agreed, what did not, and its weight."),
        ),
    ]
