"""A case that was put off to another meeting may come onto the list of the first again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("referrals", "0046_documents_taken_out")]
    operations = [
        migrations.RemoveConstraint(model_name="listing", name="referrals_listing_once"),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ("taken_off", "deferred")), _negated=True),
                fields=("conference", "case"),
                name="referrals_listing_once",
            ),
        ),
    ]
