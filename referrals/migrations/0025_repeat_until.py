"""Until when a case's person counts as a repeat victim: what the queue's filter asks, without counting anybody.

Twelve months after the second newest report of theirs, and of everybody who is known to be one with them, as
victims.repeats counts. Triggers keep it, whoever adds, moves or takes back a report, links or parts.
"""

from django.db import migrations, models

from access.history import keep_history

COUNT = """
-- Group by group, each worked out before it is asked for, so that an index finds its rows.
CREATE FUNCTION referrals_count_again(people uuid[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  role text := access_role();
  is_hub text := coalesce(current_setting('hub.is_hub', true), '');
  agency text := coalesce(current_setting('hub.agency_id', true), '');
  one uuid;
  same uuid[];
  ends timestamptz;
BEGIN
  PERFORM set_config('hub.role', 'system', true), set_config('hub.is_hub', 'on', true),
          set_config('hub.agency_id', current_setting('hub.hub_id', true), true);
  FOREACH one IN ARRAY people LOOP
    same := access_same_as(one);
    ends := (SELECT i.reported_at + interval '365 days'
      FROM referrals_incident i JOIN referrals_case k ON k.id = i.case_id
      WHERE k.person_id = ANY (same) AND i.withdrawn_at IS NULL ORDER BY i.reported_at DESC OFFSET 1 LIMIT 1);
    UPDATE referrals_case SET repeat_until = ends
      WHERE person_id = ANY (same) AND repeat_until IS DISTINCT FROM ends;
  END LOOP;
  PERFORM set_config('hub.role', role, true), set_config('hub.is_hub', is_hub, true),
          set_config('hub.agency_id', agency, true);
END $$;

CREATE FUNCTION referrals_incidents_counted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  role text := access_role();
  people uuid[];
BEGIN
  PERFORM set_config('hub.role', 'system', true);
  people := ARRAY(SELECT DISTINCT c.person_id FROM changed JOIN referrals_case c ON c.id = changed.case_id);
  PERFORM set_config('hub.role', role, true);
  IF cardinality(people) > 0 THEN
    PERFORM referrals_count_again(people);
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION referrals_linked_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM referrals_count_again(ARRAY[CASE WHEN TG_OP = 'DELETE' THEN OLD.person_id ELSE NEW.person_id END]);
  RETURN NULL;
END $$;

CREATE TRIGGER referrals_incident_added AFTER INSERT ON referrals_incident
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_incidents_counted();
CREATE TRIGGER referrals_incident_changed AFTER UPDATE ON referrals_incident
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_incidents_counted();
CREATE TRIGGER referrals_incident_gone AFTER DELETE ON referrals_incident
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION referrals_incidents_counted();
CREATE TRIGGER referrals_linked_counted AFTER INSERT OR DELETE ON access_sameas
  FOR EACH ROW EXECUTE FUNCTION referrals_linked_counted();
"""
UNCOUNT = """
DROP TRIGGER referrals_linked_counted ON access_sameas;
DROP TRIGGER referrals_incident_gone ON referrals_incident;
DROP TRIGGER referrals_incident_changed ON referrals_incident;
DROP TRIGGER referrals_incident_added ON referrals_incident;
DROP FUNCTION referrals_linked_counted();
DROP FUNCTION referrals_incidents_counted();
DROP FUNCTION referrals_count_again(uuid[]);
"""
# The owner reads all rows for this one statement: no actor would be shown them all.
ASIDE, BACK = (
    [f"ALTER TABLE {table} {how} ROW LEVEL SECURITY" for table in ("referrals_incident", "referrals_case")]
    for how in ("NO FORCE", "FORCE")
)
COUNT_ALL = """
UPDATE referrals_case c SET repeat_until = (
  SELECT i.reported_at + interval '365 days' FROM referrals_incident i JOIN referrals_case k ON k.id = i.case_id
  WHERE k.person_id = ANY (access_same_as(c.person_id)) AND i.withdrawn_at IS NULL
  ORDER BY i.reported_at DESC OFFSET 1 LIMIT 1)
"""

WAS_LEFT_OUT = ["opened_by", "opened_by_name", "open_until", "due_at", "hub_sees"]
_history = {"category": "identity", "case": "id", "person": "person_id"}


class Migration(migrations.Migration):
    dependencies = [("referrals", "0024_editions_of_sources"), ("access", "0010_known_as_one")]
    operations = [
        migrations.RunSQL(
            "DROP TRIGGER referrals_case_history ON referrals_case",
            keep_history("referrals_case", **_history, leave_out=WAS_LEFT_OUT).sql,
        ),
        migrations.AddField(
            "case",
            "repeat_until",
            models.DateTimeField(
                null=True,
                help_text="Kept by triggers: until when the person counts as a repeat victim, over all that is linked.",
            ),
        ),
        migrations.RunSQL([*ASIDE, COUNT_ALL, *BACK], migrations.RunSQL.noop),
        migrations.RunSQL(COUNT, UNCOUNT),
        keep_history("referrals_case", **_history, leave_out=[*WAS_LEFT_OUT, "repeat_until"]),
    ]
