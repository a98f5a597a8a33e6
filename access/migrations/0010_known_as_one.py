"""People who are known to be one human being: the restriction and the conflicts of any of them count for all.

The floor that keeps the links writes who is known as one; the marks of the grants, and what lets somebody pass, read
it. `kept_out` and `restricted` are worked out here, so that a policy finds what it asks for in one row: it cannot look
the rows up that nobody may read, since what runs in a parallel worker must not take another role.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

SAME = """
-- Everybody who is known to be one with this person, and the person: whoever asks, since safety asks for all.
CREATE FUNCTION access_same_as(wanted uuid) RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
DECLARE
  role text := access_role();
  found uuid[];
BEGIN
  PERFORM set_config('hub.role', 'system', true);
  SELECT array_agg(other.person_id) INTO found FROM access_sameas one
    JOIN access_sameas other ON other.group_id = one.group_id WHERE one.person_id = wanted;
  PERFORM set_config('hub.role', role, true);
  RETURN coalesce(found, ARRAY[wanted]);
END $$;

-- Who is kept out of any of these people, and which of them are restricted: kept on each of them. As the system.
CREATE FUNCTION access_weigh_same(people uuid[]) RETURNS void LANGUAGE sql AS $$
  UPDATE access_sameas held SET
    kept_out = ARRAY(SELECT DISTINCT coalesce(c.practitioner_id, c.agency_id) FROM access_conflict c
                     WHERE c.person_id = ANY (people) AND c.ended_at IS NULL),
    restricted = ARRAY(SELECT r.person_id FROM access_restriction r
                       WHERE r.person_id = ANY (people) AND r.lifted_at IS NULL)
  WHERE held.person_id = ANY (people);
$$;

-- The floor above says who is one from now on: groups of two or more, of these people alone.
CREATE FUNCTION access_regroup(people uuid[], groups jsonb) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  role text := access_role();
  is_hub text := coalesce(current_setting('hub.is_hub', true), '');
  hub uuid := current_setting('hub.hub_id')::uuid;
  one jsonb;
  members uuid[];
BEGIN
  PERFORM set_config('hub.role', 'system', true), set_config('hub.is_hub', 'on', true);
  DELETE FROM access_sameas WHERE person_id = ANY (people);
  FOR one IN SELECT jsonb_array_elements(groups) LOOP
    members := ARRAY(SELECT jsonb_array_elements_text(one -> 'people')::uuid);
    INSERT INTO access_sameas (id, hub_id, person_id, group_id, since, kept_out, restricted)
      SELECT gen_random_uuid(), hub, member, (one ->> 'id')::uuid, (one ->> 'since')::timestamptz, '{}', '{}'
      FROM unnest(members) AS member;
    PERFORM access_weigh_same(members);
  END LOOP;
  UPDATE access_grant SET restricted = restricted WHERE person_id = ANY (people);  -- the marks are made anew
  PERFORM set_config('hub.role', role, true), set_config('hub.is_hub', is_hub, true);
END $$;
"""
DROP_SAME = """
DROP FUNCTION access_regroup(uuid[], jsonb);
DROP FUNCTION access_weigh_same(uuid[]);
DROP FUNCTION access_same_as(uuid);
"""


PERSONAL = (
    "EXISTS (SELECT 1 FROM access_personalgrant p WHERE p.person_id {whose} AND p.practitioner_id = access_actor()"
    " AND p.ended_at IS NULL AND (p.until IS NULL OR p.until > clock_timestamp()))"
)


def personal(whose: str) -> str:
    return PERSONAL.replace("{whose}", whose)


CONFLICT = (
    "EXISTS (SELECT 1 FROM access_conflict c WHERE c.person_id = wanted AND c.ended_at IS NULL"
    " AND (c.practitioner_id = access_actor() OR c.agency_id = access_agency()))"
)
# Let in by a personal grant on each of them whose record is restricted.
LET_THROUGH = """
CREATE OR REPLACE FUNCTION access_may_pass(wanted uuid, is_restricted boolean) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  same access_sameas%ROWTYPE;
BEGIN
  SELECT * INTO same FROM access_sameas one WHERE one.person_id = wanted;
  IF {conflict} OR access_actor() = ANY (same.kept_out) OR access_agency() = ANY (same.kept_out) THEN
    RETURN false;
  END IF;
  IF NOT is_restricted OR NOT access_is_hub() THEN
    RETURN true;
  END IF;
  IF same.person_id IS NULL THEN
    RETURN {PERSONAL wanted};
  END IF;
  RETURN cardinality(same.restricted) > 0
    AND NOT EXISTS (SELECT 1 FROM unnest(same.restricted) AS one (id) WHERE NOT {PERSONAL one.id});
