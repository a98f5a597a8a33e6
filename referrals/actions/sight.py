"""What a partner sees of a case: its grant follows its open referrals, and ends with the last of them."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models.functions import Now

from access.actor import Actor
from access.categories import ALL_CATEGORIES
from access.models import Grant
from referrals.models import Case, Referral
from referrals.workflow import OPEN


def give_sight(*, case: Case, agency_id: UUID, categories: Iterable[str], because: UUID) -> None:
    """Let the agency see the categories of the case, beside what it sees by other open referrals.

    because: the referral that gives it. Called by the hub, in the transaction that sends it, with the case locked.
    """
    wanted = set(categories) | _of_open_referrals(case.id, agency_id)
    shown = [category for category in ALL_CATEGORIES if category in wanted]
    held = Grant.objects.filter(agency_id=agency_id, case_id=case.id)
    changed = held.update(categories=shown, until=None, granted_at=Now(), because=f"referral:{because}")
    if not changed:
        grant = Grant(
            agency_id=agency_id,
            case_id=case.id,
            person_id=case.person_id,
            categories=shown,
            granted_at=Now(),
            because=f"referral:{because}",
        )
        Grant.objects.bulk_create([grant])


def keep_sight(*, actor: Actor, case_id: UUID, agency_id: UUID) -> None:
    """After a referral's end: the sight ends if no other of the agency is open, and else narrows to theirs.

    A partner may only end its own; the hub narrows when it follows the move.
    """
    held = Grant.objects.filter(agency_id=agency_id, case_id=case_id)
    still = _of_open_referrals(case_id, agency_id)
    if not still:
        # The database's own time: its policy lets a partner set no end that lies ahead of it.
        held.exclude(until__lte=Now()).update(until=Now())
    elif actor.hub:
        held.update(categories=[category for category in ALL_CATEGORIES if category in still], until=None)


def _of_open_referrals(case_id: UUID, agency_id: UUID) -> set[str]:
    found = Referral.objects.filter(case_id=case_id, agency_id=agency_id, status__in=OPEN)
    return {category for categories in found.values_list("categories", flat=True) for category in categories}
