"""What an agency returned for a meeting that put a case off may be carried over to the next."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0055_asked_needs")]
    operations = [
        migrations.AddField(
            "research",
            "carried_from",
            models.DateTimeField(
                null=True, help_text="Of the meeting that it was returned for and that put the case off."
            ),
        ),
    ]
