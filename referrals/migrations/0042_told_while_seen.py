"""A notification about a referral, or about a row in quarantine, shows while its reader may see that row."""

from django.db import migrations

from access.policy import change_policy

WAS = (
    "agencies_system() OR (agencies_own(recipient_id)"
    " AND (case_id IS NULL OR access_may_see_case(case_id, 'identity')))"
)
# Their own policies hold inside: whom a restriction or a conflict hides, hides what was told of them; and a partner
# whose sight of a case has ended still sees its own referral, and that the hub contests its decline.
SEEN = """agencies_system() OR (agencies_own(recipient_id) AND CASE
  WHEN row_id IS NOT NULL THEN
    EXISTS (SELECT 1 FROM referrals_feedrow r WHERE r.id = agencies_notification.row_id)
  WHEN referral_id IS NOT NULL THEN
    EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = agencies_notification.referral_id)
  ELSE case_id IS NULL OR access_may_see_case(case_id, 'identity') END)"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0041_saved_filters"), ("agencies", "0010_notifications")]
    operations = [
        change_policy("agencies_notification", command, using=SEEN, was=WAS) for command in ("read", "update")
    ]
