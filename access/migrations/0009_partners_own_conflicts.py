"""A partner's practitioner declares a conflict too: the marks that follow are made as the hub's own system."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION access_mark_grants() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  role text := access_role();
  is_hub text := coalesce(current_setting('hub.is_hub', true), '');
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('access.marks', 0));
  PERFORM set_config('hub.role', 'system', true), set_config('hub.is_hub', 'on', true);
  UPDATE access_grant SET restricted = restricted WHERE person_id = NEW.person_id;  -- the mark is made anew
  PERFORM set_config('hub.role', role, true), set_config('hub.is_hub', is_hub, true);
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0008_grants_for_readers_of_cases")]
    operations = [migrations.RunSQL(FUNCTION, migrations.RunSQL.noop)]
