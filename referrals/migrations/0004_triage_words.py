"""What triage has to say: no clock running, not reached, why closed; and a way to all unanswered referrals."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_policies")]
    operations = [
        migrations.AddField(
            "case",
            "closing_reason",
            models.CharField(blank=True, default="", max_length=400),
            preserve_default=False,
        ),
        migrations.AddField(
            "case",
            "no_contact_reason",
            models.CharField(
                blank=True,
                default="",
                help_text="Why triage was finished though the person was not reached.",
                max_length=400,
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            "case",
            "due_at",
            models.DateTimeField(
                help_text="The next clock that runs out, for the queue's order; empty when none runs.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            "referral",
            models.Index(
                condition=models.Q(("status__in", ("sent", "received"))),
                fields=["answer_due_at", "case"],
                name="referrals_referral_unanswered",
            ),
        ),
    ]
