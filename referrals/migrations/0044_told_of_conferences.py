"""A notification about a conference shows while its reader may see the meeting."""

from django.db import migrations

from access.policy import change_policy

SEEN = """agencies_system() OR (agencies_own(recipient_id) AND CASE
  {conference}WHEN row_id IS NOT NULL THEN
    EXISTS (SELECT 1 FROM referrals_feedrow r WHERE r.id = agencies_notification.row_id)
  WHEN referral_id IS NOT NULL THEN
    EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = agencies_notification.referral_id)
  ELSE case_id IS NULL OR access_may_see_case(case_id, 'identity') END)"""
CONFERENCE = """WHEN conference_id IS NOT NULL THEN
    EXISTS (SELECT 1 FROM referrals_conference c WHERE c.id = agencies_notification.conference_id)
  """


class Migration(migrations.Migration):
    dependencies = [("referrals", "0043_transfers"), ("agencies", "0011_told_of_conferences")]
    operations = [
        change_policy(
            "agencies_notification",
            command,
            using=SEEN.format(conference=CONFERENCE),
            was=SEEN.format(conference=""),
        )
        for command in ("read", "update")
    ]
