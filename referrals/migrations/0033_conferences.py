"""Case conferences: who of the hub and of invited agencies reads and writes which rows of them.

The hub comes to a listing through its case. An agency does where three things hold: its grant shows the case now and
does not mark it restricted, it was asked for research on it, and whoever reads has agreed to the confidentiality
statement of that meeting. A passage is of one data category, and shown to whoever is shown that category. What an
agency is to do stays with the agency, also when its sight of the case has ended.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.encryption
import access.ids
from access.encryption import only_sealed
from access.history import keep_history
from access.policy import protect

HUB_READS = "access_is_hub() AND access_reads_cases()"
OWN = "NOT access_is_hub() AND access_reads_cases() AND agency_id = access_agency()"
INVITED = (
    "NOT access_is_hub() AND access_reads_cases() AND EXISTS (SELECT 1 FROM referrals_conferenceagency i"
    " WHERE i.conference_id = {conference} AND i.agency_id = access_agency())"
)
CONFIRMED = (
    "EXISTS (SELECT 1 FROM referrals_attendance a WHERE a.conference_id = {table}.conference_id"
    " AND a.practitioner_id = access_actor())"
)
NOT_RESTRICTED = (
    "EXISTS (SELECT 1 FROM access_grant g WHERE g.case_id = {table}.case_id AND g.agency_id = access_agency()"
    " AND NOT g.restricted)"
)
BEGUN = (
    "EXISTS (SELECT 1 FROM referrals_conference c WHERE c.id = referrals_minute.conference_id"
    " AND c.status IN ('begun', 'held', 'circulated'))"
)
ASKED = "EXISTS (SELECT 1 FROM referrals_research r WHERE r.listing_id = {listing} AND r.agency_id = access_agency())"
RETENTION = "access_account() = 'retention'"


def hub_side(category: str) -> str:
    return f"access_is_hub() AND access_may_see_case(case_id, {category})"


def partner_side(table: str, category: str, listing: str) -> str:
    """The three things that an agency's reader needs."""
    return (
        f"NOT access_is_hub() AND access_may_see_case(case_id, {category})"
        f" AND {NOT_RESTRICTED.format(table=table)} AND {ASKED.format(listing=listing)}"
        f" AND {CONFIRMED.format(table=table)}"
    )


IDENTITY, NOTES = "'identity'", "'notes'"
OWN_RESEARCH = (
    f"{OWN} AND access_may_see_case(case_id, 'identity')"
    f" AND {NOT_RESTRICTED.format(table='referrals_research')}"
)
LISTING = partner_side("referrals_listing", IDENTITY, "referrals_listing.id")
MINUTE = partner_side("referrals_minute", "category", "referrals_minute.listing_id")
ACTION = partner_side("referrals_conferenceaction", NOTES, "referrals_conferenceaction.listing_id")
OWN_ACTION = f"{OWN} AND NOT access_is_kept_out(case_id)"

