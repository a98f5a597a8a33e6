"""Deciding whether two people are one. The decision is recorded; nothing is merged and nothing moves."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from victims.models import SamePersonSuggestion


class SuggestionNotFound(Exception):
    """There is no such suggestion, or the actor may not come to it."""


class SuggestionDecided(Exception):
    """A colleague has decided it already. The message says how."""


@transaction.atomic
def decide_suggestion(
    *, actor: Actor, suggestion_id: UUID, person_id: UUID, same: bool, case_id: UUID
) -> SamePersonSuggestion:
    """Record that this person and the other of a suggestion are the same, or are not.

    "The same" links them: each shows the other. case_id: the case on whose timeline it is told.
    Raises NotAllowed, SuggestionNotFound, SuggestionDecided.
    """
    actor.require(Capability.TRIAGE)
    about_person = Q(person=person_id) | Q(other=person_id)
    suggestion = (
        SamePersonSuggestion.objects.select_for_update().filter(about_person, id=suggestion_id).first()
    )
    if suggestion is None:
        raise SuggestionNotFound("There is no such suggestion.")
    wanted = SamePersonSuggestion.State.CONFIRMED if same else SamePersonSuggestion.State.REJECTED
    if suggestion.state == wanted:
        return suggestion
    if suggestion.state != SamePersonSuggestion.State.OPEN:
        decided = SamePersonSuggestion.State(suggestion.state).label
        raise SuggestionDecided(f"A colleague has already decided this: {decided}.")
    now = timezone.now()
    suggestion.state, suggestion.decided_by, suggestion.decided_at = wanted, actor.id, now
    suggestion.save(update_fields=["state", "decided_by", "decided_at"])
    publish(
        Happening(
            "person.suggestion_decided",
            at=now,
            case_id=case_id,
            data={
                "person": str(suggestion.person_id),
                "other": str(suggestion.other_id),
                "answer": wanted.value,
            },
        )
    )
    return suggestion
