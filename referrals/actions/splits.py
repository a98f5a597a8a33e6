"""Some of a referral's needs go to another team, by a referral of its own that is linked to the first.

The part is a disclosure like any other: it has a decision of its own, which asks for agreement, consent, conflict of
interest, criteria and room as routing does. The hub decides it; what an agency gives to a team of its own is done by
the hub's own account as soon as it is asked. All of it happens in one transaction, or nothing.
"""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.ids import new_id
from access.roles import Capability
from agencies.actions.services import lock_services
from messaging.events import publish
from referrals.actions.asked_needs import move_needs
from referrals.actions.handovers import Handover, write_handover
from referrals.actions.questions import take_back_question, want_decision
from referrals.actions.referral import AnswerIncomplete, locked, locked_with_case, why_given
from referrals.actions.sending import keep_decision, send_planned
from referrals.actions.telling import beside_moves
from referrals.actions.triage import TriageRefused
from referrals.actions.waiting import TO_ROUTE
from referrals.models import AskedNeed, Case, Referral, Split
from referrals.queries.asked_needs import asked_of, in_order
from referrals.queries.circumstances import Circumstances
from referrals.queries.handovers import newest_handover
from referrals.queries.splits import asked_split, own_services_beside
from referrals.queries.transfers import obstacle_of, onwards_for
from referrals.workflow import OPEN, MoveRefused

WORDS = "{agency} asks to give a part of its referral to somebody else: {why}"


class CannotSplit(MoveRefused):
    """The work cannot be divided so. The message says why, and what can be done instead."""


@transaction.atomic
def split(
    *,
    actor: Actor,
    referral_id: UUID,
    service_id: UUID,
    needs: Collection[str],
    words: str,
    note: Handover | None = None,
    given_by: str = "",
) -> Referral:
    """Give some of the referral's needs to another team, which is sent a referral of its own; the first keeps the rest.

    words: why, for both agencies to read. note: what the other team must know first; given_by: see write_handover.
    Returns the part. Raises NotAllowed, CaseNotFound, CaseClosed, ReferralNotFound, AnswerIncomplete, CannotSplit
    (which says what stands in the way), CannotAskFor, pathways.queries.versions.NoPathway.
    """
    actor.require(Capability.ROUTE)
    said, now = why_given(words), timezone.now()
    case, referral = locked_with_case(actor, referral_id)
    given = _divided(referral, needs)
    if case.status not in TO_ROUTE:
        raise CannotSplit("The case is not where it can be routed from: finish triage, or resume it, first.")
    known = Circumstances(case, at=now)
    lock_services([service_id])
    onwards = onwards_for(referral, known)
    offer = onwards.offer(service_id)
    if offer is None or service_id == referral.service_id:
        raise CannotSplit("Choose another team than the one that has the referral.")
    chosen = onwards.decision(referral, offer, needs=given)
    if chosen is None or not chosen.referrals:
        raise CannotSplit(f"{obstacle_of(chosen)} Nothing is divided.")
    asked = asked_split(referral)
    decision = keep_decision(
        known,
        chosen,
        onwards.versions,
        facts=onwards.facts,
        offers=onwards.offers,
        tried=onwards.tried,
        asked_by=f"split:{asked.id if asked else new_id()}",
        by=actor.name,
    )
    (part,), told = send_planned(
        known, decision, chosen, onwards.versions, [service_id], split_from=referral.family_id
    )
    told_needs = _told(referral, given)
    as_ = AskedNeed.Ended.SPLIT
    by = asked.asked_by_name if asked and asked.service_id else actor.name
    move_needs(by=by, giver=referral, taker=part, needs=given, as_=as_, at=now, why=said)
    made = asked or _asked(actor, referral, said, now)
    made.needs, made.part = told_needs, part
    _decide(actor, made, Split.Status.MADE, said, now)
    take_back_question(case, question_of(made))
    referral.version += 1
    referral.save(update_fields=["version"])
    publish(
        *told,
        beside_moves(
            referral, "referral.split", now, to=referral.status, split=str(made.id), needs=len(given)
        ),
    )
    if note is not None and note.about in part.categories:
        write_handover(actor=actor, referral_id=part.id, note=note, given_by=given_by)
    return part


