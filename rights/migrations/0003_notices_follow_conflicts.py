"""A notice is shown to whoever is shown its referral: not to a partner's people, or a partner, in conflict.

It names the case, and a correction's notice says what was wrong and is right now.
"""

from importlib import import_module

from django.db import migrations

from access.policy import change_policy

_was = import_module("rights.migrations.0002_policies")
WAS = f"({_was.PERSON}) OR ({_was.OWN_NOTICE})"
SHOWN = "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = rights_notice.referral_id)"
NOW = f"({_was.PERSON}) OR ({_was.OWN_NOTICE} AND {SHOWN})"


class Migration(migrations.Migration):
    dependencies = [("rights", "0002_policies"), ("referrals", "0018_cheaper_reads")]
    operations = [
        change_policy("rights_notice", "read", using=NOW, was=WAS),
        change_policy("rights_notice", "update", using=NOW, was=WAS),
    ]
