"""Who may not see a referral, in conflict with its case, sees nothing of its dispute either."""

from django.db import migrations

from access.policy import change_policy

HUB_SIDE = "access_is_hub() AND access_may_see_case(case_id, 'identity')"
PARTNER_SIDE = "NOT access_is_hub() AND access_reads_cases() AND agency_id = access_agency()"
SEES_REFERRAL = "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referrals_dispute.referral_id)"
WAS = f"({HUB_SIDE}) OR ({PARTNER_SIDE})"
NOW = f"({HUB_SIDE}) OR ({PARTNER_SIDE} AND {SEES_REFERRAL})"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0025_repeat_until")]
    operations = [
        change_policy("referrals_dispute", "read", using=NOW, was=WAS),
        change_policy("referrals_dispute", "update", using=NOW, was=WAS),
    ]
