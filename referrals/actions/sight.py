"""What a partner sees of a case: its grant follows its open referrals, and ends with the last of them.

A grant shows no more than the grounds of those referrals cover and lasts no longer than the first of them
(see referrals.grounds): the database ends it at that moment by itself.
"""

from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from access.actor import Actor
from access.categories import ALL_CATEGORIES
from access.models import Grant
from messaging.events import schedule
from referrals.grounds import together
from referrals.models import Case
from referrals.queries.grounds import grounds_of, open_referrals

SIGHT_ENDS = "referrals.sight_ends"


def give_sight(*, case: Case, agency_id: UUID, because: UUID) -> None:
    """Let the agency see of the case what its open referrals may show.

    because: the referral that gives it. Called by the hub, in the transaction that sends it, with the case locked.
    """
    held = Grant.objects.filter(agency_id=agency_id, case_id=case.id)
    changed = held.update(granted_at=Now(), because=f"referral:{because}")
    if not changed:
        grant = Grant(
            agency_id=agency_id,
            case_id=case.id,
            person_id=case.person_id,
            categories=[],
            granted_at=Now(),
            because=f"referral:{because}",
        )
        Grant.objects.bulk_create([grant])
    _follow(case.id, agency_id, timezone.now())


def keep_sight(*, actor: Actor, case_id: UUID, agency_id: UUID) -> None:
    """After a change to what the agency's sight rests on: it ends, narrows or goes on with what still stands.

    A partner may only end its own, with its last open referral; the hub narrows when it follows the move.
    """
    if actor.hub:
        _follow(case_id, agency_id, timezone.now())
    elif not open_referrals(case_id=case_id, agency_id=agency_id):
        _end(case_id, agency_id)


def _follow(case_id: UUID, agency_id: UUID, at: datetime) -> None:
    still = open_referrals(case_id=case_id, agency_id=agency_id)
    shown = together(grounds_of(still, case_id=case_id, at=at).values())
    if not shown.categories:
        _end(case_id, agency_id)
        return
    Grant.objects.filter(agency_id=agency_id, case_id=case_id).update(
        categories=[category for category in ALL_CATEGORIES if category in shown.categories],
        until=shown.until,
    )
    if shown.until is not None:
        payload = {"case": str(case_id), "agency": str(agency_id)}
        key = f"{case_id}:{agency_id}:{shown.until:%Y%m%dT%H%M%S.%f}"
        schedule(SIGHT_ENDS, key=key, payload=payload, at=shown.until)


def _end(case_id: UUID, agency_id: UUID) -> None:
    # The database's own time: its policy lets a partner set no end that lies ahead of it.
    held = Grant.objects.filter(agency_id=agency_id, case_id=case_id)
    held.exclude(until__lte=Now()).update(until=Now())
