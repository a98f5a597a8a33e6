"""An alleged perpetrator may work for one of the agencies here: whoever of the hub records it keeps that agency out."""

import django.db.models.deletion
from django.db import migrations, models

from access.policy import change_policy

DECLARED = (
    "declared_by = access_actor() AND ended_at IS NULL"
    " AND access_may_see_person(person_id, 'identity') AND (practitioner_id = access_actor()"
    " OR (access_role() = 'supervisor' AND agency_id IS DISTINCT FROM access_agency()){or_employer})"
)
EMPLOYER = (
    " OR (access_is_hub() AND agency_id IS DISTINCT FROM access_agency() AND why = 'alleged_perpetrator' AND EXISTS"
    " (SELECT 1 FROM victims_relationship r WHERE r.person_id = access_conflict.person_id"
    " AND r.employer_id = access_conflict.agency_id))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("victims", "0016_access_needs"),
        ("agencies", "0008_services_that_differ"),
        ("access", "0002_restricted_records"),
    ]
    operations = [
        migrations.AddField(
            model_name="relationship",
            name="employer",
            field=models.ForeignKey(
                help_text="The agency here that they work for, if any.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="agencies.agency",
            ),
        ),
        change_policy(
            "access_conflict",
            "insert",
            using=DECLARED.format(or_employer=EMPLOYER),
            was=DECLARED.format(or_employer=""),
        ),
    ]
