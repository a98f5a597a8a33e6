"""Pairs that nobody can tell yet, and the two orders in which pairs are reviewed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("victims", "0008_links")]
    operations = [
        migrations.AlterField(
            "samepersonsuggestion",
            "state",
            models.CharField(
                choices=[
                    ("open", "to be looked at"),
                    ("confirmed", "the same person"),
                    ("rejected", "different people"),
                    ("unsure", "cannot be told"),
                ],
                default="open",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            "samepersonsuggestion",
            models.Index(fields=["state", "verdict", "score", "id"], name="victims_suggestion_likeliest"),
        ),
        migrations.AddIndex(
            "samepersonsuggestion",
            models.Index(fields=["state", "verdict", "suggested_at", "id"], name="victims_suggestion_oldest"),
        ),
    ]
