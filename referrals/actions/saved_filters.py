"""Keeping one's own filters of a queue: saved under a name, opened with the queue, forgotten."""

from uuid import UUID

from django.db import transaction

from access.actor import Actor
from access.roles import Capability
from referrals.models import SavedFilter

MOST = 20
"""Of each queue."""
WORKS_ON = {
    SavedFilter.Queue.TRIAGE: Capability.SEE_CASES,
    SavedFilter.Queue.REFERRALS: Capability.ANSWER_REFERRAL,
}


class FilterNotSaved(Exception):
    """The filter cannot be kept; the message says why and what to do."""


@transaction.atomic
def save_filter(
    *, actor: Actor, name: str, query: str, queue: SavedFilter.Queue = SavedFilter.Queue.TRIAGE
) -> SavedFilter:
    """Keep a filter under a name of the actor's own; under a name that is there already, in place of that.

    query: codes alone, as the queue's own `query_of` gives them. Raises NotAllowed, FilterNotSaved.
    """
    actor.require(WORKS_ON[queue])
    name = name.strip()
    if not name or len(name) > 60:
        raise FilterNotSaved("Give the filter a name of at most 60 letters.")
    if not query or len(query) > 600:
        raise FilterNotSaved("Choose at least one filter first, and not more than a few dozen.")
    own = SavedFilter.objects.filter(owner_id=actor.id, queue=queue).select_for_update()
    there = {one.name.casefold(): one for one in own}
    kept = there.get(name.casefold())
    if kept is None:
        if len(there) >= MOST:
            raise FilterNotSaved(f"You have {MOST} filters. Forget one that you do not use any more.")
        kept = SavedFilter(owner_id=actor.id, queue=queue)
    kept.name, kept.query = name, query
    kept.save()
    return kept


@transaction.atomic
def open_with(
    *, actor: Actor, filter_id: UUID | None, queue: SavedFilter.Queue = SavedFilter.Queue.TRIAGE
) -> None:
    """Have the queue open with this filter of the actor's; with none of them where it is None, or is not theirs.

    Raises NotAllowed.
    """
    actor.require(WORKS_ON[queue])
    own = SavedFilter.objects.filter(owner_id=actor.id, queue=queue)
    own.filter(is_default=True).update(is_default=False)
    if filter_id is not None:
        own.filter(id=filter_id).update(is_default=True)


def forget_filter(
    *, actor: Actor, filter_id: UUID, queue: SavedFilter.Queue = SavedFilter.Queue.TRIAGE
) -> None:
    """Forget one of the actor's filters of the queue; nothing where it is not theirs. Raises NotAllowed."""
    actor.require(WORKS_ON[queue])
    SavedFilter.objects.filter(owner_id=actor.id, queue=queue, id=filter_id).delete()
