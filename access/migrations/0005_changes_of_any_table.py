"""Tables that carry no hub, such as practitioners, keep their changes too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0004_changes")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE access_change ALTER COLUMN hub_id DROP NOT NULL",
            "ALTER TABLE access_change ALTER COLUMN hub_id SET NOT NULL",
            [migrations.AlterField("change", "hub_id", models.UUIDField(null=True))],
        ),
    ]
