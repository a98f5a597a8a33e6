"""Feed rows and senders' records follow the person that they are about; a partner in conflict loses its side.

A row that is held in quarantine names people whom nobody registered by it: intake says whether it names
somebody whose record is restricted (`names_person_id`), and then it is as hidden as they are.
"""

from django.db import migrations, models

from access.policy import HUB_READS, change_policy

HUB_SIDE = "access_is_hub() AND access_may_see_case(case_id, 'identity')"
PARTNER_SIDE = "access_reads_cases() AND agency_id = access_agency() AND status <> 'draft'"
NOT_KEPT_OUT = f"{PARTNER_SIDE} AND NOT access_is_kept_out(case_id)"
TWO_SIDES, TWO_SIDES_NOW = f"({HUB_SIDE}) OR ({PARTNER_SIDE})", f"({HUB_SIDE}) OR ({NOT_KEPT_OUT})"


def seen(about: str) -> str:
    return f"{HUB_READS} AND (access_is_system() OR {about} IS NULL OR access_may_see_person({about}, 'identity'))"


ROW, RECORD = seen("coalesce(person_id, names_person_id)"), seen("person_id")


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0006_recall_confirmed"),
        ("access", "0002_restricted_records"),
    ]
    operations = [
        migrations.AddField(
            "feedrow",
            "names_person_id",
            models.UUIDField(null=True, help_text="The restricted person whom a held row names."),
        ),
        change_policy("referrals_feedrow", "read", using=ROW, was=HUB_READS),
        change_policy("referrals_feedrow", "update", using=ROW, was=HUB_READS),
        change_policy("referrals_sourcerecord", "read", using=RECORD, was=HUB_READS),
        change_policy("referrals_sourcerecord", "insert", using=RECORD, was=HUB_READS),
        change_policy("referrals_sourcerecord", "update", using=RECORD, was=HUB_READS),
        change_policy("referrals_referral", "read", using=TWO_SIDES_NOW, was=TWO_SIDES),
        change_policy("referrals_referral", "update", using=TWO_SIDES_NOW, was=TWO_SIDES),
    ]
