"""Two ways into the lists of the page of partners' responses: cases that wait for a decision, and answers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0004_triage_words")]
    operations = [
        migrations.AddIndex(
            "case",
            models.Index(
                condition=models.Q(("decision_wanted", ""), _negated=True)
                & models.Q(("closed_at__isnull", True)),
                fields=["due_at", "id"],
                name="referrals_case_decision",
            ),
        ),
        migrations.AddIndex(
            "referral",
            models.Index(
                condition=models.Q(("answered_at__isnull", False)),
                fields=["answered_at", "id"],
                name="referrals_referral_answered",
            ),
        ),
    ]
