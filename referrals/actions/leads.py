"""Several agencies work on one case, and one of them leads: the hub chooses which, and may choose another.

A lead falls away with its referral, in the transaction that ends it; the hub is told that another is wanted.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import publish
from referrals.actions.telling import beside_moves
from referrals.actions.triage import locked_open_case
from referrals.models import Case, Lead, Referral
from referrals.queries.leads import live_referrals
from referrals.workflow import MoveRefused

PASSED_ON, TAKEN_BACK = "passed_on", "taken_back"


class CannotLead(MoveRefused):
    """That referral cannot lead. The message says why, and what to do instead."""


@transaction.atomic
def choose_lead(*, actor: Actor, case_id: UUID, referral_id: UUID) -> Lead:
    """Let this referral lead the joint work on the case; whichever led before leads no longer.

    At least two referrals must be live. Chosen again, nothing changes. Raises NotAllowed, CaseNotFound, CaseClosed,
    CannotLead.
    """
    actor.require(Capability.ROUTE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    live = {one.id: one for one in live_referrals(case).select_for_update(of=("self",))}
    if referral_id not in live:
        raise CannotLead("That referral has ended, or is not of this case: choose one that is worked on.")
    if len(live) < 2:
        raise CannotLead("Only one agency works on the case: there is nobody to lead.")
    led = Lead.objects.filter(case=case, ended_at=None).select_related("referral").first()
    if led is not None and led.referral_id == referral_id:
        return led
    if led is not None:
        _end(led.referral, now, "lead.passed_on", PASSED_ON)
    chosen, _ = Lead.objects.update_or_create(
        referral_id=referral_id,
        defaults={"case": case, "chosen_by_name": actor.name, "chosen_at": now, "ended_at": None},
    )
    publish(beside_moves(live[referral_id], "lead.chosen", now))
    return chosen


@transaction.atomic
def take_lead_back(*, actor: Actor, case_id: UUID) -> None:
    """Nobody leads the case any more; nothing is done where nobody did.

    Raises NotAllowed, CaseNotFound, CaseClosed.
    """
    actor.require(Capability.ROUTE)
    case = locked_open_case(actor, case_id)
    led = Lead.objects.filter(case=case, ended_at=None).select_related("referral").first()
    if led is not None:
        _end(led.referral, timezone.now(), "lead.passed_on", TAKEN_BACK)


@transaction.atomic
def tell_those_beside(*, actor: Actor, case_id: UUID, referral_id: UUID) -> None:
    """Who leads has changed: it stands in the feed of everybody else who works on the case, so that whoever pulls reads
    their referral again. It names nobody. referral_id: the one that knows already.

    Raises NotAllowed.
    """
    actor.require(Capability.ROUTE)
    case, now = Case.objects.filter(id=case_id).first(), timezone.now()
    beside = live_referrals(case).exclude(id=referral_id) if case else ()
    # Of no case: the hub's timeline has said who leads.
    publish(*(replace(beside_moves(one, "lead.changed", now), case_id=None) for one in beside))


def lead_falls_away(referral: Referral, *, at: datetime) -> None:
    """The referral ends, and leads no longer if it did. For the move that ends it, before it is saved."""
    _end(referral, at, "lead.ended", referral.status)


def _end(referral: Referral, at: datetime, topic: str, code: str) -> None:
    if Lead.objects.filter(referral=referral, ended_at=None).update(ended_at=at):
        publish(beside_moves(referral, topic, at, reason_code=code))
