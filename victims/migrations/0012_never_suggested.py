"""The database itself refuses to suggest an alleged perpetrator and the victim of one incident as one person."""

from django.db import migrations

REFUSE = """
CREATE FUNCTION victims_refuse_suggestion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF victims_accuse_each_other(ARRAY[NEW.person_id, NEW.other_id]) THEN
    RAISE EXCEPTION 'one of the two is alleged to have harmed the other'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'victims_suggestion_never_accused';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER victims_suggestion_never_accused BEFORE INSERT OR UPDATE OF person_id, other_id, state
  ON victims_samepersonsuggestion FOR EACH ROW WHEN (NEW.state <> 'rejected')
  EXECUTE FUNCTION victims_refuse_suggestion();
"""
ALLOW = """
DROP TRIGGER victims_suggestion_never_accused ON victims_samepersonsuggestion;
DROP FUNCTION victims_refuse_suggestion();
"""


class Migration(migrations.Migration):
    dependencies = [("victims", "0011_found_by_name")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
