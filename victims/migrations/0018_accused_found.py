"""Who else was accused under the same number of the same sender is found by an index, not by walking everybody."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("victims", "0017_accused_at_work")]
    operations = [
        migrations.AddIndex(
            model_name="relationship",
            index=models.Index(
                fields=["nominal", "scheme"],
                name="victims_accused_found",
                condition=~models.Q(nominal=""),
            ),
        ),
    ]
