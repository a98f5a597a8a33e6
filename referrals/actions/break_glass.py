"""Break-glass: opening a restricted record in an emergency, for three hours, before the eyes of its owner.

What does not open says the same whatever the cause: that a record exists must not be found out by asking.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.context import acting_as_system
from access.ids import new_id
from access.looks import record_look
from access.models import BreakGlassReview, Look, PersonalGrant, Restriction
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.clocks import due_within
from referrals.models import Case
from referrals.queries.calendar import hub_calendar
from referrals.queries.restricted import in_conflict, live, restricted_record_of

ACCOUNT = "break_glass"
OPEN_FOR = timedelta(hours=3)
REVIEW_WITHIN = {"working_days": 1}
SHORTEST_REASON = 20
"""Letters that a sentence has at least."""


class GlassHolds(Exception):
    """The record does not open by break-glass, for a reason that is nobody's to know here."""


class ReasonTooShort(Exception):
    """The reason is read the next day by somebody who was not there: it must be a sentence."""


class ReviewNotFound(Exception):
    """There is no such review, or it is not the actor's to decide."""


class ReviewNotValid(Exception):
    """The review cannot be recorded as it stands. The message says what to change."""


@dataclass(frozen=True)
class Opened:
    """The case that opened, and until when."""

    reference: str
    until: datetime


@dataclass(frozen=True)
class _Found:
    case_id: UUID
    person_id: UUID
    reference: str
    owner_id: UUID | None
    kept_out: bool


def break_glass(*, actor: Actor, reference: str, reason: str) -> Opened:
    """Open the restricted record of a case or person for three hours. Its owner is told, a colleague reviews it.

    Whoever has it open already is led to it. Raises NotAllowed, ReasonTooShort and GlassHolds; what held is on
    record as a refused look.
    """
    actor.require(Capability.BREAK_GLASS)
    now = timezone.now()
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise ReasonTooShort("Say in a sentence why you must open it now: somebody reviews it tomorrow.")
    found = _look_up(actor, " ".join(reference.split()).upper())
    if found is None or found.owner_id is None or found.kept_out:
        named = [found.case_id, found.person_id] if found else []
        record_look(action=Look.Action.DENIED, door="break_glass", subjects=named)
        raise GlassHolds(
            "Nothing opens under that reference. Check it, or speak to your supervisor. The attempt is on record."
        )
    with transaction.atomic():
        open_now = PersonalGrant.objects.filter(
            live(now), practitioner_id=actor.id, person_id=found.person_id
        )
        held = open_now.first()
        if held is not None:
            return Opened(found.reference, held.until or now + OPEN_FOR)
        return Opened(found.reference, _break(actor, found, reason, now))


def _break(actor: Actor, found: _Found, reason: str, now: datetime) -> datetime:
    review = BreakGlassReview(
        person_id=found.person_id,
        case_id=found.case_id,
        broken_by=actor.id,
        broken_by_name=actor.name,
        broken_at=now,
        reason=reason[:400],
        due_at=due_within(REVIEW_WITHIN, now, hub_calendar()),
    )
    grant = PersonalGrant(
        practitioner_id=actor.id,
        person_id=found.person_id,
        because=PersonalGrant.Because.BREAK_GLASS,
        reason=reason[:400],
        given_by=actor.id,
        given_by_name=actor.name,
        given_at=now,
        until=now + OPEN_FOR,
        review=review,
    )
    BreakGlassReview.objects.bulk_create([review])
    PersonalGrant.objects.bulk_create([grant])
    record_look(action=Look.Action.VIEW, door="break_glass", subjects=[found.case_id, found.person_id])
    told: dict[str, object] = {"review": str(review.id), "owner": str(found.owner_id)}
    publish(Happening("case.glass_broken", at=now, case_id=found.case_id, data=told))
    return now + OPEN_FOR


def _look_up(actor: Actor, reference: str) -> _Found | None:
    """The record behind a reference, whoever may see it: read as the system account `break_glass`."""
    if "\0" in reference:
        return None
    with acting_as_system(ACCOUNT):
        cases = Case.objects.filter(reference=reference) | Case.objects.filter(person__reference=reference)
        case = cases.order_by("-id").first()
        # As much is asked where there is no such case: how long it takes must not tell the two apart.
        person = case.person_id if case else new_id()
        record = restricted_record_of(person)
        restriction = Restriction.objects.filter(person_id=record, lifted_at__isnull=True).first()
        kept_out = in_conflict(person_id=person, practitioner_id=actor.id)
        if case is None:
            return None
        return _Found(
            case_id=case.id,
            person_id=record,
            reference=case.reference,
            owner_id=restriction.owner_id if restriction else None,
            kept_out=kept_out,
        )


@transaction.atomic
def review_break_glass(*, actor: Actor, review_id: UUID, outcome: str, words: str) -> BreakGlassReview:
    """Say whether opening the record was justified. Never by whoever opened it; once.

    Raises NotAllowed, ReviewNotFound, ReviewNotValid.
    """
    actor.require(Capability.REVIEW_ACCESS)
    now = timezone.now()
    theirs = BreakGlassReview.objects.exclude(broken_by=actor.id).filter(id=review_id)
    review = theirs.first()
    if review is None:
        raise ReviewNotFound("There is no such review.")
    if outcome not in BreakGlassReview.Outcome.values:
        raise ReviewNotValid("Choose whether it was justified.")
    if not words.strip():
        raise ReviewNotValid("Say why, in words that an inspector understands.")
    decided = theirs.filter(reviewed_at__isnull=True).update(
        reviewed_by=actor.id,
        reviewed_by_name=actor.name,
        reviewed_at=now,
        outcome=outcome,
        words=words.strip()[:400],
    )
    review.refresh_from_db()
    if not decided:
        raise ReviewNotValid(
            f"{review.reviewed_by_name} has decided this already: {review.get_outcome_display()}."
        )
    told: dict[str, object] = {"review": str(review.id), "outcome": outcome}
    publish(Happening("case.glass_reviewed", at=now, case_id=review.case_id, data=told))
    return review
