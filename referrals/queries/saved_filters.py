"""Somebody's own filters of a queue."""

from access.actor import Actor
from referrals.models import SavedFilter


def saved_filters(*, actor: Actor, queue: SavedFilter.Queue) -> list[SavedFilter]:
    """The actor's filters of a queue by name: few, see referrals.actions.saved_filters.MOST."""
    return list(SavedFilter.objects.filter(owner_id=actor.id, queue=queue).order_by("name"))
