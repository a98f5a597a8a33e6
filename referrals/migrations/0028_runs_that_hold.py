"""Which deliveries hold rows in quarantine, indexed: what is held is counted without reading every delivery."""

from django.db import migrations, models

HOLDS = (
    "jsonb_path_exists(%(expressions)s, '$.keyvalue() ? (@.key starts with \"quarantine:\" && @.value > 0)')"
)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0027_why_it_came")]
    operations = [
        migrations.AddField(
            "feedrun",
            "holds",
            models.GeneratedField(
                expression=models.Func(
                    models.F("counts"), template=HOLDS, output_field=models.BooleanField()
                ),
                output_field=models.BooleanField(),
                db_persist=True,
                help_text="Whether any of its rows is in quarantine.",
            ),
        ),
        migrations.AddIndex(
            "feedrun",
            models.Index(fields=["id"], name="referrals_run_holds", condition=models.Q(holds=True)),
        ),
    ]
