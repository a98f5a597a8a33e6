"""Restricted records, personal grants, conflicts of interest and break-glass, held by the grants themselves.

A grant of somebody who is restricted, or in whose case anybody has declared a conflict, carries a mark; its
policy then asks further, and hides it from whoever may not pass. What is not granted is not seen, so every
table behind `access_may_see_case` and `access_may_see_person` follows, and an ordinary row costs no more
than before. Triggers keep the marks, whoever writes.
"""

from django.conf import settings
from django.db import migrations, models

import access.context
import access.ids
from access.policy import change_policy, protect

IDS = [
    ("id", models.UUIDField(default=access.ids.new_id, editable=False, primary_key=True, serialize=False)),
    ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
]


def asked_as_system(name: str, condition: str) -> str:
    """A function that says yes or no to a question whose rows the actor may not read.

    For that one question the transaction's role is the hub's own system; an error takes it back as well.
    """
    return f"""
CREATE FUNCTION {name}(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  role text := access_role();
  answer boolean;
BEGIN
  PERFORM set_config('hub.role', 'system', true);
  answer := EXISTS ({condition});
  PERFORM set_config('hub.role', role, true);
  RETURN answer;
END $$;
"""


FUNCTIONS = """
CREATE FUNCTION access_actor() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('hub.actor_id', true), '')::uuid $$;

CREATE FUNCTION access_is_system() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT access_role() = 'system' $$;

-- In conflict: never. Restricted: the hub's people by a personal grant alone; partners by what they were sent.
CREATE FUNCTION access_may_pass(wanted uuid, is_restricted boolean) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM access_conflict c WHERE c.person_id = wanted AND c.ended_at IS NULL
             AND (c.practitioner_id = access_actor() OR c.agency_id = access_agency())) THEN
    RETURN false;
  END IF;
  RETURN NOT is_restricted OR NOT access_is_hub() OR EXISTS (
    SELECT 1 FROM access_personalgrant p
    WHERE p.person_id = wanted AND p.practitioner_id = access_actor() AND p.ended_at IS NULL
      AND (p.until IS NULL OR p.until > clock_timestamp()));
END $$;
"""

# Whether the actor answers for the record: holds a personal grant that is not by break-glass.
ANSWERS_FOR = asked_as_system(
    "access_answers_for",
    "SELECT 1 FROM access_personalgrant p WHERE p.person_id = wanted AND p.practitioner_id = access_actor()"
    " AND p.because <> 'break_glass' AND p.ended_at IS NULL"
    " AND (p.until IS NULL OR p.until > clock_timestamp())",
)
IS_RESTRICTED = asked_as_system(
    "access_is_restricted",
    "SELECT 1 FROM access_restriction r WHERE r.person_id = wanted AND r.lifted_at IS NULL",
)
# For what an agency may look back on when its grant has ended: whether it, or its practitioner, is in conflict.
CONFLICTS_WITH_CASE = asked_as_system(
    "access_conflicts_with_case",
    "SELECT 1 FROM access_conflict c JOIN access_grant g ON g.person_id = c.person_id"
    " WHERE g.case_id = wanted AND c.ended_at IS NULL"
    " AND (c.practitioner_id = access_actor() OR c.agency_id = access_agency())",
)

MARKS = """
CREATE FUNCTION access_is_kept_out(wanted uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT 1 FROM access_conflict c WHERE c.ended_at IS NULL
                 AND (c.practitioner_id = access_actor() OR c.agency_id = access_agency()))
    AND access_conflicts_with_case(wanted);
END $$;

-- A new grant waits for whoever is imposing or declaring at this moment, and they for it: no mark is missed.
CREATE FUNCTION access_wait_for_marks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('access.marks', 0));
  RETURN NULL;
END $$;

-- The marks are what the records say, whatever a statement writes.
CREATE FUNCTION access_mark_grant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  role text := access_role();
BEGIN
  PERFORM set_config('hub.role', 'system', true);
  NEW.restricted := EXISTS (
    SELECT 1 FROM access_restriction r WHERE r.person_id = NEW.person_id AND r.lifted_at IS NULL);
  NEW.conflicted := EXISTS (
    SELECT 1 FROM access_conflict c WHERE c.person_id = NEW.person_id AND c.ended_at IS NULL);
  PERFORM set_config('hub.role', role, true);
  RETURN NEW;
END $$;

CREATE FUNCTION access_mark_grants() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  role text := access_role();
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('access.marks', 0));
  PERFORM set_config('hub.role', 'system', true);
  UPDATE access_grant SET restricted = restricted WHERE person_id = NEW.person_id;  -- the mark is made anew
  PERFORM set_config('hub.role', role, true);
  RETURN NULL;
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION access_mark_grants();
DROP FUNCTION access_mark_grant();
DROP FUNCTION access_wait_for_marks();
DROP FUNCTION access_is_kept_out(uuid);
DROP FUNCTION access_conflicts_with_case(uuid);
DROP FUNCTION access_is_restricted(uuid);
DROP FUNCTION access_answers_for(uuid);
DROP FUNCTION access_may_pass(uuid, boolean);
DROP FUNCTION access_is_system();
DROP FUNCTION access_actor();
"""

