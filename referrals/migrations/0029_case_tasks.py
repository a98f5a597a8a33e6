"""Tasks of a case: the hub's own, behind the category of notes. What has ended stays as it was said."""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.history import keep_history
from access.policy import protect

SEEN = "access_is_hub() AND access_may_see_case(case_id, 'notes')"

STAYS = """
CREATE FUNCTION referrals_casetask_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'open' OR (NEW.case_id, NEW.made_by, NEW.made_by_name, NEW.made_at)
     IS DISTINCT FROM (OLD.case_id, OLD.made_by, OLD.made_by_name, OLD.made_at)
  THEN
    RAISE EXCEPTION 'what became of a task stays' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER referrals_casetask_stays BEFORE UPDATE ON referrals_casetask
  FOR EACH ROW EXECUTE FUNCTION referrals_casetask_stays();
"""
NO_MORE = """
DROP TRIGGER referrals_casetask_stays ON referrals_casetask;
DROP FUNCTION referrals_casetask_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0008_services_that_differ"),
        ("referrals", "0028_runs_that_hold"),
    ]

    operations = [
        migrations.CreateModel(
            name="CaseTask",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("title", models.CharField(max_length=200)),
                ("details", models.TextField(blank=True)),
                (
                    "owner_id",
                    models.UUIDField(help_text="The practitioner; empty where it is a team's.", null=True),
                ),
                ("owner_name", models.CharField(blank=True, max_length=150)),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to do"),
                            ("done", "done"),
                            ("not_possible", "not possible"),
                            ("stopped", "no longer needed"),
                        ],
                        default="open",
                        max_length=20,
                    ),
                ),
                (
                    "words",
                    models.TextField(blank=True, help_text="What was done, or why it was not possible."),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("made_by", models.UUIDField()),
                ("made_by_name", models.CharField(max_length=150)),
                ("made_at", models.DateTimeField()),
                ("changed_by_name", models.CharField(blank=True, max_length=150)),
                ("ended_by_name", models.CharField(blank=True, max_length=150)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tasks",
                        to="referrals.case",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, to="agencies.team"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["owner_id", "due_at", "id"],
                        name="referrals_casetask_mine",
                    ),
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["team", "due_at", "id"],
                        name="referrals_casetask_teams",
                    ),
                    models.Index(
                        condition=models.Q(("state", "open")),
                        fields=["made_by", "due_at", "id"],
                        name="referrals_casetask_given",
                    ),
                    models.Index(fields=["case", "due_at"], name="referrals_casetask_case"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("owner_id__isnull", False), ("team__isnull", True)),
                            models.Q(("owner_id__isnull", True), ("team__isnull", False)),
                            _connector="OR",
                        ),
                        name="referrals_casetask_one_owner",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at__isnull", True), ("state", "open")),
                            models.Q(models.Q(("state", "open"), _negated=True), ("ended_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="referrals_casetask_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "not_possible"), _negated=True),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="referrals_casetask_says_why",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STAYS, NO_MORE),
        # Erasure alone takes rows away.
        protect(
            "referrals_casetask",
            read=SEEN,
            insert=SEEN,
            update=SEEN,
            delete=f"{SEEN} AND access_account() = 'retention'",
        ),
        keep_history("referrals_casetask", category="notes", case="case_id"),
    ]
