"""What a referral is asked for: in a family of referrals each need of one at a time, which the database holds."""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

SEEN = "access_may_see_case(case_id, category)"
OF_REFERRAL = "EXISTS (SELECT 1 FROM referrals_referral r WHERE r.id = referrals_askedneed.referral_id{more})"
OF_FAMILY = OF_REFERRAL.format(
    more=" AND r.case_id = referrals_askedneed.case_id"
    " AND coalesce(r.split_from_id, r.id) = referrals_askedneed.family_id"
)
OWN = OF_REFERRAL.format(more="")
HUB = f"{SEEN} AND access_is_hub()"
AS_ASKED = """
CREATE FUNCTION referrals_keep_asked_need() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL
     OR to_jsonb(NEW) - ARRAY['ended_at', 'ended_as', 'ended_why', 'ended_by_name']
        <> to_jsonb(OLD) - ARRAY['ended_at', 'ended_as', 'ended_why', 'ended_by_name']
  THEN
    RAISE EXCEPTION 'what a referral was asked for stays on record: it is ended once' USING ERRCODE = '23514';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER referrals_keep_asked_need BEFORE UPDATE ON referrals_askedneed
FOR EACH ROW EXECUTE FUNCTION referrals_keep_asked_need();

CREATE FUNCTION referrals_keep_family() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a referral stays a part of what it was split from' USING ERRCODE = '23514';
END $$;
CREATE TRIGGER referrals_keep_family BEFORE UPDATE OF split_from_id ON referrals_referral FOR EACH ROW
WHEN (NEW.split_from_id IS DISTINCT FROM OLD.split_from_id) EXECUTE FUNCTION referrals_keep_family()
"""
FREE = """
DROP TRIGGER referrals_keep_family ON referrals_referral;
DROP FUNCTION referrals_keep_family();
DROP TRIGGER referrals_keep_asked_need ON referrals_askedneed;
DROP FUNCTION referrals_keep_asked_need()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0013_needs_met"),
        ("pathways", "0012_edition_of_saved_answers"),
        ("referrals", "0054_asked_again_quickly"),
    ]

    operations = [
        migrations.CreateModel(
            name="AskedNeed",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("need", models.CharField(help_text="A code of agencies.offering.NEEDS.", max_length=40)),
                ("category", models.CharField(max_length=20)),
                (
                    "why",
                    models.CharField(
                        blank=True, help_text="Where somebody decided it by themselves.", max_length=400
                    ),
                ),
                ("asked_by_name", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                (
                    "ended_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("changed", "changed by the hub before it was accepted"),
                            ("split", "given to another team"),
                            ("handed_over", "handed over with its referral"),
                            ("given_back", "given back with the end of its referral"),
                        ],
                        max_length=20,
                    ),
                ),
                ("ended_why", models.CharField(blank=True, max_length=400)),
                ("ended_by_name", models.CharField(blank=True, max_length=150)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="referral",
            name="split_from",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="parts",
                to="referrals.referral",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(("split_from__isnull", False)),
                fields=["split_from"],
                name="referrals_referral_parts",
            ),
        ),
        migrations.AddField(
            model_name="askedneed",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="asked_needs", to="referrals.case"
            ),
        ),
        migrations.AddField(
            model_name="askedneed",
            name="family",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="referrals.referral"
            ),
        ),
        migrations.AddField(
            model_name="askedneed",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="asked_needs",
                to="referrals.referral",
            ),
        ),
        migrations.AddConstraint(
            model_name="askedneed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("family", "need"),
                name="referrals_asked_need_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="askedneed",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_as", ""), ("ended_at__isnull", True)),
                    models.Q(("ended_at__isnull", False), models.Q(("ended_as", ""), _negated=True)),
                    _connector="OR",
                ),
                name="referrals_asked_need_ended",
            ),
        ),
        protect(
            "referrals_askedneed",
            read=f"{SEEN} AND (access_is_hub() OR {OWN})",
            insert=f"{HUB} AND ended_at IS NULL AND {OF_FAMILY}",
            update=HUB,
            delete=f"{HUB} AND access_account() = 'retention'",
        ),
        migrations.RunSQL(AS_ASKED, FREE),
    ]
