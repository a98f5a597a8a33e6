"""A completed assessment stays as it was answered: whoever thinks otherwise makes another."""

from django.db import migrations

from access.policy import append_only


class Migration(migrations.Migration):
    dependencies = [("pathways", "0002_policies")]
    operations = [append_only("pathways_assessment", category="assessment")]
