"""How people are recognised shows nobody who is not shown: neither side of a likeness, and no number or key."""

from django.db import migrations

from access.policy import HUB_READS, change_policy

SEEN = f"{HUB_READS} AND (access_is_system() OR access_may_see_person(person_id, 'identity'))"
BOTH = (
    f"{HUB_READS} AND (access_is_system() OR (access_may_see_person(person_id, 'identity')"
    " AND access_may_see_person(other_id, 'identity')))"
)
COMMANDS = ("read", "insert", "update", "delete")


class Migration(migrations.Migration):
    dependencies = [("victims", "0003_consents_stay"), ("access", "0002_restricted_records")]
    operations = [
        change_policy(table, command, using=seen, was=HUB_READS)
        for table, seen in (
            ("victims_identifier", SEEN),
            ("victims_matchkey", SEEN),
            ("victims_samepersonsuggestion", BOTH),
        )
        for command in COMMANDS
    ]
