"""Changes to rows with personal data are kept, with what stood there before and after."""

from django.db import migrations

from access.history import keep_history


class Migration(migrations.Migration):
    dependencies = [("pathways", "0004_health_answers"), ("access", "0004_changes")]
    operations = [
        keep_history("pathways_healthanswers", category="health", case="case_id"),
    ]
