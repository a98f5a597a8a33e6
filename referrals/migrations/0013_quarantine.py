"""The quarantine workbench: corrections beside what was sent, and a step for every verdict that a held row leaves.

The database holds to it: a verdict other than quarantine stands for ever, and one of quarantine changes in the same
transaction as the step that says who did it.
"""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.encryption
import access.ids
from access.encryption import only_sealed
from access.policy import HUB_READS, protect

OF_ROW = "EXISTS (SELECT 1 FROM referrals_feedrow r WHERE r.id = row_id)"
ERASING = "access_is_system() AND current_setting('hub.erasing', true) = 'on'"
ONE_VERDICT = """
CREATE FUNCTION referrals_one_verdict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.verdict NOT LIKE 'quarantine:%' THEN
    RAISE EXCEPTION 'row % has its verdict, which stands', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.answers <> OLD.answers + 1 OR NOT EXISTS (
    SELECT 1 FROM referrals_heldstep s WHERE s.row_id = OLD.id AND s.number = NEW.answers
    AND s.from_verdict = OLD.verdict AND s.answer <> 'correct'
  ) THEN
    RAISE EXCEPTION 'row % leaves quarantine without a step', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$
"""
TRIGGER = """
CREATE TRIGGER referrals_one_verdict BEFORE UPDATE OF verdict ON referrals_feedrow FOR EACH ROW
WHEN (OLD.verdict <> '' AND OLD.verdict IS DISTINCT FROM NEW.verdict) EXECUTE FUNCTION referrals_one_verdict()
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0012_who_is_accused")]
    operations = [
        migrations.AddField(
            "feedrow",
            "corrected",
            access.encryption.EncryptedJSONField(
                help_text="Column to text, of the cells that the hub has corrected; what was sent stays in `raw`.",
                null=True,
            ),
        ),
        migrations.AddField(
            "feedrow",
            "answers",
            models.PositiveSmallIntegerField(
                default=0, help_text="How many steps its history in quarantine has."
            ),
        ),
        migrations.AddField(
            "sentrecord",
            "returned_at",
            models.DateTimeField(help_text="When the hub returned it to the sender.", null=True),
        ),
        migrations.CreateModel(
            name="HeldStep",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("number", models.PositiveSmallIntegerField()),
                ("answer", models.CharField(help_text="Of referrals.feed.held.ANSWERS.", max_length=20)),
                ("from_verdict", models.CharField(max_length=40)),
                ("from_reason", models.CharField(blank=True, max_length=400)),
                ("basis", models.CharField(blank=True, max_length=20)),
                ("words", models.CharField(blank=True, max_length=400)),
                (
                    "corrected",
                    access.encryption.EncryptedJSONField(
                        help_text="Column to text, of the cells corrected in this step.", null=True
                    ),
                ),
                ("by", models.UUIDField()),
                ("by_name", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "row",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="referrals.feedrow",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("row", "number"), name="referrals_held_step_once")
                ],
            },
        ),
        migrations.AddIndex(
            "feedrow",
            models.Index(
                fields=["verdict", "id"],
                name="referrals_row_held",
                condition=models.Q(("verdict__startswith", "quarantine:")),
            ),
        ),
        migrations.AddIndex(
            "sentrecord",
            models.Index(
                fields=["agency", "returned_at", "id"],
                name="referrals_sent_returned",
                condition=models.Q(("returned_at__isnull", False)),
            ),
        ),
        only_sealed("referrals_feedrow", "corrected"),
        only_sealed("referrals_heldstep", "corrected"),
        # A step is seen with its row, and made by whoever it says; erasure alone takes it away.
        protect(
            "referrals_heldstep",
            read=f"{HUB_READS} AND {OF_ROW}",
            insert=f"{HUB_READS} AND by = access_actor() AND {OF_ROW}",
            delete=f"{ERASING} AND {OF_ROW}",
        ),
        migrations.RunSQL(ONE_VERDICT, "DROP FUNCTION referrals_one_verdict()"),
        migrations.RunSQL(TRIGGER, "DROP TRIGGER referrals_one_verdict ON referrals_feedrow"),
    ]
