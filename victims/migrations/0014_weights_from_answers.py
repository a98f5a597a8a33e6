"""Weights of recognition estimated from practitioners' answers: kept beside the shipped ones, each decided once."""

from django.db import migrations, models

import access.context
import access.ids
from access.history import keep_history
from access.policy import HAS_ACTOR, HUB, protect

# As victims.actions.weights.MOVES has it; what was estimated is what is decided about.
KEEP = """
CREATE FUNCTION victims_keep_weights() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'estimating' AND (
      (NEW.base, NEW.number, NEW.instead_of, NEW.refusal, NEW.corrections, NEW.support, NEW.figures)
      IS DISTINCT FROM
      (OLD.base, OLD.number, OLD.instead_of, OLD.refusal, OLD.corrections, OLD.support, OLD.figures)
      OR NOT ((OLD.state, NEW.state) IN
              (('proposed', 'accepted'), ('proposed', 'discarded'), ('accepted', 'withdrawn')))) THEN
    RAISE EXCEPTION 'weights that were estimated are decided about, and never changed'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'victims_weights_kept';
  ELSIF OLD.state = 'estimating' AND NEW.state NOT IN ('estimating', 'too_few', 'proposed') THEN
    RAISE EXCEPTION 'weights are estimated before they are decided about'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'victims_weights_kept';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER victims_weights_kept BEFORE UPDATE ON victims_recognitionweights
  FOR EACH ROW EXECUTE FUNCTION victims_keep_weights();
"""
FORGET = """
DROP TRIGGER victims_weights_kept ON victims_recognitionweights;
DROP FUNCTION victims_keep_weights();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("victims", "0013_safe_contact"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecognitionWeights",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("number", models.PositiveIntegerField()),
                ("base", models.CharField(help_text="The shipped weights that they correct.", max_length=40)),
                (
                    "instead_of",
                    models.CharField(
                        help_text="The weights in force when they were estimated.", max_length=40
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("estimating", "being estimated"),
                            ("too_few", "too few answers"),
                            ("proposed", "to be decided"),
                            ("accepted", "accepted"),
                            ("discarded", "discarded"),
                            ("withdrawn", "taken out of force"),
                        ],
                        default="estimating",
                        max_length=12,
                    ),
                ),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("false_same", "more pairs of two people would be taken for one"),
                            ("not_better", "answers that were held back are not foretold better"),
                        ],
                        help_text="Why they cannot be accepted.",
                        max_length=12,
                    ),
                ),
                (
                    "corrections",
                    models.JSONField(
                        default=dict, help_text="Bits by field and level, to the shipped weights."
                    ),
                ),
                (
                    "support",
                    models.JSONField(
                        default=dict, help_text="Labels by field and level: confirmed and rejected."
                    ),
                ),
                (
                    "figures",
                    models.JSONField(default=dict, help_text="What old and new weights make of the labels."),
                ),
                ("steps", models.PositiveSmallIntegerField(default=0, help_text="Of the estimation, done.")),
                ("started_at", models.DateTimeField()),
                ("started_by_name", models.CharField(max_length=150)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.UUIDField(null=True)),
                ("decided_by_name", models.CharField(blank=True, max_length=150)),
                ("reason", models.CharField(blank=True, max_length=400)),
            ],
        ),
        migrations.AddIndex(
            model_name="samepersonsuggestion",
            index=models.Index(
                condition=models.Q(("state__in", ["confirmed", "rejected"])),
                fields=["-decided_at"],
                name="victims_suggestion_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="recognitionweights",
            constraint=models.UniqueConstraint(
                fields=("hub_id", "base", "number"), name="victims_weights_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="recognitionweights",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["estimating", "proposed"])),
                fields=("hub_id",),
                name="victims_weights_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="recognitionweights",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "accepted"), _negated=True),
                    models.Q(("reason__gt", ""), ("refusal", "")),
                    _connector="OR",
                ),
                name="victims_weights_accepted",
            ),
        ),
        migrations.RunSQL(KEEP, FORGET),
        # Numbers about everybody: whoever compares reads them, and the hub alone writes.
        protect("victims_recognitionweights", read=HAS_ACTOR, insert=HUB, update=HUB),
        keep_history("victims_recognitionweights", category="staff", only=("state",)),
    ]
