"""Who refers somebody on the form looks back on it: the people of their agency, and the agency's own system.

How far the hub has come is seen by whoever sees a record that led to the case, and by nobody where the record is
restricted; the policy of records answers the rest (the agency, its role, a conflict of interest).
"""

from django.db import migrations, models

from access.policy import change_policy

KEPT_BY = "access_is_hub() AND access_is_system()"
PASSED = "(person_id IS NULL OR access_may_pass(person_id, false))"
SENDER = "access_role() IN ('police_liaison', 'client')"
TELLER = "access_role() = 'partner_practitioner' AND told_by IS NOT NULL"
LED_TO_IT = (
    "agency_id = access_agency() AND NOT access_is_restricted(person_id)"
    " AND EXISTS (SELECT 1 FROM referrals_sentrecord led WHERE led.case_id = referrals_feedback.case_id)"
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0052_leads")]
    operations = [
        migrations.AddField(
            "sentrecord",
            "told_by",
            models.UUIDField(null=True, help_text="Who told it on the form; empty of a feed's."),
        ),
        migrations.AddField(
            "sentrecord",
            "told_by_name",
            models.CharField(blank=True, default="", max_length=150),
            preserve_default=False,
        ),
        migrations.AddIndex(
            "sentrecord",
            models.Index(
                fields=["agency", "sent_at", "id"],
                name="referrals_sent_told",
                condition=models.Q(told_by__isnull=False),
            ),
        ),
        migrations.AddIndex("sentrecord", models.Index(fields=["case_id"], name="referrals_sent_case")),
        change_policy(
            "referrals_sentrecord",
            "read",
            using=f"({KEPT_BY}) OR (agency_id = access_agency() AND ({SENDER} OR ({TELLER})) AND {PASSED})",
            was=f"({KEPT_BY}) OR (agency_id = access_agency() AND {SENDER} AND {PASSED})",
        ),
        change_policy(
            "referrals_feedback",
            "read",
            using=f"({KEPT_BY}) OR ({LED_TO_IT})",
            was=f"({KEPT_BY}) OR (agency_id = access_agency() AND access_role() = 'police_liaison'"
            f" AND {PASSED} AND NOT access_is_restricted(person_id))",
        ),
    ]
