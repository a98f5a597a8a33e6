"""A place of a service is taken by the referral that is sent, and free again when it ends; cases wait for one.

Counted by the database in the statement that sends or ends, whoever it is: no verb can forget it.
"""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

HUB_SIDE = "access_is_hub() AND access_may_see_case(case_id, 'identity')"
IS_OPEN = """
CREATE FUNCTION referrals_is_open(status text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT status IN ('draft', 'sent', 'received', 'accepted', 'in_progress')
$$
"""
COUNT = """
CREATE FUNCTION referrals_count_places() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE agencies_service s SET taken = s.taken + n.taken, sent = s.sent + n.sent
    FROM (SELECT m.service_id, count(*) FILTER (WHERE referrals_is_open(m.status)) AS taken,
                 count(*) FILTER (WHERE m.sent_at >= v.sent_since) AS sent
          FROM made m JOIN agencies_service v ON v.id = m.service_id GROUP BY m.service_id) n
    WHERE s.id = n.service_id AND (n.taken > 0 OR n.sent > 0);
  ELSIF TG_OP = 'DELETE' THEN
    UPDATE agencies_service s SET taken = s.taken - n.taken, sent = s.sent - n.sent
    FROM (SELECT g.service_id, count(*) FILTER (WHERE referrals_is_open(g.status)) AS taken,
                 count(*) FILTER (WHERE g.sent_at >= v.sent_since) AS sent
          FROM gone g JOIN agencies_service v ON v.id = g.service_id GROUP BY g.service_id) n
    WHERE s.id = n.service_id AND (n.taken > 0 OR n.sent > 0);
  ELSE
    UPDATE agencies_service s SET taken = s.taken + n.taken
    FROM (SELECT m.service_id, sum(referrals_is_open(m.status)::int - referrals_is_open(g.status)::int) AS taken
          FROM made m JOIN gone g USING (id) GROUP BY m.service_id) n
    WHERE s.id = n.service_id AND n.taken <> 0;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER referrals_places_made AFTER INSERT ON referrals_referral
REFERENCING NEW TABLE AS made FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_places();
CREATE TRIGGER referrals_places_moved AFTER UPDATE ON referrals_referral
REFERENCING NEW TABLE AS made OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_places();
CREATE TRIGGER referrals_places_gone AFTER DELETE ON referrals_referral
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION referrals_count_places()
"""
FORGET = """
DROP TRIGGER referrals_places_gone ON referrals_referral;
DROP TRIGGER referrals_places_moved ON referrals_referral;
DROP TRIGGER referrals_places_made ON referrals_referral;
DROP FUNCTION referrals_count_places()
"""
# Shares are counted from now on; what is open already has its place.
START = """
ALTER TABLE referrals_referral NO FORCE ROW LEVEL SECURITY;
UPDATE agencies_service s SET taken = (
  SELECT count(*) FROM referrals_referral r WHERE r.service_id = s.id AND referrals_is_open(r.status)
);
ALTER TABLE referrals_referral FORCE ROW LEVEL SECURITY
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0021_prompts"), ("agencies", "0008_services_that_differ")]
    operations = [
        migrations.CreateModel(
            name="Waiting",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("service_code", models.SlugField()),
                ("since", models.DateTimeField()),
                ("taken_up_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="waiting",
                        to="referrals.case",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["service_code", "id"], name="referrals_waiting_oldest")],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "service_code"), name="referrals_waiting_once")
                ],
            },
        ),
        protect("referrals_waiting", read=HUB_SIDE, insert=HUB_SIDE, update=HUB_SIDE, delete=HUB_SIDE),
        migrations.RunSQL(IS_OPEN, "DROP FUNCTION referrals_is_open(text)"),
        migrations.RunSQL(START, migrations.RunSQL.noop),
        migrations.RunSQL(COUNT, FORGET),
    ]
