"""Agreements are drafted, offered, signed side by side and ended; once offered, the database keeps their terms.

Each agency signs its own side: that too is a policy, so that nobody signs for another.
"""

import django.db.models.deletion
from django.db import migrations, models

from access.policy import HAS_ACTOR, protect

KEEPERS = "access_is_hub() AND access_role() IN ('hub_administrator', 'system')"
OWN_SIDE = (
    "(access_is_hub() AND access_role() = 'system') OR (agency_id = access_agency()"
    " AND access_role() IN ('hub_administrator', 'agency_administrator'))"
)

STAYS = """
CREATE FUNCTION agencies_agreement_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'draft' THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' OR NEW.status = 'draft' OR (OLD.status = 'ended' AND NEW.status <> 'ended')
     OR (NEW.code, NEW.name, NEW.number, NEW.purposes, NEW.categories, NEW.starts_on, NEW.ends_on, NEW.review_on)
        IS DISTINCT FROM
        (OLD.code, OLD.name, OLD.number, OLD.purposes, OLD.categories, OLD.starts_on, OLD.ends_on, OLD.review_on)
  THEN
    RAISE EXCEPTION 'an agreement that was offered stays as it is' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agencies_agreement_stays BEFORE UPDATE OR DELETE ON agencies_agreement
  FOR EACH ROW EXECUTE FUNCTION agencies_agreement_stays();

CREATE FUNCTION agencies_side_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  stands text := (SELECT status FROM agencies_agreement
                  WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.agreement_id ELSE NEW.agreement_id END);
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    IF stands <> 'draft' THEN
      RAISE EXCEPTION 'the parties of an agreement that was offered stay' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF (NEW.agreement_id, NEW.agency_id) IS DISTINCT FROM (OLD.agreement_id, OLD.agency_id)
     OR (OLD.signed_on IS NOT NULL AND (NEW.signed_on, NEW.signed_by, NEW.signed_by_id)
         IS DISTINCT FROM (OLD.signed_on, OLD.signed_by, OLD.signed_by_id))
     OR (OLD.withdrawn_at IS NOT NULL AND (NEW.withdrawn_at, NEW.withdrawn_by, NEW.withdrawn_reason)
         IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_by, OLD.withdrawn_reason))
     OR (NEW.signed_on IS DISTINCT FROM OLD.signed_on AND stands <> 'offered')
  THEN
    RAISE EXCEPTION 'a signature stays as it was given' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agencies_side_stays BEFORE INSERT OR UPDATE OR DELETE ON agencies_agreementparty
  FOR EACH ROW EXECUTE FUNCTION agencies_side_stays();
"""
NO_MORE = """
DROP TRIGGER agencies_side_stays ON agencies_agreementparty;
DROP FUNCTION agencies_side_stays();
DROP TRIGGER agencies_agreement_stays ON agencies_agreement;
DROP FUNCTION agencies_agreement_stays();
"""

WORDS = {"blank": True, "default": ""}
STATUSES = [("draft", "draft"), ("offered", "offered for signature"), ("ended", "ended early")]


class Migration(migrations.Migration):
    dependencies = [("agencies", "0003_policies")]
    operations = [
        migrations.AddField(
            "agreement",
            "number",
            models.PositiveIntegerField(default=1, help_text="The version: a new one replaces it."),
        ),
        migrations.AddField(
            "agreement",
            "replaces",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="agencies.agreement",
            ),
        ),
        # What there is was agreed before there were drafts here.
        migrations.AddField(
            "agreement", "status", models.CharField(choices=STATUSES, default="offered", max_length=10)
        ),
        migrations.AlterField(
            "agreement", "status", models.CharField(choices=STATUSES, default="draft", max_length=10)
        ),
        migrations.AddField("agreement", "ended_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("agreement", "ended_by", models.CharField(max_length=150, **WORDS), False),
        migrations.AddField("agreement", "ended_reason", models.CharField(max_length=400, **WORDS), False),
        migrations.AddField(
            "agreementparty",
            "signed_by_id",
            models.UUIDField(blank=True, help_text="Empty where it was signed on paper.", null=True),
        ),
        migrations.AddField("agreementparty", "withdrawn_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "agreementparty", "withdrawn_by", models.CharField(max_length=150, **WORDS), False
        ),
        migrations.AddField(
            "agreementparty", "withdrawn_reason", models.CharField(max_length=400, **WORDS), False
        ),
        migrations.RunSQL(STAYS, NO_MORE),
        protect("agencies_agreement", read=HAS_ACTOR, insert=KEEPERS, update=KEEPERS, delete=KEEPERS),
        protect("agencies_agreementparty", read=HAS_ACTOR, insert=KEEPERS, update=OWN_SIDE, delete=KEEPERS),
    ]
