"""An assessment with an instrument that is about health as a whole is seen by that category alone."""

from django.db import migrations, models

from access.policy import change_policy

BY_CATEGORY = "access_may_see_case(case_id, category)"
AS_ASSESSMENT = "access_may_see_case(case_id, 'assessment')"


class Migration(migrations.Migration):
    dependencies = [("pathways", "0005_history")]
    operations = [
        migrations.AddField(
            model_name="assessment",
            name="category",
            field=models.CharField(
                default="assessment",
                help_text="The data category that shows it; of its instrument.",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("category__in", ["assessment", "health"])),
                name="pathways_assessment_category",
            ),
        ),
        change_policy("pathways_assessment", "read", using=BY_CATEGORY, was=AS_ASSESSMENT),
        change_policy(
            "pathways_assessment",
            "insert",
            using=f"access_is_hub() AND {BY_CATEGORY}",
            was=f"access_is_hub() AND {AS_ASSESSMENT}",
        ),
    ]
