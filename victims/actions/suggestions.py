"""Deciding whether two people are one. The decision is recorded and links them; nothing is merged, nothing moves."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from victims.actions.links import link_people, note_answer
from victims.models import SamePersonSuggestion

_STATES = {
    True: SamePersonSuggestion.State.CONFIRMED,
    False: SamePersonSuggestion.State.REJECTED,
    None: SamePersonSuggestion.State.UNSURE,
}


class SuggestionNotFound(Exception):
    """There is no such suggestion, or the actor may not come to it."""


class SuggestionDecided(Exception):
    """A colleague has decided it already. The message says how."""


@transaction.atomic
def decide_suggestion(
    *, actor: Actor, suggestion_id: UUID, person_id: UUID, same: bool | None, case_id: UUID
) -> SamePersonSuggestion:
    """Record that this person and the other of a suggestion are the same, or are not; None: that nobody can tell yet.

    What cannot be told may be answered later. "The same" links them (see victims.actions.links). case_id: the case
    on whose timeline it is told.
    Raises NotAllowed, SuggestionNotFound, SuggestionDecided, victims.actions.links.NeverLinked.
    """
    actor.require(Capability.TRIAGE)
    about_person = Q(person=person_id) | Q(other=person_id)
    suggestion = (
        SamePersonSuggestion.objects.select_for_update().filter(about_person, id=suggestion_id).first()
    )
    if suggestion is None:
        raise SuggestionNotFound("There is no such suggestion.")
    wanted = _STATES[same]
    if suggestion.state == wanted:
        return suggestion
    if suggestion.state not in (SamePersonSuggestion.State.OPEN, SamePersonSuggestion.State.UNSURE):
        decided = SamePersonSuggestion.State(suggestion.state).label
        raise SuggestionDecided(f"A colleague has already decided this: {decided}.")
    now = timezone.now()
    if same:
        link_people(
            actor=actor, person_id=suggestion.person_id, other_id=suggestion.other_id, case_id=case_id
        )
    suggestion.state, suggestion.decided_by, suggestion.decided_at = wanted, actor.id, now
    suggestion.save(update_fields=["state", "decided_by", "decided_at"])
    note_answer(
        run_id=suggestion.run_id,
        confirmed=int(wanted == SamePersonSuggestion.State.CONFIRMED),
        rejected=int(wanted == SamePersonSuggestion.State.REJECTED),
    )
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
