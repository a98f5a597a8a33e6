"""Recording what somebody needs so that they can be spoken to and met: language, interpreter, what must be offered."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from agencies.offering import ACCESS
from messaging.events import Happening, publish
from victims import normalise
from victims.actions.safety import RecordedMeanwhile
from victims.models import AccessNeeds, Person
from victims.queries import access_needs


class AccessNeedsNotValid(Exception):
    """What was said cannot be recorded as it stands. The message says what to change."""


@transaction.atomic
def record_access_needs(
    *,
    actor: Actor,
    case_id: UUID,
    person_id: UUID,
    needs: Collection[str],
    language: str,
    interpreter: bool,
    seen: str | None = None,
) -> AccessNeeds:
    """Keep what the person answered when they were asked: what they need, nothing included, and never why.

    needs: codes of agencies.offering.ACCESS. language: as they name it, "" where it is not known. It replaces what was
    answered before, and what a sender told of language and interpreter. seen: the id of the answer that the actor saw,
    "none" for none, where that matters: refused if there is a newer one.
    Raises NotAllowed, AccessNeedsNotValid, RecordedMeanwhile.
    """
    actor.require(Capability.TRIAGE)
    now = timezone.now()
    if strange := sorted(set(needs) - ACCESS.keys()):
        raise AccessNeedsNotValid(f"Choose from the list: nobody can offer {strange[0]}.")
    language = normalise.written(language)
    if interpreter and language.casefold() == "english":
        raise AccessNeedsNotValid("Say which language the interpreter is for, or that none is needed.")
    # A person is changed only where something differs: each change is on record.
    told = {"language": language, "interpreter": interpreter}
    held = Person.objects.select_for_update().get(id=person_id)
    newest = access_needs([person_id]).first()
    if seen is not None and seen != str(newest.id if newest else "none"):
        raise RecordedMeanwhile("What the person needs was recorded by somebody else while you were writing.")
    if any(getattr(held, name) != value for name, value in told.items()):
        Person.objects.filter(id=person_id).update(**told)
    made = AccessNeeds(
        person_id=person_id,
        needs=[code for code in ACCESS if code in needs],
        recorded_by=actor.id,
        recorded_by_name=actor.name,
        recorded_at=now,
    )
    AccessNeeds.objects.bulk_create([made])
    publish(Happening("case.access_needs_recorded", at=now, case_id=case_id))
    return made
