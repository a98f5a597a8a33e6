"""A dry run reads the facts of every decision of years: quickly, and as the hub's own system.

The system is told apart once for a statement and not once for each row. The facts stay in the row as they are:
out of line, or packed, they would have to be fetched and unpacked again for each fact that a rule asks about.
"""

from django.db import migrations

from access.policy import change_policy

HUB_SIDE = "access_is_hub() AND access_may_see_case(case_id, 'identity')"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0019_withdrawn_reports"), ("access", "0002_restricted_records")]
    operations = [
        change_policy(
            "referrals_routingdecision",
            "read",
            using=f"(SELECT access_is_system()) OR ({HUB_SIDE})",
            was=HUB_SIDE,
        ),
        migrations.RunSQL(
            "ALTER TABLE referrals_routingdecision ALTER COLUMN facts SET STORAGE MAIN",
            "ALTER TABLE referrals_routingdecision ALTER COLUMN facts SET STORAGE EXTENDED",
        ),
    ]
