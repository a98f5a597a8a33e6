"""What a person said about consent stays as they said it: the next answer is a row of its own."""

from django.db import migrations

from access.policy import append_only


class Migration(migrations.Migration):
    dependencies = [("victims", "0002_policies")]
    operations = [append_only("victims_consent", category="identity")]
