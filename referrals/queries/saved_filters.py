"""A practitioner's own filters of the triage queue."""

from access.actor import Actor
from referrals.models import SavedFilter


def saved_filters(*, actor: Actor) -> list[SavedFilter]:
    """The actor's filters by name: few, see referrals.actions.saved_filters.MOST."""
    return list(SavedFilter.objects.filter(owner_id=actor.id).order_by("name"))
