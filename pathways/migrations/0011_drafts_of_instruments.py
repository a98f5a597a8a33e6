"""Editions of instruments are drafted; once published they are never edited, whoever asks."""

from django.db import migrations, models

STAYS = """
CREATE FUNCTION pathways_published_instrument_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A published edition of an instrument is never edited: draft the next one.';
END $$;
CREATE TRIGGER pathways_instrument_stays BEFORE UPDATE OR DELETE ON pathways_instrumentversion
FOR EACH ROW WHEN (OLD.status = 'published') EXECUTE FUNCTION pathways_published_instrument_stays();
"""
EDITABLE = """
DROP TRIGGER pathways_instrument_stays ON pathways_instrumentversion;
DROP FUNCTION pathways_published_instrument_stays();
DELETE FROM pathways_instrumentversion WHERE status = 'draft';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pathways", "0010_saved_answers"),
    ]

    operations = [
        migrations.AddField(
            model_name="instrumentversion",
            name="status",
            field=models.CharField(
                choices=[("draft", "draft"), ("published", "published")], default="published", max_length=10
            ),
        ),
        migrations.AlterField(
            model_name="instrumentversion",
            name="effective_from",
            field=models.DateField(help_text="Empty while it is a draft.", null=True),
        ),
        migrations.AddConstraint(
            model_name="instrumentversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "draft")),
                fields=("code",),
                name="pathways_instrument_one_draft",
            ),
        ),
        migrations.AddConstraint(
            model_name="instrumentversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("effective_from__isnull", True), ("status", "draft")),
                    models.Q(("effective_from__isnull", False), ("status", "published")),
                    _connector="OR",
                ),
                name="pathways_instrument_from",
            ),
        ),
        migrations.RunSQL(STAYS, EDITABLE),
    ]
