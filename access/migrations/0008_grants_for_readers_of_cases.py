"""A grant names a case and a person: only whoever reads cases (or the hub's own system) finds it at all.

Until here auditors, administrators and visitors found the ids of every case in it.
"""

from django.db import migrations

from access.policy import change_policy

FOUND = (
    "access_is_system() OR ((access_is_hub() OR agency_id = access_agency())"
    " AND ((NOT restricted AND NOT conflicted) OR access_may_pass(person_id, restricted)))"
)


class Migration(migrations.Migration):
    dependencies = [("access", "0007_records_whose_owner_left")]
    operations = [
        change_policy("access_grant", "read", using=f"access_reads_cases() AND ({FOUND})", was=FOUND),
    ]
