"""A decision looks at one version of every pathway, and keeps how earlier referrals stood, so that it can be replayed.

What stood then of decisions made before is read back from the events.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

QUIET = """
ALTER TABLE referrals_routingdecision NO FORCE ROW LEVEL SECURITY;
ALTER TABLE referrals_routingdecision DISABLE TRIGGER USER;
ALTER TABLE referrals_referral NO FORCE ROW LEVEL SECURITY;
ALTER TABLE messaging_event NO FORCE ROW LEVEL SECURITY
"""
HEARD = """
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
ALTER TABLE messaging_event FORCE ROW LEVEL SECURITY;
ALTER TABLE referrals_referral FORCE ROW LEVEL SECURITY;
ALTER TABLE referrals_routingdecision ENABLE TRIGGER USER;
ALTER TABLE referrals_routingdecision FORCE ROW LEVEL SECURITY
"""
# By service, how the newest earlier referral stood; but for those that somebody asked to send again.
FILL = """
UPDATE referrals_routingdecision d SET versions = ARRAY[d.version_id], tried = coalesce((
  SELECT jsonb_object_agg(stood.code, stood.status) FROM (
    SELECT DISTINCT ON (s.code) s.code, e.data ->> 'to' AS status
    FROM referrals_referral r
    JOIN agencies_service s ON s.id = r.service_id
    JOIN messaging_event e ON e.referral_id = r.id AND e.at <= d.decided_at AND e.data ? 'to'
    WHERE r.case_id = d.case_id AND r.decision_id <> d.id
    ORDER BY s.code, r.id DESC, e.id DESC) AS stood
  WHERE stood.status IN ('draft', 'sent', 'received', 'accepted', 'in_progress') OR NOT EXISTS (
    SELECT 1 FROM messaging_event asked
    WHERE asked.id::text = d.asked_by AND asked.data -> 'again' ? stood.code)), '{}')
"""
FILL_BACK = "UPDATE referrals_routingdecision SET version_id = versions[1]"


def version(**more):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="decisions",
        to="pathways.pathwayversion",
        **more,
    )


class Migration(migrations.Migration):
    dependencies = [("referrals", "0016_recall_words")]
    operations = [
        migrations.AddField(
            "routingdecision",
            "versions",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                default=list,
                help_text="The pathway versions looked at, one a pathway: the case stays on them.",
                size=None,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "routingdecision",
            "tried",
            models.JSONField(
                default=dict,
                help_text="How the case's earlier referrals stood: see referrals.routing.choose.",
            ),
            preserve_default=False,
        ),
        migrations.AlterField("routingdecision", "version", version(null=True)),
        migrations.RunSQL([QUIET, FILL, HEARD], [QUIET, FILL_BACK, HEARD]),
        migrations.RemoveField("routingdecision", "version"),
    ]
