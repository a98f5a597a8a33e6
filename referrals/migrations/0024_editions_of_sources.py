"""Editions of senders' definitions: each kept as it was published, each file with the one it was read by."""

import django.db.models.deletion
from django.db import migrations, models

import access.context
import access.ids
from access.policy import protect

HUB = "access_is_hub()"
# The definitions that there are: the first edition of each, by the hub's own system.
FIRST = """
INSERT INTO referrals_sourceedition
  (id, hub_id, source_id, number, definition, reason, published_by, published_by_name, published_at)
SELECT gen_random_uuid(), a.id, s.id, 1, s.definition, 'As it stood when editions began.', a.id, 'founding', now()
FROM referrals_feedsource s, agencies_agency a WHERE a.kind = 'hub'
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0023_disputes")]
    operations = [
        migrations.AddField(
            "feedsource",
            "edition",
            models.PositiveIntegerField(default=1, help_text="Of the definition in force."),
        ),
        migrations.AddField(
            "feedrun",
            "edition",
            models.PositiveIntegerField(default=1, help_text="Of the definition it was read by."),
        ),
        migrations.AddField(
            "heldstep",
            "edition",
            models.PositiveIntegerField(
                help_text="Of the sender's definition, where the row was judged again by it.", null=True
            ),
        ),
        migrations.CreateModel(
            name="SourceEdition",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("number", models.PositiveIntegerField()),
                ("definition", models.JSONField()),
                ("reason", models.CharField(max_length=400)),
                ("published_by", models.UUIDField()),
                ("published_by_name", models.CharField(max_length=150)),
                ("published_at", models.DateTimeField()),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="editions",
                        to="referrals.feedsource",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("source", "number"), name="referrals_edition_once")
                ],
            },
        ),
        migrations.RunSQL(FIRST, migrations.RunSQL.noop),
        # Published by whoever it says; never changed and never deleted.
        protect("referrals_sourceedition", read=HUB, insert=f"{HUB} AND published_by = access_actor()"),
    ]
