"""Changes to rows with personal data are kept, with what stood there before and after."""

from django.db import migrations

from access.history import keep_history


class Migration(migrations.Migration):
    dependencies = [("referrals", "0008_sealed_cells"), ("access", "0004_changes")]
    operations = [
        keep_history(
            "referrals_case",
            category="identity",
            case="id",
            person="person_id",
            leave_out=["opened_by", "opened_by_name", "open_until", "due_at"],
        ),
        keep_history("referrals_incident", category="incident", case="case_id"),
        keep_history("referrals_contactattempt", category="notes", case="case_id"),
        keep_history("referrals_referral", category="identity", case="case_id"),
        keep_history(
            "referrals_feedrow", category="identity", case="case_id", person="person_id", only=["raw"]
        ),
    ]
