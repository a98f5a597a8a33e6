"""What is on hold is walked in the order of its list; a notification asks of the one row that it is about.

An EXISTS in a policy may become a hash of every row of the other table; a scalar subquery is one probe of its index.
"""

from django.db import migrations, models
from django.db.models import Q

from access.policy import change_policy

SEEN = """agencies_system() OR (agencies_own(recipient_id) AND CASE
  WHEN conference_id IS NOT NULL THEN
    {conference}
  WHEN row_id IS NOT NULL THEN
    {row}
  WHEN referral_id IS NOT NULL THEN
    {referral}
  ELSE case_id IS NULL OR access_may_see_case(case_id, 'identity') END)"""
EXISTS = "EXISTS (SELECT 1 FROM {table} r WHERE r.id = agencies_notification.{column})"
PROBE = "coalesce((SELECT true FROM {table} r WHERE r.id = agencies_notification.{column} LIMIT 1), false)"


def _seen(how: str) -> str:
    return SEEN.format(
        conference=how.format(table="referrals_conference", column="conference_id"),
        row=how.format(table="referrals_feedrow", column="row_id"),
        referral=how.format(table="referrals_referral", column="referral_id"),
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0049_progress")]
    operations = [
        migrations.RemoveIndex("case", "referrals_case_held"),
        migrations.AddIndex(
            "case",
            models.Index(
                condition=Q(("held_until__isnull", False)),
                fields=["status", "due_at", "id"],
                name="referrals_case_held",
            ),
        ),
        *(
            change_policy("agencies_notification", command, using=_seen(PROBE), was=_seen(EXISTS))
            for command in ("read", "update")
        ),
    ]
