"""Feeds are the hub's; cases and all that hangs on them are seen through grants; a referral by its two sides.

Sequences give the public numbers: they never wait for another transaction and never give one twice.
The keys from the floors below to the case, which those floors cannot name, are added here.
"""

from django.db import migrations

from access.policy import HUB_READS, protect, protect_for_case

HUB_SIDE = "access_is_hub() AND access_may_see_case(case_id, 'identity')"
PARTNER_SIDE = "access_reads_cases() AND agency_id = access_agency() AND status <> 'draft'"

FOREIGN_KEYS = [
    ("access_grant", "case_id", "referrals_case"),
    ("access_grant", "person_id", "victims_person"),
    ("victims_consent", "case_id", "referrals_case"),
    ("victims_relationship", "case_id", "referrals_case"),
    ("pathways_assessment", "case_id", "referrals_case"),
    ("pathways_assessment", "person_id", "victims_person"),
]


def foreign_key(table: str, column: str, target: str) -> migrations.RunSQL:
    """A deferred key: a grant is written before the case that it opens."""
    name = f"{table}_{column}_fk"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}) REFERENCES {target} (id)"
        " DEFERRABLE INITIALLY DEFERRED",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0002_initial"),
        ("pathways", "0002_policies"),
        ("victims", "0002_policies"),
        ("access", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(
            [
                "CREATE SEQUENCE referrals_case_number",
                "CREATE SEQUENCE referrals_person_number",
                "CREATE SEQUENCE referrals_run_number",
            ],
            [
                "DROP SEQUENCE referrals_case_number",
                "DROP SEQUENCE referrals_person_number",
                "DROP SEQUENCE referrals_run_number",
            ],
        ),
        *(foreign_key(*key) for key in FOREIGN_KEYS),
        # Hub administrators look after feeds without reading cases, so runs are shown to all of the hub.
        protect(
            "referrals_feedrun", read="access_is_hub()", insert="access_is_hub()", update="access_is_hub()"
        ),
        protect("referrals_feedrow", read=HUB_READS, insert="access_is_hub()", update=HUB_READS),
        protect("referrals_sourcerecord", read=HUB_READS, insert=HUB_READS, update=HUB_READS),
        protect_for_case("referrals_case", column="id", category="identity"),
        protect_for_case("referrals_incident", category="incident"),
        protect_for_case("referrals_contactattempt", category="notes"),
        protect_for_case("referrals_clock", category="identity"),
        # A decision holds what every service was offered: the hub's alone. The partner gets its own "why".
        protect("referrals_routingdecision", read=HUB_SIDE, insert=HUB_SIDE),
        protect(
            "referrals_referral",
            read=f"({HUB_SIDE}) OR ({PARTNER_SIDE})",
            insert=HUB_SIDE,
            update=f"({HUB_SIDE}) OR ({PARTNER_SIDE})",
        ),
        protect(
            "referrals_outcome",
            read="EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)",
            insert="agency_id = access_agency()"
            " AND EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referral_id)",
        ),
    ]
