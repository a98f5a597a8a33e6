"""Roll-ups: small rows of numbers kept by the events, so that dashboards never count base tables."""

from django.db import models


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
