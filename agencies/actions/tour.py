"""Where somebody is in the tour of their first day: taken up where it was left, ended, or declined."""

from django.utils import timezone

from access.actor import Actor
from agencies.models import TourPlace


def go_to_step(*, actor: Actor, step: int) -> None:
    """Somebody goes to a step of the tour, the first of which is 1; it is left open there."""
    TourPlace.objects.update_or_create(practitioner_id=actor.id, defaults={"step": step, "ended_at": None})


def end_tour(*, actor: Actor) -> None:
    """Somebody has seen enough of the tour, or wants none: it is not offered again."""
    TourPlace.objects.update_or_create(practitioner_id=actor.id, defaults={"ended_at": timezone.now()})
