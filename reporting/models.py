"""Roll-ups: small rows of numbers kept by the events, so that dashboards never count base tables. And moved cases."""

from django.db import models

from access.tables import HubRow
from pathways.models import DryRun
from referrals.models import Case, RoutingDecision


class Tally(models.Model):
    """How many, of what, on which day. `dimension` is a code or an id; no personal data.

    A gauge (open cases now) is the sum of its days; a flow (received) is read a day at a time.
    """

    measure = models.CharField(max_length=40)
    dimension = models.CharField(max_length=120, blank=True)
    day = models.DateField()
    value = models.BigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [
            models.UniqueConstraint(fields=["measure", "day", "dimension"], name="reporting_tally_once")
        ]


class Delta(models.Model):
    """A change to a tally that has not been folded into it yet. Only ever inserted, so nobody waits for a lock."""

    measure = models.CharField(max_length=40)
    dimension = models.CharField(max_length=120, blank=True)
    day = models.DateField()
    by = models.IntegerField()

    class Meta:
        # Few rows, but of a table as large as it ever was: after a burst a reader must not walk the room it left.
        indexes = [models.Index(fields=["measure", "day"], name="reporting_delta_measure")]


class MovedCase(HubRow):
    """A case that a dry run would send elsewhere, by the decision whose facts were asked. Ids alone.

    What changes for it is worked out again from the facts when somebody who may see the case reads it, so that
    nothing is told of a case whose facts were erased since. A run keeps its newest alone.
    """

    # The database takes these rows along with their run, also those that whoever throws a draft away may not see.
    dry_run = models.ForeignKey(DryRun, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE)
    decision = models.ForeignKey(RoutingDecision, on_delete=models.CASCADE)
    decided_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["dry_run", "-decided_at", "-id"], name="reporting_moved_newest")]
