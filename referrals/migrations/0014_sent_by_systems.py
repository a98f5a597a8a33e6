"""A sender's own system may put rows in under its agency's feeds, and read what became of them; no other."""

from django.db import migrations, models

from access.policy import change_policy

HUB = "access_is_hub()"
KEPT_BY = "access_is_hub() AND access_is_system()"
OWN_FEED = (
    "access_role() = 'client'"
    " AND EXISTS (SELECT 1 FROM referrals_feedsource own WHERE own.id = source_id AND own.agency_id = access_agency())"
)
OWN_RUN = (
    "access_role() = 'client' AND EXISTS (SELECT 1 FROM referrals_feedrun run"
    " JOIN referrals_feedsource own ON own.id = run.source_id"
    " WHERE run.id = run_id AND run.status = 'taken' AND own.agency_id = access_agency())"
)


def sender(roles: str) -> str:
    return (
        f"({KEPT_BY}) OR (agency_id = access_agency() AND access_role() {roles}"
        " AND (person_id IS NULL OR access_may_pass(person_id, false)))"
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0013_quarantine")]
    operations = [
        migrations.AddIndex(
            "sentrecord", models.Index(fields=["run_number", "line"], name="referrals_sent_run")
        ),
        change_policy("referrals_feedrun", "read", using=f"({HUB}) OR ({OWN_FEED})", was=HUB),
        change_policy("referrals_feedrun", "insert", using=f"({HUB}) OR ({OWN_FEED})", was=HUB),
        change_policy("referrals_feedrow", "insert", using=f"({HUB}) OR ({OWN_RUN})", was=HUB),
        change_policy(
            "referrals_sentrecord",
            "read",
            using=sender("IN ('police_liaison', 'client')"),
            was=sender("= 'police_liaison'"),
        ),
    ]
