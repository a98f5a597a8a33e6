"""People of a police force can look back on what it sent."""

from django.db import migrations, models

ROLES = [
    ("practitioner", "hub practitioner"),
    ("supervisor", "hub supervisor"),
    ("manager", "hub manager"),
    ("partner_practitioner", "partner practitioner"),
    ("agency_administrator", "agency administrator"),
    ("police_liaison", "police liaison"),
    ("hub_administrator", "hub administrator"),
    ("auditor", "auditor"),
]


class Migration(migrations.Migration):
    dependencies = [("agencies", "0006_accounts")]
    operations = [
        migrations.AlterField("practitioner", "role", models.CharField(choices=ROLES, max_length=30)),
    ]