# An agency answers what it was asked, and changes nothing of the question; who agreed has agreed.
STAYS = """
CREATE FUNCTION referrals_conference_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  asked jsonb := to_jsonb(NEW);
  was jsonb := to_jsonb(OLD);
BEGIN
  IF NOT access_is_hub() AND
     asked - ARRAY['status', 'returned_by_name', 'returned_at', 'answer', 'answered_by_name', 'answered_at']
     IS DISTINCT FROM
     was - ARRAY['status', 'returned_by_name', 'returned_at', 'answer', 'answered_by_name', 'answered_at']
  THEN
    RAISE EXCEPTION 'what an agency was asked stays as it was asked' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER referrals_research_stays BEFORE UPDATE ON referrals_research
  FOR EACH ROW EXECUTE FUNCTION referrals_conference_stays();
CREATE TRIGGER referrals_conferenceaction_stays BEFORE UPDATE ON referrals_conferenceaction
  FOR EACH ROW EXECUTE FUNCTION referrals_conference_stays();
"""
NO_MORE = """
DROP TRIGGER referrals_conferenceaction_stays ON referrals_conferenceaction;
DROP TRIGGER referrals_research_stays ON referrals_research;
DROP FUNCTION referrals_conference_stays();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0008_services_that_differ"),
        ("referrals", "0032_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Conference",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("kind", models.SlugField()),
                ("edition", models.CharField(help_text="Of the rules that it was called by.", max_length=40)),
                ("starts_at", models.DateTimeField()),
                ("place", models.CharField(help_text="The room; or that it is held online.", max_length=200)),
                ("chair_name", models.CharField(max_length=150)),
                ("capacity", models.PositiveSmallIntegerField()),
                ("slot_minutes", models.PositiveSmallIntegerField()),
                ("research_due_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("begun", "in session"),
                            ("held", "held, minutes not circulated"),
                            ("circulated", "held, minutes circulated"),
                            ("cancelled", "cancelled"),
                        ],
                        default="planned",
                        max_length=10,
                    ),
                ),
                ("called_by_name", models.CharField(max_length=150)),
                ("called_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("minutes_due_at", models.DateTimeField(null=True)),
                (
                    "minutes_edition",
                    models.CharField(blank=True, help_text="Of the clock's rule.", max_length=40),
                ),
                ("circulated_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["starts_at", "id"], name="referrals_conference_starts")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("capacity__range", (1, 40)), ("slot_minutes__range", (5, 60))),
                        name="referrals_conference_sizes",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Listing",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("person_id", models.UUIDField()),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("judgement", "Professional judgement"),
                            ("score", "Score on the risk checklist"),
                            ("escalation", "Escalation"),
                            ("repeat", "Repeat: listed whatever the threshold"),
                            ("route", "The pathway sent it"),
                        ],
                        max_length=20,
                    ),
                ),
                ("explanation", models.CharField(max_length=400)),
                ("edition", models.CharField(max_length=40)),
                ("is_repeat", models.BooleanField(default=False)),
                ("score", models.PositiveSmallIntegerField(null=True)),
                (
                    "accused",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        default=list,
                        help_text="Keyed digests of what tells the alleged perpetrator, as it stood when heard.",
                        size=None,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("listed", "to be heard"),
                            ("heard", "heard"),
                            ("deferred", "put off to another meeting"),
                            ("taken_off", "taken off the list"),
                        ],
                        default="listed",
                        max_length=10,
                    ),
                ),
                ("status_words", models.CharField(blank=True, max_length=400)),
                ("listed_by_name", models.CharField(max_length=150)),
                ("listed_at", models.DateTimeField()),
                ("heard_at", models.DateTimeField(null=True)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="listings",
                        to="referrals.case",
                    ),
                ),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="listings",
                        to="referrals.conference",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ConferenceAction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                (
                    "owner_name",
                    models.CharField(
                        blank=True, help_text="Who of the agency, where it is known.", max_length=150
                    ),
                ),
                ("words", access.encryption.EncryptedJSONField()),
                ("due_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "to do"), ("done", "done"), ("not_possible", "not possible")],
                        default="open",
                        max_length=12,
                    ),
                ),
                (
                    "answer",
                    access.encryption.EncryptedJSONField(
                        help_text="What was done, or why it is not possible.", null=True
                    ),
                ),
                ("set_by_name", models.CharField(max_length=150)),
                ("set_at", models.DateTimeField()),
                ("answered_by_name", models.CharField(blank=True, max_length=150)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.agency"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conference_actions",
                        to="referrals.case",
                    ),
                ),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="referrals.conference",
                    ),
                ),
                (
                    "listing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="actions",
                        to="referrals.listing",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Minute",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("research", "What the agency knows"),
                            ("discussion", "Discussion"),
                            ("risks", "Risks"),
                            ("decision", "Decision"),
                            ("summary", "What the adviser may tell the person"),
                        ],
                        max_length=12,
                    ),
                ),
                ("category", models.CharField(max_length=20)),
                ("words", access.encryption.EncryptedJSONField()),
                ("said_by_name", models.CharField(max_length=150)),
                ("said_at", models.DateTimeField()),
                (
                    "agency",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.agency"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="minutes",
                        to="referrals.case",
                    ),
                ),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="minutes",
                        to="referrals.conference",
                    ),
                ),
                (
                    "listing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="minutes",
                        to="referrals.listing",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Research",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), size=None
                    ),
                ),
                ("until", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[("asked", "not answered"), ("known", "known"), ("not_known", "not known")],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_by_name", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("returned_by_name", models.CharField(blank=True, max_length=150)),
                ("returned_at", models.DateTimeField(null=True)),
                (
                    "agency",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.agency"),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="research",
                        to="referrals.case",
                    ),
                ),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="research",
                        to="referrals.conference",
                    ),
                ),
                (
                    "listing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="research",
                        to="referrals.listing",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("practitioner_id", models.UUIDField(null=True)),
                ("name", models.CharField(max_length=150)),
                ("agency_id", models.UUIDField(null=True)),
                ("agency_name", models.CharField(max_length=150)),
                (
                    "edition",
                    models.CharField(help_text="Of the statement that was agreed to.", max_length=40),
                ),
                ("confirmed_at", models.DateTimeField()),
                ("is_present", models.BooleanField(default=False)),
                ("recorded_by_name", models.CharField(max_length=150)),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attendances",
                        to="referrals.conference",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("conference", "practitioner_id"), name="referrals_attendance_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConferenceAgency",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                (
                    "agency",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="agencies.agency"),
                ),
                (
                    "conference",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invited",
                        to="referrals.conference",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("conference", "agency"), name="referrals_conference_agency_once"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(fields=["person_id", "heard_at"], name="referrals_listing_person"),
        ),
        migrations.AddIndex(
            model_name="listing",
            index=models.Index(
                condition=models.Q(("status", "heard")),
                fields=["heard_at", "id"],
                name="referrals_listing_heard",
            ),
        ),
        migrations.AddConstraint(
            model_name="listing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "taken_off"), _negated=True),
                fields=("conference", "case"),
                name="referrals_listing_once",
            ),
        ),
        migrations.AddIndex(
            model_name="conferenceaction",
            index=models.Index(
                fields=["agency", "status", "due_at", "id"], name="referrals_conference_to_do"
            ),
        ),
        migrations.AddConstraint(
            model_name="conferenceaction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", True), ("status", "open")),
                    models.Q(models.Q(("status", "open"), _negated=True), ("answered_at__isnull", False)),
                    _connector="OR",
                ),
                name="referrals_conferenceaction_answered",
            ),
        ),
        migrations.AddIndex(
            model_name="minute",
            index=models.Index(fields=["listing", "id"], name="referrals_minute_listing"),
        ),
        migrations.AddIndex(
            model_name="research",
            index=models.Index(fields=["agency", "case"], name="referrals_research_agency"),
        ),
        migrations.AddConstraint(
            model_name="research",
            constraint=models.UniqueConstraint(fields=("listing", "agency"), name="referrals_research_once"),
        ),
        migrations.RunSQL(STAYS, NO_MORE),
        protect(
            "referrals_conferenceagency",
            read=f"({HUB_READS}) OR ({OWN})",
            insert=HUB_READS,
            delete=HUB_READS,
        ),
        protect(
            "referrals_conference",
            read=f"({HUB_READS}) OR ({INVITED.format(conference='referrals_conference.id')})",
            insert=HUB_READS,
            update=HUB_READS,
        ),
        # Nobody agrees for another: by an account only its own, on paper only the hub writes it down.
        protect(
            "referrals_attendance",
            read=f"({HUB_READS}) OR ({OWN})",
            insert=(
                f"(practitioner_id = access_actor() AND agency_id = access_agency() AND (({HUB_READS}) OR"
                f" ({INVITED.format(conference='referrals_attendance.conference_id')})))"
                f" OR (practitioner_id IS NULL AND {HUB_READS})"
            ),
            update=HUB_READS,
        ),
        keep_history("referrals_attendance", category="staff"),
        protect(
            "referrals_research",
            read=f"({hub_side(IDENTITY)}) OR ({OWN_RESEARCH})",
            insert=hub_side(IDENTITY),
            update=f"({hub_side(IDENTITY)}) OR ({OWN_RESEARCH})",
            delete=RETENTION,
        ),
        keep_history("referrals_research", category="identity", case="case_id"),
        protect(
            "referrals_listing",
            read=f"({hub_side(IDENTITY)}) OR ({LISTING})",
            insert=hub_side(IDENTITY),
            update=hub_side(IDENTITY),
            delete=RETENTION,
        ),
        keep_history("referrals_listing", category="identity", case="case_id", person="person_id"),
        only_sealed("referrals_minute", "words"),
        # Before the meeting an agency reads what it said itself; from its beginning what all have said.
        protect(
            "referrals_minute",
            read=(
                f"({hub_side('category')}) OR ({MINUTE} AND part <> 'summary'"
                f" AND (agency_id = access_agency() OR {BEGUN}))"
            ),
            insert=(
                f"({hub_side('category')})"
                f" OR ({MINUTE} AND part = 'research' AND agency_id = access_agency())"
            ),
            update="access_account() = 'key-rotation'",
            delete=RETENTION,
        ),
        only_sealed("referrals_conferenceaction", "words"),
        only_sealed("referrals_conferenceaction", "answer"),
        protect(
            "referrals_conferenceaction",
            read=f"({hub_side(NOTES)}) OR ({OWN_ACTION}) OR ({ACTION})",
            insert=hub_side(NOTES),
            update=f"({hub_side(NOTES)}) OR ({OWN_ACTION})",
            delete=RETENTION,
        ),
        keep_history("referrals_conferenceaction", category="notes", case="case_id"),
    ]
