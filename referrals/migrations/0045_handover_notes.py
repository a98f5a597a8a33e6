"""What whoever takes a referral over must know first: for the hub and the agency of the referral.

A note is of a data category, as a message is, and may only be written about what the referral tells.
"""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.encryption
import access.ids
from access.encryption import only_sealed
from access.policy import protect

SEEN = "access_may_see_case(case_id, category)"
PARTNER = "(NOT access_is_hub() AND agency_id = access_agency() AND access_reads_cases())"
SIDE = f"(access_is_hub() OR {PARTNER})"
TOLD = (
    "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referrals_handovernote.referral_id"
    " AND r.case_id = referrals_handovernote.case_id AND r.agency_id = referrals_handovernote.agency_id"
    " AND referrals_handovernote.category = ANY (r.categories))"
)
AS_WRITTEN = """
CREATE FUNCTION referrals_keep_handover() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(NEW) - ARRAY['text', 'acknowledged_at', 'acknowledged_by_name']
     <> to_jsonb(OLD) - ARRAY['text', 'acknowledged_at', 'acknowledged_by_name']
     OR NEW.text <> OLD.text AND access_account() IS DISTINCT FROM 'key-rotation'
     OR OLD.acknowledged_at IS NOT NULL
        AND (NEW.acknowledged_at, NEW.acknowledged_by_name) <> (OLD.acknowledged_at, OLD.acknowledged_by_name)
  THEN
    RAISE EXCEPTION 'a handover note stays as it was written' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER referrals_keep_handover BEFORE UPDATE ON referrals_handovernote
FOR EACH ROW EXECUTE FUNCTION referrals_keep_handover()
"""
FREE = """
DROP TRIGGER referrals_keep_handover ON referrals_handovernote;
DROP FUNCTION referrals_keep_handover()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0010_notifications"),
        ("referrals", "0044_told_of_conferences"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandoverNote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("from_hub", models.BooleanField()),
                ("category", models.CharField(help_text="The data category that shows it.", max_length=20)),
                ("text", access.encryption.EncryptedJSONField()),
                ("joint_call_at", models.DateTimeField(null=True)),
                ("given_by", models.CharField(blank=True, max_length=300)),
                ("written_by", models.UUIDField()),
                ("written_by_name", models.CharField(max_length=150)),
                ("written_at", models.DateTimeField()),
                ("acknowledged_by_name", models.CharField(blank=True, max_length=150)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.agency"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handover_notes",
                        to="referrals.case",
                    ),
                ),
                (
                    "from_team",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="agencies.team"
                    ),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handover_notes",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["referral", "-id"], name="referrals_handover_referral")],
            },
        ),
        only_sealed("referrals_handovernote", "text"),
        protect(
            "referrals_handovernote",
            read=f"{SEEN} AND {SIDE}",
            insert=f"{SEEN} AND {SIDE} AND written_by = access_actor() AND from_hub = access_is_hub()"
            f" AND acknowledged_at IS NULL AND {TOLD}",
            update=f"{SEEN} AND (access_is_hub() AND access_account() = 'key-rotation' OR {PARTNER})",
            delete=f"{SEEN} AND access_is_hub() AND access_account() = 'retention'",
        ),
        migrations.RunSQL(AS_WRITTEN, FREE),
    ]
