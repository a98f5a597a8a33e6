"""A pathway version's life: drafted, proposed, ratified or not, retired; and emergency versions that end by themselves.

A draft is the hub's own. Once proposed, the database keeps a version as it is; each agency says its own side, once.
"""

import django.db.models.deletion
from django.db import migrations, models

from access.policy import HAS_ACTOR, protect

KEEPERS = "access_is_hub() AND access_role() IN ('supervisor', 'manager', 'system')"
SEEN = "access_has_actor() AND (status <> 'draft' OR access_is_hub())"
OWN_SIDE = (
    "(access_is_hub() AND access_role() = 'system') OR (agency_id = access_agency()"
    " AND access_role() IN ('manager', 'agency_administrator', 'police_liaison')"
    " AND EXISTS (SELECT 1 FROM pathways_pathwayversion v, agencies_agency a"
    " WHERE v.id = version_id AND a.id = agency_id AND a.code = ANY (v.binds)"
    " AND v.status IN ('proposed', 'ratified', 'not_agreed', 'emergency')))"
)

STAYS = """
CREATE FUNCTION pathways_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'draft' AND TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  IF OLD.status = 'draft' AND NEW.status IN ('draft', 'proposed', 'emergency')
     AND (NEW.code, NEW.number) = (OLD.code, OLD.number) THEN
    RETURN NEW;
  END IF;
  IF TG_OP = 'DELETE'
     OR (NEW.code, NEW.number, NEW.title, NEW.definition, NEW.binds, NEW.based_on_id, NEW.reasons, NEW.proposed_at,
         NEW.proposed_by_name, NEW.threshold, NEW.lead, NEW.emergency_until)
        IS DISTINCT FROM
        (OLD.code, OLD.number, OLD.title, OLD.definition, OLD.binds, OLD.based_on_id, OLD.reasons, OLD.proposed_at,
         OLD.proposed_by_name, OLD.threshold, OLD.lead, OLD.emergency_until)
     OR (NEW.in_force_from IS DISTINCT FROM OLD.in_force_from
         AND NOT (OLD.status = 'proposed' AND NEW.status = 'ratified'))
     OR (NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN
         (('proposed', 'ratified'), ('proposed', 'withdrawn'), ('proposed', 'not_agreed'),
          ('ratified', 'retired'), ('emergency', 'retired')))
  THEN
    RAISE EXCEPTION 'a pathway version that was proposed stays as it is' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER pathways_version_stays BEFORE UPDATE OR DELETE ON pathways_pathwayversion
  FOR EACH ROW EXECUTE FUNCTION pathways_version_stays();
"""
NO_MORE = """
DROP TRIGGER pathways_version_stays ON pathways_pathwayversion;
DROP FUNCTION pathways_version_stays();
"""
# What there is was agreed before the hub could say otherwise: by all of them.
TERMS = (
    "INSERT INTO pathways_pathwayterms (code, keeper_name, threshold, lead)"
    " SELECT DISTINCT code, '', 'unanimous', '' FROM pathways_pathwayversion"
)


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0007_police_liaison"),
        ("pathways", "0006_whole_instruments_about_health"),
    ]

    operations = [
        migrations.CreateModel(
            name="PathwayTerms",
            fields=[
                ("code", models.SlugField(primary_key=True, serialize=False)),
                (
                    "keeper_id",
                    models.UUIDField(
                        help_text="Who answers challenges and drafts what comes next.", null=True
                    ),
                ),
                ("keeper_name", models.CharField(blank=True, max_length=150)),
                (
                    "threshold",
                    models.CharField(
                        choices=[
                            ("unanimous", "every agency answers, nobody objects and at least one agrees"),
                            ("majority", "more than half of the agencies agree"),
                            ("lead_agency", "the lead agency agrees"),
                        ],
                        default="unanimous",
                        max_length=12,
                    ),
                ),
                (
                    "lead",
                    models.CharField(
                        blank=True, help_text="Code of the lead agency, where it decides.", max_length=50
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="based_on",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followed_by",
                to="pathways.pathwayversion",
            ),
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="changed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="changed_by_name",
            field=models.CharField(blank=True, help_text="Who changed the draft last.", max_length=150),
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="emergency_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="ended_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="ended_by_name",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="ended_reason",
            field=models.CharField(blank=True, max_length=400),
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="lead",
            field=models.CharField(blank=True, max_length=50),
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="proposed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="proposed_by_name",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="reasons",
            field=models.TextField(blank=True, help_text="Why it was proposed, or put in force at once."),
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="revision",
            field=models.PositiveIntegerField(default=0, help_text="How often the draft was changed."),
        ),
        migrations.AddField(
            model_name="pathwayversion",
            name="threshold",
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AddField(
            model_name="ratification",
            name="by_id",
            field=models.UUIDField(
                help_text="Empty where it was said before there was a product.", null=True
            ),
        ),
        migrations.AlterField(
            model_name="pathwayversion",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "draft"),
                    ("proposed", "proposed"),
                    ("ratified", "ratified"),
                    ("not_agreed", "not agreed"),
                    ("withdrawn", "withdrawn"),
                    ("emergency", "emergency"),
                    ("retired", "retired"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="ratification",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="ratifications",
                to="pathways.pathwayversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="pathwayversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "draft")), fields=("code",), name="pathways_one_draft"
            ),
        ),
        migrations.AddConstraint(
            model_name="pathwayversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "emergency"), _negated=True),
                    models.Q(("emergency_until__isnull", False), models.Q(("reasons", ""), _negated=True)),
                    _connector="OR",
                ),
                name="pathways_emergency_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="ratification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("position", "objected"), _negated=True),
                    models.Q(("reasons", ""), _negated=True),
                    _connector="OR",
                ),
                name="pathways_objection_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="pathwayterms",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("threshold", "lead_agency"), _negated=True),
                    models.Q(("lead", ""), _negated=True),
                    _connector="OR",
                ),
                name="pathways_lead_is_named",
            ),
        ),
        migrations.RunSQL(TERMS, migrations.RunSQL.noop),
        migrations.RunSQL(STAYS, NO_MORE),
        protect("pathways_pathwayterms", read=HAS_ACTOR, insert=KEEPERS, update=KEEPERS),
        protect("pathways_pathwayversion", read=SEEN, insert=KEEPERS, update=KEEPERS, delete=KEEPERS),
        protect("pathways_ratification", read=HAS_ACTOR, insert=OWN_SIDE),
    ]
