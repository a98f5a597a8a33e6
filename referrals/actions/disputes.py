"""A contested decline as a short conference: the hub says why, the agency answers, the hub records what was settled.

The decline itself stays: what is settled leads to a new decision of routing, never back.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from referrals import scope
from referrals.actions.referral import ReferralNotFound
from referrals.actions.routing import ask_to_route
from referrals.actions.waiting import TO_ROUTE
from referrals.models import Case, Dispute, Referral
from referrals.workflow import OPEN_CASE, MoveRefused


class DisputeRefused(MoveRefused):
    """It cannot be contested, answered or settled as things stand; the message says why."""


@transaction.atomic
def contest_decline(*, actor: Actor, referral_id: UUID, words: str) -> Dispute:
    """Contest a decline, in words that the agency reads. It sees the case no more: they name nobody.

    Raises NotAllowed, ReferralNotFound, DisputeRefused (not declined, closed, contested already, no words).
    """
    actor.require(Capability.ROUTE)
    referral = scope.referrals(actor).select_related("case").filter(id=referral_id).first()
    if referral is None or not actor.hub:
        raise ReferralNotFound("There is no such referral.")
    if referral.status != "declined" or referral.case.status not in OPEN_CASE:
        raise DisputeRefused("Only a decline on a case that is open can be contested.")
    if Dispute.objects.filter(referral=referral).exists():
        raise DisputeRefused("This decline is contested already.")
    dispute = Dispute(
        case=referral.case,
        referral=referral,
        agency_id=referral.agency_id,
        hub_words=_said(words),
        opened_by_name=actor.name,
        opened_at=timezone.now(),
    )
    Dispute.objects.bulk_create([dispute])
    _tell("dispute.opened", dispute, dispute.opened_at)
    return dispute


@transaction.atomic
def answer_dispute(*, actor: Actor, referral_id: UUID, stance: str, words: str) -> Dispute:
    """The agency's side: whether its decline stands or it takes the referral up, and why.

    Raises NotAllowed, ReferralNotFound, DisputeRefused.
    """
    actor.require(Capability.ANSWER_REFERRAL)
    dispute = _locked(actor, referral_id)
    if dispute.status != Dispute.Status.OPEN:
        raise DisputeRefused("Your agency has answered, or it is settled.")
    if stance not in Dispute.Stance.values:
        raise DisputeRefused("Choose whether the decline stands or you take it up.")
    dispute.status, dispute.stance, dispute.agency_words = Dispute.Status.ANSWERED, stance, _said(words)
    dispute.answered_by_name, dispute.answered_at = actor.name, timezone.now()
    dispute.save(update_fields=["status", "stance", "agency_words", "answered_by_name", "answered_at"])
    _tell("dispute.answered", dispute, dispute.answered_at)
    return dispute


@transaction.atomic
def resolve_dispute(*, actor: Actor, referral_id: UUID, resolution: str, words: str) -> Dispute:
    """Record what was settled. Taken up again, or elsewhere: the case is routed anew, as things stand now.

    Raises NotAllowed, ReferralNotFound, DisputeRefused, and what asking to route raises.
    """
    actor.require(Capability.ROUTE)
    dispute = _locked(actor, referral_id)
    if not actor.hub:
        raise ReferralNotFound("There is no such referral.")
    if dispute.status == Dispute.Status.RESOLVED:
        raise DisputeRefused("It is settled already.")
    if resolution not in Dispute.Resolution.values:
        raise DisputeRefused("Choose what was settled.")
    if resolution == Dispute.Resolution.TAKEN_UP and dispute.stance != Dispute.Stance.TAKES_UP:
        raise DisputeRefused(
            "The agency has not said here that it takes the referral up. Ask it to answer first."
        )
    dispute.status, dispute.resolution = Dispute.Status.RESOLVED, resolution
    dispute.resolution_words, dispute.resolved_by_name = _said(words), actor.name
    dispute.resolved_at = timezone.now()
    dispute.save(
        update_fields=["status", "resolution", "resolution_words", "resolved_by_name", "resolved_at"]
    )
    _tell("dispute.resolved", dispute, dispute.resolved_at)
    if resolution != Dispute.Resolution.UPHELD and _may_be_routed(dispute.case_id):
        again = [dispute.referral.service.code] if resolution == Dispute.Resolution.TAKEN_UP else []
        ask_to_route(actor=actor, case_id=dispute.case_id, again=again)
    return dispute


def _locked(actor: Actor, referral_id: UUID) -> Dispute:
    referral: Referral | None = scope.referrals(actor).filter(id=referral_id).first()
    found = Dispute.objects.select_related("referral__service").select_for_update(of=("self",))
    dispute = found.filter(referral=referral).first() if referral else None
    if dispute is None:
        raise ReferralNotFound("There is no such referral, or its decline is not contested.")
    return dispute


def _may_be_routed(case_id: UUID) -> bool:
    return Case.objects.filter(id=case_id, status__in=TO_ROUTE).exists()


def _said(words: str) -> str:
    if not words.strip():
        raise DisputeRefused("Say why, in words that the other side understands.")
    return words.strip()[:1000]


def _tell(topic: str, dispute: Dispute, at: datetime) -> None:
    data: dict[str, object] = {"dispute": str(dispute.id), "agency": str(dispute.agency_id)}
    if dispute.resolution:
        data["resolution"] = dispute.resolution
    publish(
        Happening(
            topic,
            at=at,
            case_id=dispute.case_id,
            referral_id=dispute.referral_id,
            data=data,
            audience=[dispute.agency_id],
        )
    )
