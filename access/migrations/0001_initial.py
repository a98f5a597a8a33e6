"""Actor functions, grants behind their policy, and the append-only record of looks."""

import django.contrib.postgres.fields
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

FUNCTIONS = """
CREATE FUNCTION access_has_actor() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('hub.actor_kind', true), '') <> '' $$;

CREATE FUNCTION access_agency() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT nullif(current_setting('hub.agency_id', true), '')::uuid $$;

CREATE FUNCTION access_role() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('hub.role', true), '') $$;

CREATE FUNCTION access_is_hub() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('hub.is_hub', true), '') = 'on' $$;

-- Auditors and administrators work without seeing what a case contains.
CREATE FUNCTION access_reads_cases() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT access_role() IN
   ('practitioner', 'supervisor', 'manager', 'partner_practitioner', 'client', 'system') $$;

-- plpgsql on purpose: it is not inlined, so a list that walks an index with a LIMIT asks for its
-- fifty rows one probe each, and is never turned into a hash of every grant.
CREATE FUNCTION access_may_see_case(wanted uuid, category text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN access_reads_cases() AND EXISTS (
    SELECT 1 FROM access_grant g
    WHERE g.agency_id = access_agency() AND g.case_id = wanted
      AND category = ANY (g.categories) AND (g.until IS NULL OR g.until > clock_timestamp()));
END $$;

CREATE FUNCTION access_may_see_person(wanted uuid, category text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
  RETURN access_reads_cases() AND EXISTS (
    SELECT 1 FROM access_grant g
    WHERE g.agency_id = access_agency() AND g.person_id = wanted
      AND category = ANY (g.categories) AND (g.until IS NULL OR g.until > clock_timestamp()));
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION access_may_see_person(uuid, text);
DROP FUNCTION access_may_see_case(uuid, text);
DROP FUNCTION access_reads_cases();
DROP FUNCTION access_is_hub();
DROP FUNCTION access_role();
DROP FUNCTION access_agency();
DROP FUNCTION access_has_actor();
"""

LOOKS = """
CREATE TABLE access_look (
  id uuid NOT NULL,
  hub_id uuid NOT NULL,
  at timestamptz NOT NULL,
  actor_kind varchar(12) NOT NULL,
  actor_id uuid NOT NULL,
  actor_name varchar(150) NOT NULL,
  role varchar(30) NOT NULL,
  agency_id uuid NOT NULL,
  action varchar(12) NOT NULL,
  door varchar(100) NOT NULL,
  subjects uuid[] NOT NULL,
  PRIMARY KEY (at, id)
) PARTITION BY RANGE (at);
CREATE INDEX access_look_subjects ON access_look USING gin (subjects);
CREATE INDEX access_look_actor ON access_look (actor_id, at);
CREATE TABLE access_look_rest PARTITION OF access_look DEFAULT;

-- Owner's rights on purpose: the application may add a month, and may not otherwise make tables.
CREATE FUNCTION access_prepare_look_months(months integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  start date := date_trunc('month', now())::date;
  part text;
BEGIN
  FOR i IN 0 .. least(months, 24) LOOP
    part := 'access_look_' || to_char(start + make_interval(months => i), 'YYYYMM');
    IF to_regclass(part) IS NULL THEN
      EXECUTE format('CREATE TABLE %I PARTITION OF access_look FOR VALUES FROM (%L) TO (%L)',
        part, (start + make_interval(months => i))::date, (start + make_interval(months => i + 1))::date);
      EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
      EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
    END IF;
  END LOOP;
END $$;
ALTER TABLE access_look_rest ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_look_rest FORCE ROW LEVEL SECURITY;
SELECT access_prepare_look_months(12);
"""


def application_may_use_tables(apps, schema_editor):
    """What the owner makes from here on, the application may read and write, and no more."""
    role = settings.DATABASES["default"]["USER"]
    for what, rights in (("TABLES", "SELECT, INSERT, UPDATE, DELETE"), ("SEQUENCES", "USAGE, SELECT")):
        schema_editor.execute(f'ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} ON {what} TO "{role}"')
    schema_editor.execute(f'GRANT SELECT ON django_migrations TO "{role}"')


def application_role(apps, schema_editor):
    """Take from the application's role what an append-only table must not allow."""
    role = settings.DATABASES["default"]["USER"]
    schema_editor.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON access_look FROM "{role}"')


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunPython(application_may_use_tables, migrations.RunPython.noop),
        TrigramExtension(),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.UUIDField(default=access.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("agency_id", models.UUIDField()),
                ("case_id", models.UUIDField()),
                ("person_id", models.UUIDField()),
                (
                    "categories",
                    django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None),
                ),
                ("granted_at", models.DateTimeField()),
                ("until", models.DateTimeField(blank=True, null=True)),
                (
                    "because",
                    models.CharField(help_text="What gave it: 'hub' or 'referral:<id>'.", max_length=60),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("agency_id", "case_id"), include=("until",), name="access_grant_once"
                    )
                ],
                "indexes": [models.Index(fields=["agency_id", "person_id"], name="access_grant_person")],
            },
        ),
        migrations.RunSQL(FUNCTIONS, DROP_FUNCTIONS),
        protect(
            "access_grant",
            read="access_is_hub() OR agency_id = access_agency()",
            insert="access_is_hub()",
            update="access_is_hub() OR agency_id = access_agency()",
            update_to="access_is_hub() OR (agency_id = access_agency() AND until <= clock_timestamp())",
        ),
        migrations.RunSQL(
            LOOKS,
            "DROP TABLE access_look; DROP FUNCTION access_prepare_look_months(integer);",
        ),
        protect(
            "access_look",
            read="access_role() IN ('auditor', 'supervisor', 'system')",
            insert="access_has_actor()",
        ),
        migrations.RunPython(application_role, migrations.RunPython.noop),
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.UUIDField(default=access.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("hub_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=12)),
                ("actor_id", models.UUIDField()),
                ("actor_name", models.CharField(max_length=150)),
                ("role", models.CharField(max_length=30)),
                ("agency_id", models.UUIDField()),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("view", "opened"),
                            ("list", "listed"),
                            ("search", "searched"),
                            ("export", "exported"),
                            ("api_read", "read through the API"),
                            ("sign_in", "signed in"),
                            ("denied", "was refused"),
                        ],
                        max_length=12,
                    ),
                ),
                ("door", models.CharField(help_text="The named URL or command that was used.", max_length=100)),
                (
                    "subjects",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        help_text="Ids of the cases, people or referrals shown.",
                        size=None,
                    ),
                ),
            ],
            options={"db_table": "access_look", "managed": False},
        ),
    ]
