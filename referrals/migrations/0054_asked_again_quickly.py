"""What a dry run asks of every decision stands in columns: which decision it follows, and the facts asked most."""

import django.db.models.deletion
from django.db import migrations, models

QUIET = (
    "ALTER TABLE referrals_routingdecision NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE referrals_routingdecision DISABLE TRIGGER USER",
)
HEARD = (
    "SET CONSTRAINTS ALL IMMEDIATE",
    "SET CONSTRAINTS ALL DEFERRED",
    "ALTER TABLE referrals_routingdecision ENABLE TRIGGER USER",
    "ALTER TABLE referrals_routingdecision FORCE ROW LEVEL SECURITY",
)
FILL = """
UPDATE referrals_routingdecision d SET follows_id = before.id FROM (
  SELECT id AS of, lag(id) OVER (PARTITION BY case_id ORDER BY decided_at, id) AS id FROM referrals_routingdecision
) before WHERE before.of = d.id AND before.id IS NOT NULL
"""
# The one that none follows yet: whatever the clocks of two machines say, each is followed once.
FOLLOWS = """
CREATE FUNCTION referrals_decision_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.follows_id := (
    SELECT d.id FROM referrals_routingdecision d WHERE d.case_id = NEW.case_id
    AND NOT EXISTS (SELECT 1 FROM referrals_routingdecision f WHERE f.follows_id = d.id)
    ORDER BY d.decided_at DESC, d.id DESC LIMIT 1);
  RETURN NEW;
END $$;
CREATE TRIGGER referrals_decision_follows BEFORE INSERT ON referrals_routingdecision FOR EACH ROW
EXECUTE FUNCTION referrals_decision_follows()
"""
NO_FOLLOWS = """
DROP TRIGGER referrals_decision_follows ON referrals_routingdecision;
DROP FUNCTION referrals_decision_follows()
"""

NUMBER = (
    "numeric",
    "CASE WHEN jsonb_typeof(facts -> '{0}') = 'number' AND scale((facts -> '{0}')::numeric) = 0"
    " THEN (facts -> '{0}')::numeric END",
)
TEXT = ("text", "CASE WHEN jsonb_typeof(facts -> '{0}') = 'string' THEN nullif(facts ->> '{0}', '') END")
LIST = (
    "jsonb",
    "CASE WHEN jsonb_typeof(facts -> '{0}') <> 'array' THEN NULL WHEN jsonb_array_length(facts -> '{0}') = 0"
    " OR NOT jsonb_path_exists(facts -> '{0}', 'strict $[*] ? (@.type() != \"string\")') THEN facts -> '{0}' END",
)
# A value of another type than the fact's is not known, as pathways.facts.known has it.
COLUMNS = {
    "age": NUMBER,
    "area": TEXT,
    "entitlement": TEXT,
    "flags": LIST,
    "needs": LIST,
    "needs_severity": NUMBER,
    "offence_group": TEXT,
    "offence_properties": LIST,
    "repeat_incidents_12m": NUMBER,
    "repeat_same_perpetrator_12m": NUMBER,
    "risk_grade": TEXT,
    "risk_score": NUMBER,
}
ADDED = ", ".join(
    f"ADD COLUMN fact_{name} {kind} GENERATED ALWAYS AS ({read.format(name)}) STORED"
    for name, (kind, read) in COLUMNS.items()
)
DROPPED = ", ".join(f"DROP COLUMN fact_{name}" for name in COLUMNS)


class Migration(migrations.Migration):
    dependencies = [("referrals", "0053_told_by_partners")]
    operations = [
        migrations.AddField(
            model_name="routingdecision",
            name="follows",
            field=models.ForeignKey(
                db_index=False,
                help_text="The case's decision before it: set by a trigger.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="followed_by",
                to="referrals.routingdecision",
            ),
        ),
        migrations.RunSQL([*QUIET, FILL, *HEARD], migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="routingdecision",
            constraint=models.UniqueConstraint(
                condition=models.Q(follows__isnull=False),
                fields=("follows",),
                include=("decided_at", "case"),
                name="referrals_decision_followed_once",
            ),
        ),
        migrations.RunSQL(FOLLOWS, NO_FOLLOWS),
        migrations.RunSQL(
            f"ALTER TABLE referrals_routingdecision {ADDED}",
            f"ALTER TABLE referrals_routingdecision {DROPPED}",
        ),
    ]
