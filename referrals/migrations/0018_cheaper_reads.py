"""What lists and figures walk is asked without a call of a function, and mostly without a probe, for each row.

A case carries what its hub's grant says (`hub_sees`). Only triggers can make the mark true, and only where the
grant shows the case and nothing restricts it; where the mark is false, the policy asks the grant as ever. So a mark
that is false too long costs time, and none is true too long: it is taken away before the grant changes.
"""

from importlib import import_module

from django.db import migrations, models

from access.history import keep_history
from access.policy import change_policy, granted

TWO_SIDES = import_module("referrals.migrations.0007_restricted_records").TWO_SIDES_NOW

HUB_SEES = (
    "(SELECT access_is_hub() AND access_reads_cases()) AND hub_sees AND hub_id = (SELECT access_agency())"
)
# Nearly nobody is in conflict: that is asked once a statement, and only then of which cases.
KEPT_OUT = (
    "(SELECT EXISTS (SELECT 1 FROM access_conflict c WHERE c.ended_at IS NULL"
    " AND (c.practitioner_id = access_actor() OR c.agency_id = access_agency())))"
    " AND access_conflicts_with_case(referrals_referral.case_id)"
)
HUB_SIDE = f"(SELECT access_is_hub()) AND {granted('referrals_referral.case_id', 'identity')}"
PARTNER_SIDE = (
    "(SELECT access_reads_cases()) AND agency_id = (SELECT access_agency()) AND status <> 'draft'"
    f" AND NOT ({KEPT_OUT})"
)

MARK = """
CREATE FUNCTION referrals_mark_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  role text := access_role();
BEGIN
  PERFORM set_config('hub.role', 'system', true);
  NEW.hub_sees := NEW.hub_sees AND EXISTS (
    SELECT 1 FROM access_grant g WHERE g.agency_id = NEW.hub_id AND g.case_id = NEW.id
      AND 'identity' = ANY (g.categories) AND g.until IS NULL AND NOT g.restricted AND NOT g.conflicted);
  PERFORM set_config('hub.role', role, true);
  RETURN NEW;
END $$;

-- Of the hub's own grant: before it changes the mark goes, while the case can still be found; after it the mark
-- is made anew from what stands then.
CREATE FUNCTION referrals_grant_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  role text := access_role();
  is_hub text := coalesce(current_setting('hub.is_hub', true), '');
  agency text := coalesce(current_setting('hub.agency_id', true), '');
BEGIN
  PERFORM set_config('hub.role', 'system', true), set_config('hub.is_hub', 'on', true),
          set_config('hub.agency_id', OLD.hub_id::text, true);
  UPDATE referrals_case SET hub_sees = (TG_WHEN = 'AFTER') WHERE id = OLD.case_id;
  PERFORM set_config('hub.role', role, true), set_config('hub.is_hub', is_hub, true),
          set_config('hub.agency_id', agency, true);
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER referrals_case_marked BEFORE INSERT OR UPDATE OF hub_sees, hub_id ON referrals_case
  FOR EACH ROW EXECUTE FUNCTION referrals_mark_case();
CREATE TRIGGER referrals_grant_closes BEFORE UPDATE OR DELETE ON access_grant
  FOR EACH ROW WHEN (OLD.agency_id = OLD.hub_id) EXECUTE FUNCTION referrals_grant_changes();
CREATE TRIGGER referrals_grant_opens AFTER UPDATE ON access_grant
  FOR EACH ROW WHEN (OLD.agency_id = OLD.hub_id) EXECUTE FUNCTION referrals_grant_changes();
"""
UNMARK = """
DROP TRIGGER referrals_grant_opens ON access_grant;
DROP TRIGGER referrals_grant_closes ON access_grant;
DROP TRIGGER referrals_case_marked ON referrals_case;
DROP FUNCTION referrals_grant_changes();
DROP FUNCTION referrals_mark_case();
"""
# The owner reads all rows for this one statement: no actor would be shown them all.
ASIDE, BACK = (
    [f"ALTER TABLE {table} {how} ROW LEVEL SECURITY" for table in ("access_grant", "referrals_case")]
    for how in ("NO FORCE", "FORCE")
)
MARK_ALL = (
    "UPDATE referrals_case c SET hub_sees = EXISTS (SELECT 1 FROM access_grant g WHERE g.agency_id = c.hub_id"
    " AND g.case_id = c.id AND 'identity' = ANY (g.categories) AND g.until IS NULL"
    " AND NOT g.restricted AND NOT g.conflicted)"
)

WAS_LEFT_OUT = ["opened_by", "opened_by_name", "open_until", "due_at"]
_history = {"category": "identity", "case": "id", "person": "person_id"}


class Migration(migrations.Migration):
    dependencies = [("referrals", "0017_several_pathways"), ("access", "0009_partners_own_conflicts")]
    operations = [
        migrations.RunSQL(
            "DROP TRIGGER referrals_case_history ON referrals_case",
            keep_history("referrals_case", **_history, leave_out=WAS_LEFT_OUT).sql,
        ),
        migrations.AddField(
            "case",
            "hub_sees",
            models.BooleanField(
                default=True,
                db_default=True,
                help_text="Kept by triggers: the hub's grant shows the case and nothing restricts it.",
            ),
        ),
        migrations.RunSQL([*ASIDE, MARK_ALL, *BACK], migrations.RunSQL.noop),
        migrations.RunSQL(MARK, UNMARK),
        keep_history("referrals_case", **_history, leave_out=[*WAS_LEFT_OUT, "hub_sees"]),
        change_policy(
            "referrals_case",
            "read",
            using=f"({HUB_SEES}) OR ({granted('referrals_case.id', 'identity')})",
            was="access_may_see_case(id, 'identity')",
        ),
        change_policy("referrals_referral", "read", using=f"({HUB_SIDE}) OR ({PARTNER_SIDE})", was=TWO_SIDES),
    ]
