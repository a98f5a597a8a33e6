"""Rules of time by edition in the database, pauses, what a person records, who is told of a clock and when.

A clock may be of a referral to one agency, of which the others know nothing: clocks are the hub's alone from here on.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

import access.context
import access.ids
from access.policy import change_policy, protect
from referrals.clocks import load_rules

HUB = "access_is_hub()"
SEEN = "access_may_see_case(case_id, 'identity')"
OF_INCIDENT = f"{HUB} AND access_may_see_case(case_id, 'incident')"
WRITTEN = f"{HUB} AND {SEEN}"
ERASES = "access_is_system()"


def bring_rules(apps, schema_editor):
    """To a hub that is founded already: the rules that it went by until now. A new one is founded with them."""
    database = schema_editor.connection.alias
    hub = apps.get_model("agencies", "Agency").objects.using(database).filter(kind="hub").first()
    if hub is None:
        return
    edition = apps.get_model("referrals", "ClockEdition").objects.using(database)
    for rule in load_rules():
        edition.create(
            hub_id=hub.id,
            code=rule["code"],
            edition=rule["edition"],
            effective_from=rule["effective_from"],
            definition={**rule, "effective_from": rule["effective_from"].isoformat()},
            reason="As it stood when editions began.",
            published_by=hub.id,
            published_by_name="founding",
            published_at=timezone.now(),
        )


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0036_say"),
    ]

    operations = [
        migrations.CreateModel(
            name="ClockEdition",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("code", models.CharField(max_length=40)),
                ("edition", models.CharField(max_length=40)),
                ("effective_from", models.DateField()),
                ("definition", models.JSONField()),
                ("reason", models.CharField(max_length=400)),
                ("published_by", models.UUIDField()),
                ("published_by_name", models.CharField(max_length=150)),
                ("published_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="ClockPause",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("reason", models.CharField(help_text="Of referrals.clock_rules.", max_length=30)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("begun_by_name", models.CharField(max_length=150)),
                ("recorded_at", models.DateTimeField()),
                ("ended_by_name", models.CharField(blank=True, max_length=150)),
            ],
        ),
        migrations.CreateModel(
            name="Development",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("event", models.CharField(help_text="Of referrals.clock_rules.", max_length=30)),
                ("detail", models.CharField(blank=True, max_length=30)),
                ("happened_at", models.DateTimeField()),
                ("known_at", models.DateTimeField(help_text="When the hub heard of it.")),
                ("recorded_by", models.UUIDField()),
                ("recorded_by_name", models.CharField(max_length=150)),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="clock",
            name="referrals_clock_once",
        ),
        migrations.RemoveIndex(
            model_name="clock",
            name="referrals_clock_due",
        ),
        migrations.AddField(
            model_name="clock",
            name="explained_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="clock",
            name="explained_by",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="clock",
            name="explained_by_name",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="clock",
            name="missed_because",
            field=models.CharField(blank=True, help_text="Of referrals.clock_rules, by hand.", max_length=30),
        ),
        migrations.AddField(
            model_name="clock",
            name="next_rung_at",
            field=models.DateTimeField(
                help_text="When the next is; empty while nobody is to be told.", null=True
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="referral",
            field=models.ForeignKey(
                help_text="Whose answer it is.",
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="clocks",
                to="referrals.referral",
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="rungs",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="How many steps of its ladder were taken: each is taken once."
            ),
        ),
        migrations.AddField(
            model_name="clock",
            name="stopped_because",
            field=models.CharField(blank=True, help_text="Of referrals.clock_rules, by hand.", max_length=30),
        ),
        migrations.AddField(
            model_name="clock",
            name="within",
            field=models.JSONField(help_text="A length of its own, where its pathway sets one.", null=True),
        ),
        migrations.AlterField(
            model_name="clock",
            name="due_at",
            field=models.DateTimeField(help_text="With the pauses that have ended."),
        ),
        migrations.AlterField(
            model_name="clock",
            name="state",
            field=models.CharField(
                choices=[
                    ("running", "running"),
                    ("paused", "stands still"),
                    ("met", "met"),
                    ("missed", "missed"),
                    ("stopped", "no longer needed"),
                ],
                default="running",
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(fields=["state", "due_at", "id"], name="referrals_clock_due"),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(fields=["rule", "state", "due_at", "id"], name="referrals_clock_by_rule"),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("next_rung_at__isnull", False), ("state", "running")),
                fields=["next_rung_at", "id"],
                name="referrals_clock_ladder",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("referral__isnull", True), ("state__in", ["running", "paused"])),
                fields=("case", "rule"),
                name="referrals_clock_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="clock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("referral__isnull", False), ("state__in", ["running", "paused"])),
                fields=("referral", "rule"),
                name="referrals_clock_once_a_referral",
            ),
        ),
        migrations.AddConstraint(
            model_name="clockedition",
            constraint=models.UniqueConstraint(
                fields=("code", "edition"), name="referrals_clock_edition_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="clockedition",
            constraint=models.UniqueConstraint(
                fields=("code", "effective_from"), name="referrals_clock_edition_a_day"
            ),
        ),
        migrations.AddField(
            model_name="clockpause",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="clock_pauses", to="referrals.case"
            ),
        ),
        migrations.AddField(
            model_name="clockpause",
            name="clock",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="pauses", to="referrals.clock"
            ),
        ),
        migrations.AddField(
            model_name="development",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="developments", to="referrals.case"
            ),
        ),
        migrations.AddConstraint(
            model_name="clockpause",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("clock",),
                name="referrals_pause_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="clockpause",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ended_at__isnull", True), ("ended_at__gte", models.F("started_at")), _connector="OR"
                ),
                name="referrals_pause_ends_later",
            ),
        ),
        migrations.AddIndex(
            model_name="development",
            index=models.Index(fields=["case", "happened_at"], name="referrals_development_case"),
        ),
        migrations.AddConstraint(
            model_name="development",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("known_at__gte", models.F("happened_at")), ("recorded_at__gte", models.F("known_at"))
                ),
                name="referrals_development_order",
            ),
        ),
        migrations.RunPython(bring_rules, migrations.RunPython.noop, elidable=True),
        # Published by whoever it says; never changed and never deleted.
        protect("referrals_clockedition", read=HUB, insert=f"{HUB} AND published_by = access_actor()"),
        change_policy("referrals_clock", "read", using=WRITTEN, was=SEEN),
        protect(
            "referrals_clockpause",
            read=WRITTEN,
            insert=WRITTEN,
            update=WRITTEN,
            delete=f"{WRITTEN} AND {ERASES}",
        ),
        # What is recorded stays.
        protect(
            "referrals_development",
            read=OF_INCIDENT,
            insert=f"{OF_INCIDENT} AND recorded_by = access_actor()",
            delete=f"{OF_INCIDENT} AND {ERASES}",
        ),
    ]
