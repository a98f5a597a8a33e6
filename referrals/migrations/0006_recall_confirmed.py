"""A recalled referral asks its agency for the word that it has stopped, and what became of what it held."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0005_decisions_and_answers")]
    operations = [
        migrations.AddField(
            "referral",
            "confirm_due_at",
            models.DateTimeField(
                help_text="By when the agency must say that it has dealt with what a recalled one told it.",
                null=True,
            ),
        ),
        migrations.AddField("referral", "confirmed_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "referral", "confirmed_by_name", models.CharField(blank=True, default="", max_length=150), False
        ),
        migrations.AddField(
            "referral",
            "confirmation",
            models.CharField(
                blank=True, default="", help_text="What it did: see referrals.workflow.", max_length=20
            ),
            False,
        ),
        migrations.AddField(
            "referral", "confirmation_words", models.CharField(blank=True, default="", max_length=400), False
        ),
        migrations.AddIndex(
            "referral",
            models.Index(
                condition=models.Q(("confirm_due_at__isnull", False), ("confirmed_at__isnull", True)),
                fields=["confirm_due_at", "id"],
                name="referrals_referral_confirm",
            ),
        ),
    ]
