"""How a case ended: without what, from which status; and when and why it was opened again."""

from django.db import migrations, models


def _text(length, words=""):
    return models.CharField(
        blank=True, default="", max_length=length, **({"help_text": words} if words else {})
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0034_call_backs")]

    operations = [
        migrations.AddField(
            "case",
            "closing_without",
            _text(400, "Why it ended though something that such an end wants was missing."),
            preserve_default=False,
        ),
        migrations.AddField(
            "case", "closed_from", _text(20, "The status before it was closed."), preserve_default=False
        ),
        migrations.AddField("case", "reopened_at", models.DateTimeField(null=True)),
        migrations.AddField("case", "reopened_by_name", _text(150), preserve_default=False),
        migrations.AddField("case", "reopening_reason", _text(400), preserve_default=False),
    ]
