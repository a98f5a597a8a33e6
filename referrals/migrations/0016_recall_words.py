"""The hub's words about a recall leave the referral's row, which its agency may read, for a table of the hub's own."""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

TABLE = "referrals_recallreason"
HUB_SIDE = "access_is_hub() AND access_may_see_case(case_id, 'identity')"
OPEN = "ALTER TABLE referrals_referral NO FORCE ROW LEVEL SECURITY"
FORCE = "ALTER TABLE referrals_referral FORCE ROW LEVEL SECURITY"
QUIET = "ALTER TABLE referrals_referral DISABLE TRIGGER USER"
HEARD = "ALTER TABLE referrals_referral ENABLE TRIGGER USER"

MOVE = """
INSERT INTO referrals_recallreason (id, hub_id, case_id, referral_id, words)
SELECT gen_random_uuid(), hub_id, case_id, id, reason_words FROM referrals_referral
WHERE status = 'recalled' AND reason_words <> '';
UPDATE referrals_referral SET reason_words = '' WHERE status = 'recalled';
"""
MOVE_BACK = """
UPDATE referrals_referral r SET reason_words = told.words
FROM referrals_recallreason told WHERE told.referral_id = r.id;
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0015_feed_health")]
    operations = [
        migrations.CreateModel(
            name="RecallReason",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("words", models.CharField(max_length=400)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recall_reasons",
                        to="referrals.case",
                    ),
                ),
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recall_reason",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        # The owner's work, and no actor's: nobody changed a referral.
        migrations.RunSQL([OPEN, QUIET, MOVE, HEARD, FORCE], [OPEN, QUIET, MOVE_BACK, HEARD, FORCE]),
        protect(
            TABLE,
            read=HUB_SIDE,
            insert=HUB_SIDE,
            update="access_is_system()",
            delete="access_is_system()",
        ),
    ]
