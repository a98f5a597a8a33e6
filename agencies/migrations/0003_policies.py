"""Staff and their sign-in data: no row without an actor, be it only a visitor about to sign in."""

from django.db import migrations

from access.policy import HAS_ACTOR, protect

STAFF_TABLES = (
    "agencies_practitioner",
    "agencies_practitioner_teams",
    "account_emailaddress",
    "mfa_authenticator",
)


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0002_api_clients"),
        ("access", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("mfa", "0003_authenticator_type_uniq"),
    ]
    operations = [
        protect(table, read=HAS_ACTOR, insert=HAS_ACTOR, update=HAS_ACTOR, delete=HAS_ACTOR)
        for table in STAFF_TABLES
    ]
