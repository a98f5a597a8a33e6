"""The abstract row that every growing table builds on."""

from django.db import models

from access.context import hub_id
from access.ids import new_id


class HubRow(models.Model):
    """A row with a time-ordered id that carries its hub, so that tables can be distributed by it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    hub_id = models.UUIDField(default=hub_id, editable=False)

    class Meta:
        abstract = True
