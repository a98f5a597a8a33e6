"""An answer that takes back what the person said on another record names it, and the two must be known to be one."""

import django.contrib.postgres.fields
from django.db import migrations, models

# Whoever writes: only what somebody who is one with the person said about the same agency may be taken back.
HOLD = """
CREATE FUNCTION victims_hold_replaced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  role text := access_role();
  is_hub text := coalesce(current_setting('hub.is_hub', true), '');
  people uuid[] := access_same_as(NEW.person_id);
  known bigint;
BEGIN
  PERFORM set_config('hub.role', 'system', true), set_config('hub.is_hub', 'on', true);
  SELECT count(DISTINCT said.id) INTO known FROM victims_consent said
    WHERE said.id = ANY (NEW.replaces) AND said.person_id = ANY (people) AND said.person_id <> NEW.person_id
      AND said.agency_id = NEW.agency_id;
  PERFORM set_config('hub.role', role, true), set_config('hub.is_hub', is_hub, true);
  IF NEW.answer <> 'given' OR known <> cardinality(NEW.replaces) THEN
    RAISE EXCEPTION 'an answer takes back only what the same person said about the same agency'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'victims_consent_replaces';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER victims_consent_replaces BEFORE INSERT ON victims_consent
  FOR EACH ROW WHEN (cardinality(NEW.replaces) > 0) EXECUTE FUNCTION victims_hold_replaced();
"""
LET_GO = """
DROP TRIGGER victims_consent_replaces ON victims_consent;
DROP FUNCTION victims_hold_replaced();
"""


class Migration(migrations.Migration):
    dependencies = [("victims", "0014_weights_from_answers")]
    operations = [
        migrations.AddField(
            "consent",
            "replaces",
            django.contrib.postgres.fields.ArrayField(
                models.UUIDField(),
                default=list,
                help_text="Answers on linked records that the person was told of, and took back with this one.",
            ),
        ),
        migrations.RunSQL(HOLD, LET_GO),
    ]