TRIGGERS = """
CREATE TRIGGER access_grant_waits BEFORE INSERT ON access_grant
  FOR EACH STATEMENT EXECUTE FUNCTION access_wait_for_marks();
CREATE TRIGGER access_grant_marked BEFORE INSERT OR UPDATE OF restricted, conflicted, person_id ON access_grant
  FOR EACH ROW EXECUTE FUNCTION access_mark_grant();
CREATE TRIGGER access_restriction_marks AFTER INSERT OR UPDATE ON access_restriction
  FOR EACH ROW EXECUTE FUNCTION access_mark_grants();
CREATE TRIGGER access_conflict_marks AFTER INSERT OR UPDATE ON access_conflict
  FOR EACH ROW EXECUTE FUNCTION access_mark_grants();
"""

DROP_TRIGGERS = """
DROP TRIGGER access_conflict_marks ON access_conflict;
DROP TRIGGER access_restriction_marks ON access_restriction;
DROP TRIGGER access_grant_marked ON access_grant;
DROP TRIGGER access_grant_waits ON access_grant;
"""

SEES = "access_is_hub() AND access_may_see_person(person_id, 'identity')"
MINE = "given_by = access_actor() AND ended_at IS NULL AND access_is_hub()"

GIVEN = (
    f"{MINE} AND ("
    "(because = 'break_glass' AND practitioner_id = access_actor()"
    " AND access_role() IN ('practitioner', 'supervisor')"
    " AND until <= clock_timestamp() + interval '3 hours')"
    " OR (because = 'given' AND access_role() = 'supervisor' AND practitioner_id <> access_actor()"
    " AND access_answers_for(person_id))"
    " OR (because = 'owner' AND access_role() = 'supervisor' AND NOT access_is_restricted(person_id)"
    f" AND {SEES}))"
)

# What of a record may change after it was written; everything else, and every row, stays.
CHANGES = {
    "access_restriction": "lifted_at, lifted_by, lifted_by_name, lifted_words",
    "access_personalgrant": "ended_at, ended_by",
    "access_conflict": "ended_at, ended_by, ended_words",
    "access_breakglassreview": "reviewed_at, reviewed_by, reviewed_by_name, outcome, words",
}


