"""Changes to rows with personal data are kept, with what stood there before and after."""

from django.db import migrations

from access.history import keep_history


class Migration(migrations.Migration):
    dependencies = [("victims", "0005_safe_addresses"), ("access", "0004_changes")]
    operations = [
        keep_history("victims_person", category="identity", person="id"),
        keep_history("victims_personname", category="identity", person="person_id"),
        keep_history("victims_identifier", category="identity", person="person_id"),
        keep_history("victims_contactmethod", category="contact", person="person_id"),
        keep_history("victims_address", category="contact", person="person_id"),
        keep_history("victims_safeaddress", category="safe_address", person="person_id"),
        keep_history("victims_relationship", category="incident", case="case_id", person="person_id"),
        keep_history("victims_samepersonsuggestion", category="identity", person="person_id"),
    ]
