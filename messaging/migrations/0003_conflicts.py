"""An agency in conflict is told of the recall, by ids and its code, and of nothing else in that case."""

from django.db import migrations

from access.policy import change_policy

HUB_SIDE = (
    "(access_is_hub() AND access_reads_cases() AND"
    " (case_id IS NULL OR access_may_see_case(case_id, 'identity')))"
)
OWN_ENTRY = (
    "NOT access_is_hub() AND access_reads_cases() AND EXISTS (SELECT 1 FROM messaging_feedentry entry"
    " WHERE entry.event_id = messaging_event.id AND entry.agency_id = access_agency())"
)
TOLD = "(topic = 'referral.recalled' OR NOT access_is_kept_out(case_id))"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_policies"), ("access", "0002_restricted_records")]
    operations = [
        change_policy(
            "messaging_event",
            "read",
            using=f"{HUB_SIDE} OR ({OWN_ENTRY} AND {TOLD})",
            was=f"{HUB_SIDE} OR ({OWN_ENTRY})",
        )
    ]