def keep_records(apps, schema_editor):
    role = settings.DATABASES["default"]["USER"]
    for table, columns in CHANGES.items():
        schema_editor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM "{role}"')
        schema_editor.execute(f'GRANT UPDATE ({columns}) ON {table} TO "{role}"')


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [
        migrations.AddField("grant", "restricted", models.BooleanField(default=False)),
        migrations.AddField("grant", "conflicted", models.BooleanField(default=False)),
        migrations.AddIndex(
            "grant",
            models.Index(fields=["person_id"], name="access_grant_of_person"),
        ),
        migrations.CreateModel(
            name="Restriction",
            fields=[
                *IDS,
                ("person_id", models.UUIDField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("staff", "works in the hub or a partner agency"),
                            ("police_perpetrator", "the alleged perpetrator is in the police"),
                            ("well_known", "well known, or in the news"),
                            ("honour_based", "honour-based abuse"),
                            ("other", "another reason"),
                        ],
                        max_length=20,
                    ),
                ),
                ("words", models.CharField(max_length=400)),
                ("owner_id", models.UUIDField()),
                ("imposed_by", models.UUIDField()),
                ("imposed_by_name", models.CharField(max_length=150)),
                ("imposed_at", models.DateTimeField()),
                ("lifted_by", models.UUIDField(null=True)),
                ("lifted_by_name", models.CharField(blank=True, max_length=150)),
                ("lifted_at", models.DateTimeField(null=True)),
                ("lifted_words", models.CharField(blank=True, max_length=400)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at__isnull", True)),
                        fields=("person_id",),
                        name="access_restriction_one_open",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="BreakGlassReview",
            fields=[
                *IDS,
                ("person_id", models.UUIDField()),
                ("case_id", models.UUIDField()),
                ("broken_by", models.UUIDField()),
                ("broken_by_name", models.CharField(max_length=150)),
                ("broken_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=400)),
                ("due_at", models.DateTimeField()),
                ("reviewed_by", models.UUIDField(null=True)),
                ("reviewed_by_name", models.CharField(blank=True, max_length=150)),
                ("reviewed_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("justified", "justified"), ("not_justified", "not justified")],
                        max_length=20,
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=400)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("reviewed_at__isnull", True)),
                        fields=["due_at", "id"],
                        name="access_review_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PersonalGrant",
            fields=[
                *IDS,
                ("practitioner_id", models.UUIDField()),
                ("person_id", models.UUIDField()),
                (
                    "because",
                    models.CharField(
                        choices=[
                            ("owner", "owns the restriction"),
                            ("given", "given by an owner"),
                            ("break_glass", "break-glass"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", models.CharField(max_length=400)),
                ("given_by", models.UUIDField()),
                ("given_by_name", models.CharField(max_length=150)),
                ("given_at", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.UUIDField(null=True)),
                (
                    "review",
                    models.OneToOneField(
                        null=True,
                        on_delete=models.deletion.PROTECT,
                        related_name="grant",
                        to="access.breakglassreview",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("because", "break_glass"), _negated=True),
                            models.Q(("review__isnull", False), ("until__isnull", False)),
                            _connector="OR",
                        ),
                        name="access_broken_glass_is_reviewed",
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["practitioner_id", "person_id"],
                        name="access_personal_holder",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["person_id"],
                        name="access_personal_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Conflict",
            fields=[
                *IDS,
                ("person_id", models.UUIDField()),
                ("practitioner_id", models.UUIDField(null=True)),
                ("agency_id", models.UUIDField(null=True)),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("knows", "knows the person"),
                            ("family", "is family, or lives with them"),
                            ("alleged_perpetrator", "is, or employs, the alleged perpetrator"),
                            ("colleague", "works with somebody in the case"),
                            ("complaint", "is party to a complaint or proceedings"),
                            ("other", "another reason"),
                        ],
                        max_length=20,
                    ),
                ),
                ("words", models.CharField(max_length=400)),
                ("declared_by", models.UUIDField()),
                ("declared_by_name", models.CharField(max_length=150)),
                ("declared_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.UUIDField(null=True)),
                ("ended_words", models.CharField(blank=True, max_length=400)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agency_id__isnull", True), ("practitioner_id__isnull", False)),
                            models.Q(("agency_id__isnull", False), ("practitioner_id__isnull", True)),
                            _connector="OR",
                        ),
                        name="access_conflict_of_one",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True), ("practitioner_id__isnull", False)),
                        fields=("person_id", "practitioner_id"),
                        name="access_conflict_once_practitioner",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("agency_id__isnull", False), ("ended_at__isnull", True)),
                        fields=("person_id", "agency_id"),
                        name="access_conflict_once_agency",
                    ),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["practitioner_id"],
                        name="access_conflict_practitioner",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["agency_id"],
                        name="access_conflict_agency",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            [FUNCTIONS, ANSWERS_FOR, IS_RESTRICTED, CONFLICTS_WITH_CASE, MARKS], DROP_FUNCTIONS
        ),
        migrations.RunSQL(TRIGGERS, DROP_TRIGGERS),
        # Imposed by a supervisor who sees the person (which nobody does of one that others hold restricted).
        protect(
            "access_restriction",
            read="access_is_system() OR access_answers_for(person_id)",
            insert=f"access_role() = 'supervisor' AND imposed_by = access_actor() AND lifted_at IS NULL AND {SEES}",
            update="access_is_system()",
        ),
        # Nobody gives themselves sight, but by break-glass, for three hours, under review. The owner is named
        # while the record is still open to all; whoever answers for it lets others in.
        protect(
            "access_personalgrant",
            read="access_is_system() OR practitioner_id = access_actor() OR access_answers_for(person_id)",
            insert=GIVEN,
            update="access_is_system()",
        ),
        # Of oneself, or by a supervisor of anybody else; ended by the hub's own system on a supervisor's word.
        protect(
            "access_conflict",
            read=(
                "access_is_system() OR practitioner_id = access_actor() OR agency_id = access_agency()"
                " OR declared_by = access_actor()"
            ),
            insert=(
                "declared_by = access_actor() AND ended_at IS NULL"
                " AND access_may_see_person(person_id, 'identity') AND (practitioner_id = access_actor()"
                " OR (access_role() = 'supervisor' AND agency_id IS DISTINCT FROM access_agency()))"
            ),
            update="access_is_system()",
        ),
        # Read by auditors and by whoever answers for the record; decided by somebody else than who broke.
        protect(
            "access_breakglassreview",
            read="access_is_system() OR access_role() = 'auditor' OR access_answers_for(person_id)",
            insert="access_is_hub() AND broken_by = access_actor() AND reviewed_at IS NULL",
            update=(
                "reviewed_at IS NULL AND broken_by <> access_actor()"
                " AND (access_role() = 'auditor' OR (access_role() = 'supervisor' AND access_answers_for(person_id)))"
            ),
            update_to="reviewed_by = access_actor() AND reviewed_at IS NOT NULL AND outcome <> ''",
        ),
        migrations.RunPython(keep_records, migrations.RunPython.noop),
        change_policy(
            "access_grant",
            "read",
            using=(
                "access_is_system() OR ((access_is_hub() OR agency_id = access_agency())"
                " AND ((NOT restricted AND NOT conflicted) OR access_may_pass(person_id, restricted)))"
            ),
            was="access_is_hub() OR agency_id = access_agency()",
        ),
    ]
