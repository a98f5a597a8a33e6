"""What follows when the ground of a disclosure falls away: consent, agreement or override."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import schedule
from referrals import scope
from referrals.actions.referral import recall
from referrals.actions.sight import keep_sight
from referrals.grounds import LOST
from referrals.models import Referral, Research
from referrals.queries.circumstances import Circumstances
from referrals.queries.grounds import grounds_of, open_referrals
from referrals.workflow import OPEN
from victims.queries import same_as

FOLLOW_AGENCY = "referrals.follow_agency"
AT_ONCE = 50


@transaction.atomic
def follow_ground(*, actor: Actor, case_id: UUID, agency_id: UUID | None = None) -> list[Referral]:
    """Recall the case's open referrals whose ground has fallen away, and let the others show what theirs covers.

    agency_id: only that agency's. What a basis other than consent allows does not rest on consent.
    Called in the transaction of the change, so that no click later than it finds the case. Returns what was
    recalled. Raises NotAllowed.
    """
    actor.require(Capability.RECALL_REFERRAL)
    now = timezone.now()
    case = scope.cases(actor).select_for_update().filter(id=case_id).first()
    if case is None:
        return []
    resting = open_referrals(case_id=case.id, agency_id=agency_id)
    known = Circumstances(case, at=now)
    grounds = grounds_of(resting, known=known)
    recalled = [
        recall(actor=actor, referral_id=one.id, reason_code=lost, reason_words=f"{LOST[lost]}.")
        for one in resting
        if (lost := grounds[one.id].lost)
    ]
    asked = {one.agency_id for one in known.research if agency_id in (None, one.agency_id)}
    for agency in {one.agency_id for one in resting} | asked:
        keep_sight(actor=actor, case_id=case.id, agency_id=agency)
    return recalled


@transaction.atomic
def follow_answer_of_person(*, actor: Actor, case_id: UUID) -> list[Referral]:
    """`follow_ground` on the case and on every open one of whoever is known to be one with its person.

    Who refused on one record has refused on all. Raises NotAllowed.
    """
    person = scope.cases(actor).filter(id=case_id).values_list("person_id", flat=True).first()
    theirs = same_as([person])[person] if person else set()
    cases = scope.cases(actor).filter(person__in=theirs, closed_at__isnull=True).order_by("id")
    return [
        recalled
        for case in cases.values_list("id", flat=True)
        for recalled in follow_ground(actor=actor, case_id=case)
    ]


@transaction.atomic
def follow_agency(*, actor: Actor, agency_id: UUID, asked_by: UUID, after: UUID | None = None) -> None:
    """Follow the ground of every open referral, and of every conference, of an agency whose agreements have changed.
    Some cases at a time.

    asked_by: the event that tells of the change; after: the case up to which it is done. Raises NotAllowed.
    """
    actor.require(Capability.RECALL_REFERRAL)
    referred = Referral.objects.filter(agency_id=agency_id, status__in=OPEN).values_list("case_id", flat=True)
    heard = Research.objects.filter(agency_id=agency_id, until__gt=timezone.now())
    waiting: set[UUID] = set()
    for found in (referred, heard.values_list("case_id", flat=True)):
        later = found if after is None else found.filter(case_id__gt=after)
        waiting |= set(later.order_by("case_id").distinct()[: AT_ONCE + 1])
    cases = sorted(waiting)[: AT_ONCE + 1]
    for case_id in cases[:AT_ONCE]:
        follow_ground(actor=actor, case_id=case_id, agency_id=agency_id)
    if len(cases) > AT_ONCE:
        last = str(cases[AT_ONCE - 1])
        payload = {"agency": str(agency_id), "event": str(asked_by), "after": last}
        schedule(FOLLOW_AGENCY, key=f"{asked_by}:{agency_id}:{last}", payload=payload, at=timezone.now())
