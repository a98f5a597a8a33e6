"""Confirmed links between two people who are one human being: added to and ended, never rewritten.

The database itself refuses to link an alleged perpetrator with the victim of one incident, and tells the floor of
grants who is known as one, whoever writes.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import access.context
import access.ids
from access.history import keep_history
from access.policy import HUB_READS, protect

BOTH = (
    f"{HUB_READS} AND (access_is_system() OR (access_may_see_person(person_id, 'identity')"
    " AND access_may_see_person(other_id, 'identity')))"
)

# What victims.matching.marks makes of a name; a test holds the two together.
NAME_MARK = r"""
CREATE FUNCTION victims_name_mark(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  word text;
  parts text[] := '{}';
BEGIN
  FOR word IN SELECT regexp_split_to_table(
      regexp_replace(replace(name, ',', ' '), '<[^<>]*>', ' ', 'g'), '[\s\u2010\u2013-]+') LOOP
    word := replace(replace(replace(replace(lower(word), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
    word := regexp_replace(normalize(translate(word, 'łøđðı', 'loddi'), NFKD), '[^a-z]', '', 'g');
    CONTINUE WHEN word = '';
    IF parts[cardinality(parts)] IN ('o', 'mc', 'mac') THEN
      parts[cardinality(parts)] := parts[cardinality(parts)] || word;
    ELSE
      parts := parts || word;
    END IF;
  END LOOP;
  IF cardinality(parts) > 1
      AND parts[1] IN ('mr', 'mrs', 'miss', 'ms', 'mx', 'dr', 'rev', 'prof', 'master') THEN
    parts := parts[2:];
  END IF;
  IF cardinality(parts) < 2 THEN
    RETURN NULL;
  END IF;
  RETURN (SELECT string_agg(part, ' ' ORDER BY part COLLATE "C") FROM unnest(parts) AS part);
END $$;
"""

ACCUSED = """
-- Whether one of these people is alleged to have harmed another of them, by a sender's number or by name.
CREATE FUNCTION victims_accuse_each_other(people uuid[]) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
DECLARE
  role text := access_role();
  is_hub text := coalesce(current_setting('hub.is_hub', true), '');
  answer boolean;
BEGIN
  PERFORM set_config('hub.role', 'system', true), set_config('hub.is_hub', 'on', true);
  answer := EXISTS (
    SELECT 1 FROM victims_relationship r WHERE r.person_id = ANY (people) AND (
      EXISTS (SELECT 1 FROM victims_identifier i WHERE i.person_id = ANY (people)
              AND i.person_id <> r.person_id AND i.scheme = r.scheme AND i.value = r.nominal AND r.nominal <> '')
      OR EXISTS (SELECT 1 FROM victims_personname n WHERE n.person_id = ANY (people) AND n.person_id <> r.person_id
                 AND victims_name_mark(n.given_names || ' ' || n.surname) = victims_name_mark(r.name))));
  PERFORM set_config('hub.role', role, true), set_config('hub.is_hub', is_hub, true);
  RETURN answer;
END $$;
"""

FOLLOW = """
CREATE FUNCTION victims_follow_link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  role text := access_role();
  is_hub text := coalesce(current_setting('hub.is_hub', true), '');
  link victims_personlink%ROWTYPE;
  people uuid[];
  groups jsonb;
BEGIN
  IF TG_OP = 'DELETE' THEN link := OLD; ELSE link := NEW; END IF;
  -- One after the other, and never while somebody is restricting or declaring: no group and no mark is missed.
  PERFORM pg_advisory_xact_lock(hashtextextended('access.marks', 0));
  people := ARRAY(SELECT DISTINCT unnest(access_same_as(link.person_id) || access_same_as(link.other_id)));
  IF TG_OP = 'INSERT' AND victims_accuse_each_other(people) THEN
    RAISE EXCEPTION 'one of the two is alleged to have harmed the other'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'victims_link_never_accused';
  END IF;
  PERFORM set_config('hub.role', 'system', true), set_config('hub.is_hub', 'on', true);
  WITH RECURSIVE edge (one, other, linked_at) AS (
    SELECT person_id, other_id, linked_at FROM victims_personlink
      WHERE person_id = ANY (people) AND ended_at IS NULL
    UNION ALL
    SELECT other_id, person_id, linked_at FROM victims_personlink
      WHERE person_id = ANY (people) AND ended_at IS NULL
  ), reach (person, member) AS (
    SELECT one, one FROM unnest(people) AS one
    UNION
    SELECT reach.person, edge.other FROM reach JOIN edge ON edge.one = reach.member
  ), whole AS (
    SELECT DISTINCT array_agg(member ORDER BY member) AS members FROM reach GROUP BY person HAVING count(*) > 1
  )
  SELECT coalesce(jsonb_agg(jsonb_build_object(
      'id', gen_random_uuid(), 'people', to_jsonb(members),
      'since', (SELECT max(linked_at) FROM edge WHERE one = ANY (members)))), '[]'::jsonb)
    INTO groups FROM whole;
  PERFORM access_regroup(people, groups);
  PERFORM set_config('hub.role', role, true), set_config('hub.is_hub', is_hub, true);
  RETURN NULL;
END $$;
CREATE TRIGGER victims_personlink_follow AFTER INSERT OR UPDATE OF ended_at OR DELETE ON victims_personlink
  FOR EACH ROW EXECUTE FUNCTION victims_follow_link();
"""

UNDO = """
DROP TRIGGER victims_personlink_follow ON victims_personlink;
DROP FUNCTION victims_follow_link();
DROP FUNCTION victims_accuse_each_other(uuid[]);
DROP FUNCTION victims_name_mark(text);
"""
CHANGES = "raised, ended_at, ended_by, ended_by_name, ended_words"


def keep_links(apps, schema_editor):
    role = settings.DATABASES["default"]["USER"]
    schema_editor.execute(f'REVOKE UPDATE, TRUNCATE ON victims_personlink FROM "{role}"')
    schema_editor.execute(f'GRANT UPDATE ({CHANGES}) ON victims_personlink TO "{role}"')


# Whom a practitioner confirmed before there were links, told by the hub's own system on a case of the newer.
CONFIRMED = """
INSERT INTO victims_personlink
  (id, hub_id, person_id, other_id, case_id, linked_by, linked_by_name, linked_at, raised, ended_by_name, ended_words)
SELECT gen_random_uuid(), s.hub_id, greatest(s.person_id, s.other_id), least(s.person_id, s.other_id),
  (SELECT g.case_id FROM access_grant g WHERE g.person_id = s.person_id ORDER BY g.case_id DESC LIMIT 1),
  s.decided_by, '', s.decided_at, '{}', '', ''
FROM victims_samepersonsuggestion s
WHERE s.state = 'confirmed' AND NOT victims_accuse_each_other(ARRAY[s.person_id, s.other_id])
  AND EXISTS (SELECT 1 FROM access_grant g WHERE g.person_id = s.person_id)
"""


def link_the_confirmed(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for name, value in (
            ("hub.role", "system"),
            ("hub.is_hub", "on"),
            ("hub.actor_kind", "system"),
            ("hub.hub_id", str(settings.HUB_ID)),
            ("hub.agency_id", str(settings.HUB_ID)),
        ):
            cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
        cursor.execute(CONFIRMED)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for name in ("hub.role", "hub.is_hub", "hub.actor_kind", "hub.hub_id", "hub.agency_id"):
            cursor.execute("SELECT set_config(%s, '', true)", [name])


def _person(related_name):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to="victims.person"
    )


class Migration(migrations.Migration):
    dependencies = [("victims", "0007_suggestion_verdict"), ("access", "0010_known_as_one")]
    operations = [
        migrations.CreateModel(
            name="PersonLink",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("person", _person("links")),
                ("other", _person("linked_by")),
                ("case_id", models.UUIDField(help_text="On whose page it was confirmed.")),
                ("linked_by", models.UUIDField()),
                ("linked_by_name", models.CharField(max_length=150)),
                ("linked_at", models.DateTimeField()),
                (
                    "raised",
                    models.JSONField(
                        default=dict,
                        help_text="Cases whose entitlement it raised, with the reason that stood until then.",
                    ),
                ),
                ("ended_by", models.UUIDField(null=True)),
                ("ended_by_name", models.CharField(blank=True, max_length=150)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_words", models.CharField(blank=True, max_length=400)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("person", "other"),
                        name="victims_link_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("person__gt", models.F("other"))), name="victims_link_newer_first"
                    ),
                ],
            },
        ),
        migrations.RunSQL([NAME_MARK, ACCUSED, FOLLOW], UNDO),
        protect("victims_personlink", read=BOTH, insert=BOTH, update=BOTH, delete="access_is_system()"),
        keep_history("victims_personlink", category="identity", person="person_id"),
        migrations.RunPython(link_the_confirmed, migrations.RunPython.noop),
        migrations.RunPython(keep_links, migrations.RunPython.noop),
    ]
