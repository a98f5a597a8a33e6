"""An agency that a case conference told of somebody is told to correct and erase as well: it has no referral of it."""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from access.policy import change_policy

_first, _was = (
    import_module(f"rights.migrations.{name}") for name in ("0002_policies", "0003_notices_follow_conflicts")
)
WAS = _was.NOW
OF_CONFERENCE = "(referral_id IS NULL AND NOT access_is_kept_out(case_id))"
NOW = f"({_first.PERSON}) OR ({_first.OWN_NOTICE} AND ({_was.SHOWN} OR {OF_CONFERENCE}))"


class Migration(migrations.Migration):
    dependencies = [("rights", "0003_notices_follow_conflicts"), ("referrals", "0033_conferences")]
    operations = [
        migrations.AlterField(
            model_name="notice",
            name="referral",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rights_notices",
                to="referrals.referral",
            ),
        ),
        migrations.AddField(model_name="notice", name="case_id", field=models.UUIDField(null=True)),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("case_id__isnull", True), ("referral__isnull", False)),
                    models.Q(("case_id__isnull", False), ("referral__isnull", True)),
                    _connector="OR",
                ),
                name="rights_notice_told_by",
            ),
        ),
        change_policy("rights_notice", "read", using=NOW, was=WAS),
        change_policy("rights_notice", "update", using=NOW, was=WAS),
    ]
