"""What a search is held against, with its indexes. Reversible: all of it is made from what was there."""

import django.contrib.postgres.indexes
from django.db import migrations, models

# Immutable, so that a stored column may be made from it; unaccent is not. Small letters without their marks.
FOLDED = r"""
CREATE FUNCTION victims_folded(given text, surname text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
  SELECT btrim(translate(regexp_replace(normalize(lower(given || ' ' || surname), NFD), U&'[\0300-\036F]', '', 'g'),
                         'łøđðıß’', 'loddis'''))
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("victims", "0010_deduplication"),
    ]

    operations = [
        migrations.RunSQL(FOLDED, "DROP FUNCTION victims_folded(text, text)"),
        migrations.AddField(
            model_name="personname",
            name="folded",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    models.F("given_names"),
                    models.F("surname"),
                    function="victims_folded",
                    output_field=models.TextField(),
                ),
                help_text="The whole name in small plain letters: what a search is held against.",
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex(
            model_name="personname",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("folded", name="gin_trgm_ops"),
                name="victims_name_found",
            ),
        ),
        migrations.AddIndex(
            model_name="address", index=models.Index(fields=["postcode"], name="victims_address_found")
        ),
        migrations.AddIndex(
            model_name="contactmethod", index=models.Index(fields=["value"], name="victims_contact_found")
        ),
        migrations.AddIndex(
            model_name="identifier", index=models.Index(fields=["value"], name="victims_identifier_found")
        ),
    ]
