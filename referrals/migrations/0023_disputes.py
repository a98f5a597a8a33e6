"""A contested decline has two sides: the hub's, through the case, and the agency's, which sees the case no more.

What either side said stays as it was said; what is settled is settled.
"""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

HUB_SIDE = "access_is_hub() AND access_may_see_case(case_id, 'identity')"
PARTNER_SIDE = "NOT access_is_hub() AND access_reads_cases() AND agency_id = access_agency()"

STAYS = """
CREATE FUNCTION referrals_dispute_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.case_id, NEW.referral_id, NEW.agency_id, NEW.hub_words, NEW.opened_at)
     IS DISTINCT FROM (OLD.case_id, OLD.referral_id, OLD.agency_id, OLD.hub_words, OLD.opened_at)
     OR OLD.status = 'resolved'
     OR (OLD.status = 'answered' AND (NEW.status <> 'resolved'
         OR (NEW.stance, NEW.agency_words) IS DISTINCT FROM (OLD.stance, OLD.agency_words)))
     OR (NOT access_is_hub() AND NEW.status <> 'answered')
     OR (access_is_hub() AND NEW.status <> 'resolved')
  THEN
    RAISE EXCEPTION 'what was said of a contested decline stays' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER referrals_dispute_stays BEFORE UPDATE ON referrals_dispute
  FOR EACH ROW EXECUTE FUNCTION referrals_dispute_stays();
"""
NO_MORE = """
DROP TRIGGER referrals_dispute_stays ON referrals_dispute;
DROP FUNCTION referrals_dispute_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0008_services_that_differ"),
        ("referrals", "0022_places"),
        ("pathways", "0009_challenges"),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispute",
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
                            ("open", "waits for the agency"),
                            ("answered", "waits for the hub"),
                            ("resolved", "settled"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("hub_words", models.CharField(max_length=1000)),
                ("opened_by_name", models.CharField(max_length=150)),
                ("opened_at", models.DateTimeField()),
                (
                    "stance",
                    models.CharField(
                        blank=True,
                        choices=[("stands", "The decline stands"), ("takes_up", "We take it up after all")],
                        max_length=10,
                    ),
                ),
                ("agency_words", models.CharField(blank=True, max_length=1000)),
                ("answered_by_name", models.CharField(blank=True, max_length=150)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "resolution",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("upheld", "The decline is upheld"),
                            ("taken_up", "The referral is taken up again"),
                            ("elsewhere", "The case goes elsewhere"),
                        ],
                        max_length=10,
                    ),
                ),
                ("resolution_words", models.CharField(blank=True, max_length=1000)),
                ("resolved_by_name", models.CharField(blank=True, max_length=150)),
                ("resolved_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.agency"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="referrals.case",
                    ),
                ),
                (
                    "referral",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispute",
                        to="referrals.referral",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("status", "resolved"),
                                models.Q(("resolution", ""), _negated=True),
                                models.Q(("resolution_words", ""), _negated=True),
                            ),
                            models.Q(models.Q(("status", "resolved"), _negated=True), ("resolution", "")),
                            _connector="OR",
                        ),
                        name="referrals_dispute_settled_in_words",
                    )
                ],
            },
        ),
        migrations.RunSQL(STAYS, NO_MORE),
        protect(
            "referrals_dispute",
            read=f"({HUB_SIDE}) OR ({PARTNER_SIDE})",
            insert=f"{HUB_SIDE} AND status = 'open'",
            update=f"({HUB_SIDE}) OR ({PARTNER_SIDE})",
            # Erasure alone takes rows away.
            delete="access_account() = 'retention'",
        ),
        # Challenges are of a floor below, which cannot name the case.
        migrations.RunSQL(
            "ALTER TABLE pathways_challenge ADD CONSTRAINT pathways_challenge_case_id_fk FOREIGN KEY (case_id)"
            " REFERENCES referrals_case (id) DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE pathways_challenge DROP CONSTRAINT pathways_challenge_case_id_fk",
        ),
    ]