@transaction.atomic
def ask_split(
    *,
    actor: Actor,
    referral_id: UUID,
    needs: Collection[str],
    why: str,
    service_id: UUID | None = None,
    note: Handover | None = None,
    expected_version: int | None = None,
) -> Referral:
    """Ask that some of the referral's needs go to somebody else: to a team of the agency's own at once, by the hub to
    another agency, once it agrees.

    service_id: of the agency's own team; None: the hub finds somebody. note: what the other team must know first.
    Raises NotAllowed, ReferralNotFound, VersionMismatch, AnswerIncomplete, CannotSplit.
    """
    actor.require(Capability.ANSWER_REFERRAL)
    words, now = why_given(why), timezone.now()
    referral = locked(actor, referral_id, expected_version)
    given = _divided(referral, needs)
    if asked_split(referral) is not None:
        raise CannotSplit("The hub is asked already. Write it a message if there is more to say.")
    if service_id is not None and service_id not in [one.id for one in own_services_beside(referral)]:
        raise CannotSplit("Choose a service of another team of your agency.")
    asked = _asked(actor, referral, words, now)
    asked.needs, asked.service_id = given, service_id
    Split.objects.bulk_create([asked])
    if note is not None:
        write_handover(actor=actor, referral_id=referral.id, note=note)
    publish(beside_moves(referral, "split.asked", now, split=str(asked.id), own=service_id is not None))
    return referral


@transaction.atomic
def follow_split(*, actor: Actor, referral_id: UUID) -> None:
    """What an agency asked: given to its own team at once, or refused with what stands in the way; else whoever has the
    case is asked to decide. Raises NotAllowed.
    """
    actor.require(Capability.ROUTE)
    referral = Referral.objects.select_related("agency", "team").filter(id=referral_id).first()
    asked = asked_split(referral) if referral else None
    if referral is None or asked is None:
        return
    if asked.service_id is None:
        case = Case.objects.select_for_update().filter(id=referral.case_id).first()
        if case is not None and case.status != "closed":
            want_decision(case=case, words=question_of(asked), code="split_asked", at=timezone.now())
        return
    note = newest_handover(referral)
    theirs = note is not None and not note.from_hub and note.written_at >= asked.asked_at
    try:
        split(
            actor=actor,
            referral_id=referral_id,
            service_id=asked.service_id,
            needs=asked.needs,
            words=asked.why,
            note=Handover(**note.text, joint_call_at=note.joint_call_at, about=note.category)
            if note and theirs
            else None,
            given_by=f"{asked.asked_by_name}, {referral.team.name}",
        )
    except (MoveRefused, TriageRefused) as refusal:
        with suppress(TriageRefused):
            refuse_split(actor=actor, referral_id=referral_id, words=str(refusal))


@transaction.atomic
def refuse_split(*, actor: Actor, referral_id: UUID, words: str) -> Referral:
    """Say no to an agency that asks to have its work divided: it keeps all of it. words: why, for it to read.

    Raises NotAllowed, CaseNotFound, CaseClosed, ReferralNotFound, AnswerIncomplete, CannotSplit.
    """
    actor.require(Capability.ROUTE)
    said, now = why_given(words), timezone.now()
    case, referral = locked_with_case(actor, referral_id)
    asked = asked_split(referral)
    if asked is None:
        raise CannotSplit("Nobody asks to divide this referral.")
    _decide(actor, asked, Split.Status.REFUSED, said, now)
    take_back_question(case, question_of(asked))
    publish(beside_moves(referral, "split.refused", now, split=str(asked.id)))
    return referral


def question_of(asked: Split) -> str:
    """What the hub is asked, in words."""
    return WORDS.format(agency=asked.agency.name, why=asked.why)[:200]


def _divided(referral: Referral, needs: Collection[str]) -> list[str]:
    """The needs that are given away, where the referral keeps others. Raises CannotSplit, AnswerIncomplete."""
    if referral.status not in OPEN or referral.status == "draft":
        raise CannotSplit("The referral has ended: there is nothing to divide.")
    given, asked = in_order(needs), asked_of(referral)
    if not given:
        raise AnswerIncomplete("Choose which needs somebody else should have.")
    if not set(given) <= set(asked):
        raise CannotSplit("It is not asked for all of these any more. Look again at what it is asked for.")
    if len(given) == len(asked):
        raise CannotSplit("That is all that it is asked for: hand the referral over instead.")
    return given


def _told(referral: Referral, needs: Collection[str]) -> list[str]:
    """Those of the needs that its agency is told of by the referral."""
    standing = AskedNeed.objects.filter(referral=referral, ended_at=None, need__in=needs)
    return in_order(standing.filter(category__in=referral.categories).values_list("need", flat=True))


def _asked(actor: Actor, referral: Referral, words: str, at: datetime) -> Split:
    return Split(
        case_id=referral.case_id,
        referral=referral,
        agency_id=referral.agency_id,
        status=Split.Status.ASKED,
        why=words,
        asked_by_name=actor.name,
        asked_at=at,
    )


def _decide(actor: Actor, asked: Split, status: Split.Status, words: str, at: datetime) -> None:
    asked.status, asked.decided_words = status, words
    asked.decided_by_name, asked.decided_at = actor.name, at
    if asked._state.adding:
        Split.objects.bulk_create([asked])
    else:
        asked.save()
