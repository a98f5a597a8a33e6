"""A referral goes to another team: inside its agency by its own people, to another agency by the hub alone.

Inside an agency the referral itself moves, and its place with it. To another agency it ends, and one of its own takes
over, with a decision of its own that asks for agreement, consent, conflict of interest and criteria as routing does.
Each happens in one transaction, or not at all; a refusal raises.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from agencies.actions.services import lock_services
from messaging.events import publish
from referrals.actions.asked_needs import move_needs
from referrals.actions.handovers import Handover, write_handover
from referrals.actions.questions import take_back_question, want_decision
from referrals.actions.referral import happening, locked, locked_with_case, make_move, why_given
from referrals.actions.sending import keep_decision, send_planned
from referrals.actions.telling import beside_moves
from referrals.actions.waiting import TO_ROUTE
from referrals.models import AskedNeed, Case, Referral, Transfer
from referrals.queries.asked_needs import asked_of
from referrals.queries.circumstances import Circumstances
from referrals.queries.transfers import asked_transfer, obstacle_of, onwards_for, own_teams_for
from referrals.workflow import HANDED_OVER, HUB, PARTNER, MoveRefused, move, verbs_for

NO_PLACE = "{team} has no place free: choose another team, or make room there first."


class CannotTransfer(MoveRefused):
    """The referral cannot go there. The message says why, and what can be done instead."""


@transaction.atomic
def transfer(
    *,
    actor: Actor,
    referral_id: UUID,
    service_id: UUID,
    why: str,
    note: Handover | None = None,
    expected_version: int | None = None,
) -> Referral:
    """Move the referral to another team of its agency that offers the same service and has a place free.

    note: what that team must know first, which it acknowledges. Status, time to answer and all that was said on the
    referral stay; whom of its people it is given to, that team says. Raises NotAllowed, ReferralNotFound,
    VersionMismatch, AnswerIncomplete, MoveRefused, CannotTransfer.
    """
    actor.require(Capability.ANSWER_REFERRAL)
    words, now = why_given(why), timezone.now()
    referral = locked(actor, referral_id, expected_version)
    status = move("transfer", referral.status).to
    taker = next((one for one in own_teams_for(referral) if one.id == service_id), None)
    if taker is None:
        raise CannotTransfer("Choose another team of your agency that offers the same service.")
    held = {one.id: one for one in lock_services([referral.service_id, taker.id])}
    if held[taker.id].free == 0:
        raise CannotTransfer(NO_PLACE.format(team=taker.team.name))
    if note is not None:
        write_handover(actor=actor, referral_id=referral.id, note=note)
    from_team = referral.team_id
    referral.team_id, referral.service_id = taker.team_id, taker.id
    had_by, referral.assigned_to = referral.assigned_to, None
    referral.version += 1
    referral.save(update_fields=["team", "service", "version", "assigned_to"])
    _keep(actor, referral, Transfer.Status.MADE, words, now, from_team=from_team, service_id=taker.id)
    moved = {"from_team": str(from_team), "from_assignee": str(had_by) if had_by else None}
    told = happening(referral, verb="transfer", from_=status, at=now, **moved)
    publish(told)
    return referral


@transaction.atomic
def ask_transfer(
    *,
    actor: Actor,
    referral_id: UUID,
    why: str,
    note: Handover | None = None,
    expected_version: int | None = None,
) -> Referral:
    """Ask the hub to hand the referral over to another agency. why: also to whom, where the agency has one in mind.
    note: what whoever takes over must know first, for the hub to pass on.

    It stays with the agency until the hub has decided. Raises NotAllowed, ReferralNotFound, VersionMismatch,
    AnswerIncomplete, MoveRefused, CannotTransfer.
    """
    actor.require(Capability.ANSWER_REFERRAL)
    words, now = why_given(why), timezone.now()
    referral = locked(actor, referral_id, expected_version)
    if "transfer" not in verbs_for(referral.status, PARTNER):
        raise CannotTransfer("The referral has ended: there is nothing to hand over.")
    if asked_transfer(referral) is not None:
        raise CannotTransfer("The hub is asked already. Write it a message if there is more to say.")
    _keep(actor, referral, Transfer.Status.ASKED, words, now)
    if note is not None:
        write_handover(actor=actor, referral_id=referral.id, note=note)
    publish(beside_moves(referral, "transfer.asked", now))
    return referral


@transaction.atomic
def ask_to_decide(*, actor: Actor, referral_id: UUID) -> None:
    """An agency asks to hand over: whoever has the case is asked to decide. Raises NotAllowed."""
    actor.require(Capability.ROUTE)
    referral = Referral.objects.select_related("agency").filter(id=referral_id).first()
    case = Case.objects.select_for_update().filter(id=referral.case_id).first() if referral else None
    if referral is None or case is None or case.status == "closed":
        return
    if (asked := asked_transfer(referral)) is not None:
        words = question_of(asked)
        want_decision(case=case, words=words, code="transfer_asked", at=timezone.now())


def question_of(asked: Transfer) -> str:
    """What the hub is asked, in words."""
    return f"{asked.agency.name} asks to hand its referral over: {asked.why}"[:200]


@transaction.atomic
def refuse_transfer(*, actor: Actor, referral_id: UUID, words: str) -> Referral:
    """Say no to an agency that asks to hand its referral over: it keeps it. words: why, for the agency to read.

    Raises NotAllowed, CaseNotFound, CaseClosed, ReferralNotFound, AnswerIncomplete, CannotTransfer.
    """
    actor.require(Capability.ROUTE)
    said, now = why_given(words), timezone.now()
    case, referral = locked_with_case(actor, referral_id)
    asked = asked_transfer(referral)
    if asked is None:
        raise CannotTransfer("Nobody asks to hand this referral over.")
    _decide(actor, asked, Transfer.Status.REFUSED, said, now)
    take_back_question(case, question_of(asked))
    publish(beside_moves(referral, "transfer.refused", now))
    return referral


@transaction.atomic
def hand_over(
    *,
    actor: Actor,
    referral_id: UUID,
    service_id: UUID,
    words: str,
    note: Handover | None = None,
    given_by: str = "",
) -> Referral:
    """Hand the referral over to a team of another agency; the one that had it sees the case no more.

    words: why, for the agency that had it to read. note: what the taker must know first; given_by: see write_handover.
    Returns the referral that takes over, which its agency answers as
    any other. Raises NotAllowed, CaseNotFound, CaseClosed, ReferralNotFound, AnswerIncomplete, MoveRefused,
    CannotTransfer (which says what stands in the way), pathways.queries.versions.NoPathway.
    """
    actor.require(Capability.ROUTE)
    said, now = why_given(words), timezone.now()
    case, referral = locked_with_case(actor, referral_id)
    move("hand_over", referral.status)
    if case.status not in TO_ROUTE:
        raise CannotTransfer(
            "The case is not where it can be routed from: finish triage, or resume it, first."
        )
    known = Circumstances(case, at=now)
    lock_services([referral.service_id, service_id])
    onwards = onwards_for(referral, known)
    offer = onwards.offer(service_id)
    if offer is None or offer.agency_id == str(referral.agency_id):
        raise CannotTransfer("Choose a service of another agency.")
    chosen = onwards.decision(referral, offer)
    if chosen is None or not chosen.referrals:
        raise CannotTransfer(f"{obstacle_of(chosen)} The referral stays where it is.")
    asked = asked_transfer(referral)
    make_move("hand_over", actor, referral_id, referral.version, code=HANDED_OVER)
    decision = keep_decision(
        known,
        chosen,
        onwards.versions,
        facts=onwards.facts,
        offers=onwards.offers,
        tried=onwards.tried,
        asked_by=f"{HANDED_OVER}:{referral.id}",
        by=actor.name,
    )
    family = referral.split_from_id or (referral.id if referral.parts.exists() else None)
    (taker,), told = send_planned(known, decision, chosen, onwards.versions, [service_id], split_from=family)
    move_needs(
        by=actor.name,
        giver=referral,
        taker=taker,
        needs=asked_of(referral),
        as_=AskedNeed.Ended.HANDED_OVER,
        at=now,
    )
    if asked is None:
        asked = _keep(actor, referral, Transfer.Status.MADE, said, now)
    asked.taken_over_by = taker
    _decide(actor, asked, Transfer.Status.MADE, said, now)
    take_back_question(case, question_of(asked))
    publish(*told)
    if note is not None:
        write_handover(actor=actor, referral_id=taker.id, note=note, given_by=given_by)
    return taker


def may_hand_over(referral: Referral) -> bool:
    """Whether the hub may hand it over now."""
    return "hand_over" in verbs_for(referral.status, HUB)


def _keep(
    actor: Actor,
    referral: Referral,
    status: Transfer.Status,
    words: str,
    at: datetime,
    *,
    from_team: UUID | None = None,
    service_id: UUID | None = None,
) -> Transfer:
    made = Transfer(
        case_id=referral.case_id,
        referral=referral,
        agency_id=referral.agency_id,
        from_team_id=from_team or referral.team_id,
        service_id=service_id,
        status=status,
        why=words,
        asked_by_name=actor.name,
        asked_at=at,
    )
    Transfer.objects.bulk_create([made])
    return made


def _decide(actor: Actor, asked: Transfer, status: Transfer.Status, words: str, at: datetime) -> None:
    asked.status, asked.decided_words = status, words
    asked.decided_by_name, asked.decided_at = actor.name, at
    asked.save(update_fields=["status", "decided_words", "decided_by_name", "decided_at", "taken_over_by"])
