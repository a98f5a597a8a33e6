"""A practitioner's own filters of the triage queue: nobody else's session finds them."""

from django.db import migrations, models
from django.db.models import Q

import access.context
import access.ids
from access.policy import protect

OWN = "access_is_hub() AND owner_id = access_actor()"


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0040_on_hold"),
    ]

    operations = [
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=access.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hub_id", models.UUIDField(default=access.context.hub_id, editable=False)),
                ("owner_id", models.UUIDField()),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(help_text="Of the list's address.", max_length=600)),
                ("is_default", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("owner_id", "name"), name="referrals_savedfilter_name"),
                    models.UniqueConstraint(
                        condition=Q(("is_default", True)),
                        fields=("owner_id",),
                        name="referrals_savedfilter_one_default",
                    ),
                ],
            },
        ),
        protect("referrals_savedfilter", read=OWN, insert=OWN, update=OWN, delete=OWN),
    ]
