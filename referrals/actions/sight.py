"""What a partner sees of a case: its grant follows its open referrals and the conferences that asked it for research.

A grant shows no more than the grounds of those cover, lasts no longer than the first of them (see referrals.grounds;
the database ends it at that moment by itself), and ends with the last.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from access.actor import Actor
from access.categories import ALL_CATEGORIES
from access.models import Grant
from messaging.events import Due, schedule_all
from referrals.grounds import Ground, together
from referrals.models import Case, Referral, Research
from referrals.queries.circumstances import Circumstances
from referrals.queries.grounds import conference_grounds_of, grounds_of, is_asked, open_referrals
from referrals.workflow import OPEN

SIGHT_ENDS = "referrals.sight_ends"


def give_sight(
    *, known: Circumstances, sent: Sequence[Referral] = (), asked: Sequence[Research] = ()
) -> list[Due]:
    """Let each agency see of the case what its open referrals and conferences may show, with those of now.

    known: as things stood before these were sent, and these research requests made. Called by the hub, in the
    transaction that does, with the case locked. Returns when each sight ends, for the caller to schedule.
    """
    case, ends = known.case, []
    because = {one.agency_id: f"research:{one.id}" for one in asked}
    because |= {one.agency_id: f"referral:{one.id}" for one in sent}
    still, told = list(sent), set(because)
    if any(one.agency_id in told and one.status in OPEN for one in known.referrals):
        still = open_referrals(case_id=case.id)  # as they are now: an answer may have come meanwhile
    research = [*known.research, *asked]
    grounds = grounds_of(still, known=known) | conference_grounds_of(research, known=known)
    grants = []
    for agency_id, reason in sorted(because.items()):
        rests_on = [one.id for one in still if one.agency_id == agency_id]
        rests_on += [one.id for one in research if one.agency_id == agency_id]
        shown = together(grounds[one] for one in rests_on)
        grants.append(
            Grant(
                agency_id=agency_id,
                case_id=case.id,
                person_id=case.person_id,
                categories=_listed(shown),
                granted_at=Now(),
                until=shown.until if shown.categories else Now(),
                because=reason,
            )
        )
        ends += _end_of(case.id, agency_id, shown)
    Grant.objects.bulk_create(
        grants,
        update_conflicts=True,
        unique_fields=["agency_id", "case_id"],
        update_fields=["categories", "granted_at", "until", "because"],
    )
    return ends


def keep_sight(*, actor: Actor, case_id: UUID, agency_id: UUID) -> None:
    """After a change to what the agency's sight rests on: it ends, narrows or goes on with what still stands.

    A partner may only end its own, with the last that gave it; the hub narrows when it follows the move.
    """
    if actor.hub:
        _follow(case_id, agency_id, timezone.now())
    elif not open_referrals(case_id=case_id, agency_id=agency_id) and not is_asked(
        case_id=case_id, agency_id=agency_id
    ):
        _end(case_id, agency_id)


def _follow(case_id: UUID, agency_id: UUID, at: datetime) -> None:
    still = open_referrals(case_id=case_id, agency_id=agency_id)
    if not still and not is_asked(case_id=case_id, agency_id=agency_id):
        _end(case_id, agency_id)
        return
    known = Circumstances(Case.objects.only("id", "person_id").get(id=case_id), at=at)
    research = [one for one in known.research if one.agency_id == agency_id]
    grounds = grounds_of(still, known=known) | conference_grounds_of(research, known=known)
    shown = together(grounds.values())
    if not shown.categories:
        _end(case_id, agency_id)
        return
    held = Grant.objects.filter(agency_id=agency_id, case_id=case_id)
    held.update(categories=_listed(shown), until=shown.until)
    schedule_all(_end_of(case_id, agency_id, shown))


def _listed(shown: Ground) -> list[str]:
    return [category for category in ALL_CATEGORIES if category in shown.categories]


def _end_of(case_id: UUID, agency_id: UUID, shown: Ground) -> list[Due]:
    """The message of the moment at which the sight ends; none where it has no end, or nothing is shown."""
    if shown.until is None or not shown.categories:
        return []
    payload = {"case": str(case_id), "agency": str(agency_id)}
    key = f"{case_id}:{agency_id}:{shown.until:%Y%m%dT%H%M%S.%f}"
    return [Due(SIGHT_ENDS, key=key, payload=payload, at=shown.until)]


def _end(case_id: UUID, agency_id: UUID) -> None:
    # The database's own time: its policy lets a partner set no end that lies ahead of it.
    held = Grant.objects.filter(agency_id=agency_id, case_id=case_id)
    held.exclude(until__lte=Now()).update(until=Now())