END $$;
"""
WAS_LET_THROUGH = """
CREATE OR REPLACE FUNCTION access_may_pass(wanted uuid, is_restricted boolean) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  IF {conflict} THEN
    RETURN false;
  END IF;
  RETURN NOT is_restricted OR NOT access_is_hub() OR {PERSONAL wanted};
END $$;
"""


def filled(function: str) -> str:
    for one in ("wanted", "one.id"):
        function = function.replace(f"{{PERSONAL {one}}}", personal(f"= {one}"))
    return function.replace("{conflict}", CONFLICT)


MARKED = """
CREATE OR REPLACE FUNCTION access_mark_grant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  role text := access_role();
  people uuid[] := {people NEW};
BEGIN
  PERFORM set_config('hub.role', 'system', true);
  NEW.restricted := EXISTS (
    SELECT 1 FROM access_restriction r WHERE r.person_id = ANY (people) AND r.lifted_at IS NULL);
  NEW.conflicted := EXISTS (
    SELECT 1 FROM access_conflict c WHERE c.person_id = ANY (people) AND c.ended_at IS NULL);
  PERFORM set_config('hub.role', role, true);
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION access_mark_grants() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  role text := access_role();
  is_hub text := coalesce(current_setting('hub.is_hub', true), '');
  people uuid[];
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('access.marks', 0));
  people := {people NEW};
  PERFORM set_config('hub.role', 'system', true), set_config('hub.is_hub', 'on', true);
  {weigh}UPDATE access_grant SET restricted = restricted WHERE person_id = ANY (people);  -- the mark is made anew
  PERFORM set_config('hub.role', role, true), set_config('hub.is_hub', is_hub, true);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION access_conflicts_with_case(wanted uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  role text := access_role();
  g record;
  people uuid[];
  answer boolean;
BEGIN
  PERFORM set_config('hub.role', 'system', true);
  SELECT person_id INTO g FROM access_grant WHERE case_id = wanted LIMIT 1;
  people := {people g};
  answer := EXISTS (SELECT 1 FROM access_conflict c WHERE c.person_id = ANY (people) AND c.ended_at IS NULL
    AND (c.practitioner_id = access_actor() OR c.agency_id = access_agency()));
  PERFORM set_config('hub.role', role, true);
  RETURN answer;
END $$;
"""


def marks(people: str, *, weigh: str) -> str:
    """The functions that mark grants and look conflicts up. people: everybody who counts, given whose row it is.

    They are worked out before they are asked for, so that an index finds their rows: what calls a function on the way
    would be asked of every row, after its policy.
    """
    made = MARKED.replace("{weigh}", weigh)
    return made.replace("{people NEW}", people.format("NEW")).replace("{people g}", people.format("g"))


MARKS = marks("access_same_as({}.person_id)", weigh="PERFORM access_weigh_same(people);\n  ")
WAS_MARKS = marks("ARRAY[{}.person_id]", weigh="")


class Migration(migrations.Migration):
    dependencies = [("access", "0009_partners_own_conflicts")]
    operations = [
        migrations.CreateModel(
            name="SameAs",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("person_id", models.UUIDField(unique=True)),
                ("group_id", models.UUIDField()),
                ("since", models.DateTimeField(help_text="When the last of them was linked.")),
                (
                    "kept_out",
                    django.contrib.postgres.fields.ArrayField(
                        models.UUIDField(), default=list, help_text="Practitioners and agencies in conflict."
                    ),
                ),
                (
                    "restricted",
                    django.contrib.postgres.fields.ArrayField(
                        models.UUIDField(), default=list, help_text="Those whose own record is restricted."
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["group_id"], name="access_sameas_group")]},
        ),
        migrations.RunSQL(SAME, DROP_SAME),
        migrations.RunSQL(filled(LET_THROUGH), filled(WAS_LET_THROUGH)),
        migrations.RunSQL(MARKS, WAS_MARKS),
        # Ids alone. Whoever is let into none of the restricted ones finds no row, and passes no more for it; a
        # partner finds only that it is kept out.
        protect(
            "access_sameas",
            read=(
                "access_is_system() OR (access_is_hub() AND access_reads_cases() AND"
                f" (cardinality(restricted) = 0 OR {personal('= ANY (restricted)')}))"
                " OR access_actor() = ANY (kept_out) OR access_agency() = ANY (kept_out)"
            ),
            insert="access_is_system()",
            update="access_is_system()",
            delete="access_is_system()",
        ),
    ]
