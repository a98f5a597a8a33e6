"""A partner gives a referral to one of its team, and sorts and filters its queue as the hub does its own."""

from django.db import migrations, models
from django.db.models import Q

from access.policy import change_policy

WAS = "access_is_hub() AND owner_id = access_actor()"
OWN = "owner_id = access_actor()"
INDEXES = {
    "referrals_referral_status": ["agency", "status", "id"],
    "referrals_referral_service": ["agency", "status", "service", "id"],
    "referrals_referral_ended": ["agency", "status", "ended_at", "id"],
}


class Migration(migrations.Migration):
    dependencies = [("referrals", "0050_cheaper_queues")]
    operations = [
        migrations.AddField(
            "referral",
            "assigned_to",
            models.UUIDField(help_text="Whom of its team the agency has given it to.", null=True),
        ),
        *(
            migrations.AddIndex("referral", models.Index(fields=fields, name=name))
            for name, fields in INDEXES.items()
        ),
        migrations.AddField(
            "savedfilter",
            "queue",
            models.CharField(
                choices=[("triage", "Triage queue"), ("partner_queue", "Referrals")],
                default="triage",
                max_length=20,
            ),
        ),
        migrations.RemoveConstraint("savedfilter", "referrals_savedfilter_name"),
        migrations.RemoveConstraint("savedfilter", "referrals_savedfilter_one_default"),
        migrations.AddConstraint(
            "savedfilter",
            models.UniqueConstraint(fields=["owner_id", "queue", "name"], name="referrals_savedfilter_name"),
        ),
        migrations.AddConstraint(
            "savedfilter",
            models.UniqueConstraint(
                condition=Q(("is_default", True)),
                fields=("owner_id", "queue"),
                name="referrals_savedfilter_one_default",
            ),
        ),
        *(
            change_policy("referrals_savedfilter", command, using=OWN, was=WAS)
            for command in ("read", "insert", "update", "delete")
        ),
    ]
