"""Several teams may offer one service: where, when and for whom each works, its places and its contracted share.

No place is given twice: the database refuses the referral that would take one more than there are.
"""

import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models

ROOM = """
CREATE FUNCTION agencies_service_has_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'service % has no place free', NEW.id
    USING ERRCODE = 'check_violation', CONSTRAINT = 'agencies_service_room';
END $$;
CREATE TRIGGER agencies_service_room BEFORE UPDATE ON agencies_service FOR EACH ROW
WHEN (NEW.taken > OLD.taken AND NEW.taken > NEW.capacity)
EXECUTE FUNCTION agencies_service_has_room()
"""
NO_ROOM = """
DROP TRIGGER agencies_service_room ON agencies_service;
DROP FUNCTION agencies_service_has_room()
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0007_police_liaison"),
    ]

    operations = [
        migrations.AddField(
            model_name="service",
            name="access",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=20), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="areas",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=5), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="capacity",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="capacity_set_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="capacity_set_by",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="service",
            name="criteria",
            field=models.JSONField(
                blank=True, help_text="Whom it is for, as a rule; empty: everybody.", null=True
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="hours",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="service",
            name="interpreters",
            field=models.BooleanField(default=True, help_text="Works with interpreters."),
        ),
        migrations.AddField(
            model_name="service",
            name="languages",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=60), blank=True, default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="sent",
            field=models.PositiveIntegerField(default=0, editable=False, help_text="Since `sent_since`."),
        ),
        migrations.AddField(
            model_name="service",
            name="sent_since",
            field=models.DateTimeField(
                default=django.utils.timezone.now, help_text="When the shares were last agreed."
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="share",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="service",
            name="taken",
            field=models.PositiveIntegerField(default=0, editable=False, help_text="Open referrals."),
        ),
        migrations.AlterField(
            model_name="service",
            name="code",
            field=models.SlugField(),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.UniqueConstraint(fields=("code", "team"), name="agencies_service_once"),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("share__isnull", True), ("share__range", (1, 100)), _connector="OR"),
                name="agencies_service_share",
            ),
        ),
        # A partner may lower its places below what it has: then none is free, and nothing is taken from it.
        migrations.RunSQL(ROOM, NO_ROOM),
    ]
