"""Looks get their number and link in their actor's chain, what was searched for and where from."""

from django.conf import settings
from django.db import migrations, models

import access.ids
from access import chain
from access.looks import content
from access.models import Look
from access.policy import HAS_ACTOR, protect

ACTOR = """
CREATE FUNCTION access_actor_name() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT coalesce(current_setting('hub.actor_name', true), '') $$;

-- The name of the hub's own system account that acts, such as 'retention'; empty for anybody else.
CREATE FUNCTION access_account() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
AS $$ SELECT CASE WHEN coalesce(current_setting('hub.actor_kind', true), '') = 'system'
                  THEN coalesce(current_setting('hub.actor_name', true), '') ELSE '' END $$;
"""

COLUMNS = """
ALTER TABLE access_look
  ADD COLUMN terms text[] NOT NULL DEFAULT '{}',
  ADD COLUMN remote varchar(45) NOT NULL DEFAULT '',
  ADD COLUMN number bigint,
  ADD COLUMN link bytea;
"""

FINISHED = """
ALTER TABLE access_look ALTER COLUMN number SET NOT NULL, ALTER COLUMN link SET NOT NULL;
CREATE INDEX access_look_chain ON access_look (actor_kind, actor_id, number);
CREATE INDEX access_look_terms ON access_look USING gin (terms) WHERE terms <> '{}';
"""

UNDO_FINISHED = """
DROP INDEX access_look_terms;
DROP INDEX access_look_chain;
ALTER TABLE access_look ALTER COLUMN number DROP NOT NULL, ALTER COLUMN link DROP NOT NULL;
"""

# Owner's rights on purpose: the application may add a month, and may not otherwise make tables.
MONTHS = """
DROP FUNCTION IF EXISTS access_prepare_look_months(integer);
CREATE FUNCTION access_prepare_months(months integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  start date := date_trunc('month', now())::date;
  parent text;
  part text;
BEGIN
  FOREACH parent IN ARRAY ARRAY[{tables}] LOOP
    FOR i IN 0 .. least(months, 24) LOOP
      part := parent || '_' || to_char(start + make_interval(months => i), 'YYYYMM');
      IF to_regclass(part) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent,
          (start + make_interval(months => i))::date, (start + make_interval(months => i + 1))::date);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
        -- Reached through its parent alone.
        EXECUTE format('REVOKE ALL ON %I FROM %I', part, '{role}');
      END IF;
    END LOOP;
  END LOOP;
END $$;
"""


def months_are_reached_through_their_parent(apps, schema_editor):
    role = settings.DATABASES["default"]["USER"]
    schema_editor.execute(MONTHS.format(tables="'access_look'", role=role), params=None)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'access_look'::regclass"
        )
        for (part,) in cursor.fetchall():
            cursor.execute(f'REVOKE ALL ON {part} FROM "{role}"')
    schema_editor.execute(f'REVOKE DELETE ON access_chain, access_chainfault FROM "{role}"')


def months_as_before(apps, schema_editor):
    from importlib import import_module

    looks = import_module("access.migrations.0001_initial").LOOKS
    begin = looks.index("CREATE FUNCTION access_prepare_look_months")
    schema_editor.execute("DROP FUNCTION access_prepare_months(integer)")
    schema_editor.execute(looks[begin : looks.index("END $$;", begin) + len("END $$;")], params=None)


def chain_what_is_there(apps, schema_editor):
    """Looks from before there were chains get theirs now, in the order in which they were written."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("ALTER TABLE access_look NO FORCE ROW LEVEL SECURITY")
        cursor.execute(
            "SELECT id, hub_id, at, actor_kind, actor_id, actor_name, role, agency_id, action, door, subjects"
            " FROM access_look ORDER BY actor_kind, actor_id, at, id"
        )
        columns = [column.name for column in cursor.description]
        heads = {}
        for row in cursor.fetchall():
            look = Look(**dict(zip(columns, row, strict=True)))
            actor = (look.actor_kind, look.actor_id)
            number, before = heads.get(actor, (0, b""))
            look.number = number + 1
            look.link = chain.link(settings.AUDIT_KEY, before=before, content=content(look))
            heads[actor] = (look.number, look.link)
            cursor.execute(
                "UPDATE access_look SET number = %s, link = %s WHERE at = %s AND id = %s",
                [look.number, look.link, look.at, look.id],
            )
        cursor.execute("ALTER TABLE access_look FORCE ROW LEVEL SECURITY")
        for (kind, actor_id), (looks, last) in heads.items():
            seal = chain.seal(settings.AUDIT_KEY, actor_kind=kind, actor_id=actor_id, looks=looks, last=last)
            cursor.execute(
                "INSERT INTO access_chain (hub_id, actor_kind, actor_id, looks, last, seal)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [settings.HUB_ID, kind, actor_id, looks, last, seal],
            )


def head(more):
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        ("hub_id", models.UUIDField()),
        ("actor_kind", models.CharField(max_length=12)),
        ("actor_id", models.UUIDField()),
        ("looks", models.BigIntegerField()),
        ("last", models.BinaryField()),
        more,
    ]


AUDITS = "access_role() IN ('auditor', 'supervisor', 'system')"
SYSTEM = "access_role() = 'system'"


class Migration(migrations.Migration):
    dependencies = [("access", "0002_restricted_records")]
    operations = [
        migrations.RunSQL(ACTOR, "DROP FUNCTION access_account(); DROP FUNCTION access_actor_name();"),
        migrations.CreateModel(
            name="Chain",
            fields=head(("seal", models.BinaryField())),
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("actor_kind", "actor_id"), name="access_chain_once")
                ]
            },
        ),
        migrations.CreateModel(
            name="Verified",
            fields=head(("at", models.DateTimeField())),
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("actor_kind", "actor_id"), name="access_verified_once")
                ]
            },
        ),
        migrations.CreateModel(
            name="ChainFault",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField()),
                (
                    "words",
                    models.CharField(
                        help_text="Which look and what is wrong; ids only.", max_length=300, unique=True
                    ),
                ),
                ("found_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("answered_by", models.CharField(blank=True, max_length=150)),
                ("answer", models.CharField(blank=True, max_length=1000)),
            ],
        ),
        migrations.RunSQL(
            COLUMNS,
            "ALTER TABLE access_look DROP COLUMN terms, DROP COLUMN remote, DROP COLUMN number, DROP COLUMN link;",
        ),
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop),
        migrations.RunSQL(FINISHED, UNDO_FINISHED),
        migrations.RunPython(months_are_reached_through_their_parent, months_as_before),
        protect("access_chain", read=HAS_ACTOR, insert=HAS_ACTOR, update=HAS_ACTOR),
        protect("access_verified", read=SYSTEM, insert=SYSTEM, update=SYSTEM),
        protect("access_chainfault", read=AUDITS, insert=SYSTEM, update="access_role() = 'auditor'"),
    ]
