"""The record of changes: who changed what when, and apart from it what stood there before and after."""

from importlib import import_module

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models

import access.ids
from access.policy import protect

TABLES = """
CREATE TABLE access_change (
  id uuid NOT NULL,
  hub_id uuid NOT NULL,
  at timestamptz NOT NULL,
  table_name varchar(63) NOT NULL,
  row_id varchar(40) NOT NULL,
  operation varchar(6) NOT NULL,
  columns text[] NOT NULL,
  category varchar(20) NOT NULL,
  case_id uuid,
  person_id uuid,
  actor_kind varchar(12) NOT NULL,
  actor_id uuid,
  actor_name varchar(150) NOT NULL,
  role varchar(30) NOT NULL,
  PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX access_change_case ON access_change (case_id, at) WHERE case_id IS NOT NULL;
CREATE INDEX access_change_person ON access_change (person_id, at) WHERE person_id IS NOT NULL;
CREATE TABLE access_change_rest PARTITION OF access_change DEFAULT;

CREATE TABLE access_changevalue (
  id uuid NOT NULL,
  at timestamptz NOT NULL,
  category varchar(20) NOT NULL,
  case_id uuid,
  person_id uuid,
  before jsonb NOT NULL,
  after jsonb NOT NULL,
  PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX access_changevalue_case ON access_changevalue (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX access_changevalue_person ON access_changevalue (person_id) WHERE person_id IS NOT NULL;
CREATE TABLE access_changevalue_rest PARTITION OF access_changevalue DEFAULT;

ALTER TABLE access_change_rest ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_change_rest FORCE ROW LEVEL SECURITY;
ALTER TABLE access_changevalue_rest ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_changevalue_rest FORCE ROW LEVEL SECURITY;
"""

# Arguments: the category, the columns of the case's and the person's id, and the columns to leave out.
# What stands sealed (see access.encryption) is said to have changed, and its seal is not kept again.
# Erasure by the account `retention` leaves that a row is gone, and nothing of what was in it.
FUNCTIONS = """
CREATE FUNCTION access_unsealed(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN value #>> '{}' ~ '^[0-9a-f]{8}:[A-Za-z0-9_=-]{100,}$' THEN to_jsonb('(sealed)'::text)
              ELSE value END $$;

CREATE FUNCTION access_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  left_out text[] := string_to_array(TG_ARGV[3], ',');
  whole jsonb := to_jsonb(OLD);
  was jsonb := whole - left_out;
  became jsonb := '{}';
  changed text[];
  before jsonb;
  after jsonb;
  change uuid := gen_random_uuid();
  of_case uuid := (whole ->> nullif(TG_ARGV[1], ''))::uuid;
  of_person uuid := (whole ->> nullif(TG_ARGV[2], ''))::uuid;
BEGIN
  IF TG_OP = 'UPDATE' THEN
    became := to_jsonb(NEW) - left_out;
    IF became = was OR access_account() = 'key-rotation' THEN
      RETURN NULL;
    END IF;
  END IF;
  SELECT array_agg(key ORDER BY key), jsonb_object_agg(key, access_unsealed(value)),
         coalesce(jsonb_object_agg(key, access_unsealed(became -> key)) FILTER (WHERE became ? key), '{}')
    INTO changed, before, after
    FROM jsonb_each(was) WHERE became -> key IS DISTINCT FROM value;
  INSERT INTO access_change (id, hub_id, at, table_name, row_id, operation, columns, category, case_id,
                             person_id, actor_kind, actor_id, actor_name, role)
  VALUES (change, coalesce(whole ->> 'hub_id', nullif(current_setting('hub.hub_id', true), ''))::uuid,
          now(), TG_TABLE_NAME, whole ->> 'id', lower(TG_OP), changed,
          TG_ARGV[0], of_case, of_person,
          coalesce(nullif(current_setting('hub.actor_kind', true), ''), 'owner'),
          nullif(current_setting('hub.actor_id', true), '')::uuid,
          coalesce(nullif(access_actor_name(), ''), session_user::text), access_role());
  IF access_account() <> 'retention' THEN
    INSERT INTO access_changevalue (id, at, category, case_id, person_id, before, after)
    VALUES (change, now(), TG_ARGV[0], of_case, of_person, before, after);
  END IF;
  RETURN NULL;
END $$;

-- Who may see the row's category now, and works at the hub. What belongs to nobody's case is about staff.
CREATE FUNCTION access_may_see_change(of_case uuid, of_person uuid, category text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  IF access_role() = 'system' THEN
    RETURN true;
  ELSIF NOT access_is_hub() THEN
    RETURN false;
  ELSIF of_case IS NOT NULL THEN
    RETURN access_may_see_case(of_case, category);
  ELSIF of_person IS NOT NULL THEN
    RETURN access_may_see_person(of_person, category);
  END IF;
  RETURN access_role() = 'hub_administrator';
END $$;
"""

DROP = """
DROP FUNCTION access_may_see_change(uuid, uuid, text);
DROP FUNCTION access_record_change();
DROP FUNCTION access_unsealed(jsonb);
"""

SEEN = "access_may_see_change(case_id, person_id, category)"
BY_A_TRIGGER = "pg_trigger_depth() > 0"
ERASES = "access_account() = 'retention'"
PARTED = "'access_look', 'access_change', 'access_changevalue'"


def prepare(parted):
    months = import_module("access.migrations.0003_chains_of_looks").MONTHS

    def run(apps, schema_editor):
        role = settings.DATABASES["default"]["USER"]
        schema_editor.execute("DROP FUNCTION access_prepare_months(integer)")
        schema_editor.execute(months.format(tables=parted, role=role), params=None)
        schema_editor.execute("SELECT access_prepare_months(12)")

    return run


def application_role(apps, schema_editor):
    role = settings.DATABASES["default"]["USER"]
    for table in ("access_change", "access_changevalue"):
        schema_editor.execute(f'REVOKE UPDATE ON {table} FROM "{role}"')
        schema_editor.execute(f'REVOKE ALL ON {table}_rest FROM "{role}"')


class Migration(migrations.Migration):
    dependencies = [("access", "0003_chains_of_looks")]
    operations = [
        migrations.RunSQL(TABLES, "DROP TABLE access_changevalue; DROP TABLE access_change;"),
        migrations.RunPython(prepare(PARTED), prepare("'access_look'")),
        migrations.RunPython(application_role, migrations.RunPython.noop),
        migrations.RunSQL(FUNCTIONS, DROP),
        protect(
            "access_change", read=f"access_role() = 'auditor' OR {SEEN}", insert=BY_A_TRIGGER, delete=ERASES
        ),
        protect("access_changevalue", read=SEEN, insert=BY_A_TRIGGER, delete=ERASES),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("table_name", models.CharField(max_length=63)),
                ("row_id", models.CharField(max_length=40)),
                ("operation", models.CharField(max_length=6)),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
                ("category", models.CharField(max_length=20)),
                ("case_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.CharField(max_length=150)),
                ("role", models.CharField(max_length=30)),
            ],
            options={"db_table": "access_change", "managed": False},
        ),
        migrations.CreateModel(
            name="ChangeValue",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("category", models.CharField(max_length=20)),
                ("case_id", models.UUIDField(null=True)),
                ("person_id", models.UUIDField(null=True)),
                ("before", models.JSONField()),
                ("after", models.JSONField()),
            ],
            options={"db_table": "access_changevalue", "managed": False},
        ),
    ]
