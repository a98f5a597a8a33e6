"""Who leads the joint work on a case: at most one live referral of it, which the database keeps so."""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.history import keep_history
from access.policy import protect

OF_REFERRAL = (
    "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referrals_lead.referral_id"
    " AND r.case_id = referrals_lead.case_id{more})"
)
# Who works on the case beside it: its own referrals are all that an agency finds here.
OF_CASE = "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.case_id = referrals_lead.case_id{more})"
LIVE = " AND r.status IN ('sent', 'received', 'accepted', 'in_progress')"
OWN, BESIDE = OF_REFERRAL.format(more=""), OF_CASE.format(more=LIVE)
CHOSEN = f"access_is_hub() AND access_reads_cases() AND {OF_REFERRAL.format(more=LIVE)}"
READS = "access_has_actor() AND access_reads_cases()"

# No verb that ends a referral may forget its lead.
FALLS_AWAY = """
CREATE FUNCTION referrals_leads_while_live() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM referrals_lead l WHERE l.referral_id = NEW.id AND l.ended_at IS NULL) THEN
    RAISE EXCEPTION 'a referral that has ended leads nothing' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER referrals_leads_while_live BEFORE UPDATE OF status ON referrals_referral FOR EACH ROW
WHEN (NEW.status NOT IN ('sent', 'received', 'accepted', 'in_progress') AND NEW.status <> OLD.status)
EXECUTE FUNCTION referrals_leads_while_live()
"""
FREE = """
DROP TRIGGER referrals_leads_while_live ON referrals_referral;
DROP FUNCTION referrals_leads_while_live()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0051_partners_work"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lead",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("chosen_by_name", models.CharField(max_length=150)),
                ("chosen_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="leads",
                        to="referrals.case",
                    ),
                ),
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lead",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("case",),
                        name="referrals_lead_one",
                    )
                ],
            },
        ),
        protect(
            "referrals_lead",
            read=f"{READS} AND ({OWN} OR ended_at IS NULL AND {BESIDE})",
            insert=CHOSEN,
            update=f"{READS} AND {OWN}",
            # An agency may only let its own end.
            update_to=f"{READS} AND {OWN} AND ended_at IS NOT NULL OR {CHOSEN}",
            delete=f"access_is_hub() AND access_account() = 'retention' AND {OWN}",
        ),
        keep_history("referrals_lead", category="identity", case="case_id"),
        migrations.RunSQL(FALLS_AWAY, FREE),
    ]
