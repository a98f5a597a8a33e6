"""An operator may let a supervisor into a restricted record that nobody at work answers for any more."""

from importlib import import_module

from django.db import migrations

from access.policy import change_policy

WAS = import_module("access.migrations.0002_restricted_records").GIVEN


class Migration(migrations.Migration):
    dependencies = [("access", "0006_hints")]
    operations = [
        change_policy(
            "access_personalgrant",
            "insert",
            using=f"({WAS}) OR (because = 'given' AND access_is_system() AND given_by = access_actor())",
            was=WAS,
        )
    ]
