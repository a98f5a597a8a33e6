"""A referral goes to another team: its place goes with it, and so do its messages.

Counted by the database in the statement that moves it: never in both teams, never in neither. Inside its agency alone:
to another agency there is a referral of its own.
"""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import change_policy, protect

COUNT = """
CREATE OR REPLACE FUNCTION referrals_count_places() RETURNS trigger LANGUAGE plpgsql AS $$
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
    %s
  END IF;
  RETURN NULL;
END $$
"""
STAYS = """
    UPDATE agencies_service s SET taken = s.taken + n.taken
    FROM (SELECT m.service_id, sum(referrals_is_open(m.status)::int - referrals_is_open(g.status)::int) AS taken
          FROM made m JOIN gone g USING (id) GROUP BY m.service_id) n
    WHERE s.id = n.service_id AND n.taken <> 0;
"""
MOVES = """
    UPDATE agencies_service s SET taken = s.taken + n.taken, sent = s.sent + n.sent
    FROM (SELECT b.service_id, sum(b.by * referrals_is_open(b.status)::int) AS taken,
                 sum(b.by * (b.sent_at >= v.sent_since)::int) AS sent
          FROM (SELECT service_id, status, sent_at, 1 AS by FROM made
                UNION ALL SELECT service_id, status, sent_at, -1 FROM gone) b
          JOIN agencies_service v ON v.id = b.service_id GROUP BY b.service_id) n
    WHERE s.id = n.service_id AND (n.taken <> 0 OR n.sent <> 0);
"""
OWN_TEAM = """
CREATE FUNCTION referrals_keep_in_agency() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.agency_id <> OLD.agency_id OR NOT EXISTS (
    SELECT 1 FROM agencies_service s JOIN agencies_team t ON t.id = s.team_id
    JOIN agencies_service was ON was.id = OLD.service_id AND was.code = s.code
    WHERE s.id = NEW.service_id AND t.id = NEW.team_id AND t.agency_id = OLD.agency_id
  ) THEN
    RAISE EXCEPTION 'a referral goes to a team of its agency that offers the same service' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER referrals_keep_in_agency BEFORE UPDATE ON referrals_referral FOR EACH ROW
WHEN ((OLD.agency_id, OLD.team_id, OLD.service_id) IS DISTINCT FROM (NEW.agency_id, NEW.team_id, NEW.service_id))
EXECUTE FUNCTION referrals_keep_in_agency()
"""
ANY_TEAM = """
DROP TRIGGER referrals_keep_in_agency ON referrals_referral;
DROP FUNCTION referrals_keep_in_agency()
"""
TEAMS = "(coalesce(nullif(current_setting('hub.team_ids', true), ''), '{}')::uuid[])"
SEEN = "access_may_see_case(case_id, category)"
WAS_OF_TEAM = f"agency_id = access_agency() AND (access_role() = 'client' OR team_id = ANY {TEAMS})"
# Whoever has the referral now reads what was said on it, whichever team it was with then.
OF_TEAM_NOW = (
    "agency_id = access_agency() AND (access_role() = 'client' OR EXISTS (SELECT 1 FROM referrals_referral r"
    " WHERE r.id = referrals_referralmessage.referral_id AND r.team_id = ANY TEAMS))"
).replace("TEAMS", TEAMS)
OF_REFERRAL = (
    "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referrals_transfer.referral_id"
    " AND r.case_id = referrals_transfer.case_id AND r.agency_id = referrals_transfer.agency_id)"
)
HUB_SIDE = f"access_is_hub() AND access_may_see_case(case_id, 'identity') AND {OF_REFERRAL}"
PARTNER_SIDE = f"access_reads_cases() AND agency_id = access_agency() AND {OF_REFERRAL}"
# A partner asks, or moves what it has; what the hub decides is the hub's to write.
STEP_OF_PARTNER = "(status = 'asked' AND decided_at IS NULL OR status = 'made')"
BY_PARTNER = f"{PARTNER_SIDE} AND taken_over_by_id IS NULL AND {STEP_OF_PARTNER}"


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0010_notifications"),
        ("referrals", "0042_told_while_seen"),
    ]

    operations = [
        migrations.CreateModel(
            name="Transfer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "waits for the hub"),
                            ("made", "made"),
                            ("refused", "refused by the hub"),
                        ],
                        max_length=10,
                    ),
                ),
                ("why", models.CharField(max_length=400)),
                ("asked_by_name", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("decided_words", models.CharField(blank=True, max_length=400)),
                ("decided_by_name", models.CharField(blank=True, max_length=150)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.agency"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transfers",
                        to="referrals.case",
                    ),
                ),
                (
                    "from_team",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.team"),
                ),
                (
                    "referral",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transfers",
                        to="referrals.referral",
                    ),
                ),
                (
                    "service",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="agencies.service"
                    ),
                ),
                (
                    "taken_over_by",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="took_over",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["referral", "-id"], name="referrals_transfer_referral")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("referral",),
                        name="referrals_transfer_one_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("taken_over_by__isnull", True), ("status", "made"), _connector="OR"
                        ),
                        name="referrals_transfer_made",
                    ),
                ],
            },
        ),
        protect(
            "referrals_transfer",
            read=f"({HUB_SIDE}) OR ({PARTNER_SIDE})",
            insert=f"({HUB_SIDE}) OR ({BY_PARTNER})",
            update=HUB_SIDE,
            delete=f"{HUB_SIDE} AND access_account() = 'retention'",
        ),
        change_policy(
            "referrals_referralmessage",
            "read",
            using=f"{SEEN} AND (access_is_hub() OR {OF_TEAM_NOW})",
            was=f"{SEEN} AND (access_is_hub() OR {WAS_OF_TEAM})",
        ),
        migrations.RunSQL(COUNT % MOVES, COUNT % STAYS),
        migrations.RunSQL(OWN_TEAM, ANY_TEAM),
    ]
