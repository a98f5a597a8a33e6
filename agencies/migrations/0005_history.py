"""Changes to rows with personal data are kept, with what stood there before and after."""

from django.db import migrations

from access.history import keep_history


class Migration(migrations.Migration):
    dependencies = [("agencies", "0004_agreements_signed"), ("access", "0004_changes")]
    operations = [
        keep_history("agencies_practitioner", category="staff", leave_out=["password", "last_login"]),
        keep_history("agencies_practitioner_teams", category="staff"),
    ]
