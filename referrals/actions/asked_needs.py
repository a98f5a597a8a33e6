"""What a referral is asked for: set when it is sent, changed by the hub before it is accepted, moved whole or in part.

A need is never asked for twice among the referrals of one family: whoever moves one ends it there and asks for it here
in one transaction, and a unique key of the database stands behind that.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from pathways.models import Assessment
from referrals.actions.referral import locked, locked_with_case, why_given
from referrals.actions.telling import beside_moves
from referrals.models import AskedNeed, Case, Referral
from referrals.needs import needs_to_ask
from referrals.offer import Offer
from referrals.queries.asked_needs import (
    INSTRUMENT,
    asked_of,
    asked_of_parts,
    category_of_need,
    in_order,
    needs_found,
    needs_words,
    newest_assessment,
)
from referrals.queries.circumstances import Circumstances
from referrals.queries.splits import gives_back_to, split_that_gave
from referrals.workflow import UNANSWERED, MoveRefused

Ended = AskedNeed.Ended


class CannotAskFor(MoveRefused):
    """The referral cannot be asked for that. The message says why, and what can be done instead."""


def ask_for_needs(
    *,
    actor: Actor,
    known: Circumstances,
    sent: Sequence[Referral],
    offers: Iterable[Offer],
) -> None:
    """Ask each referral that was just sent for those of the person's needs that its service meets."""
    made = known.assessments.get(INSTRUMENT)
    if not sent or not (has := needs_found(made)):
        return
    was_split = any(one.split_from_id for one in known.referrals)
    elsewhere = asked_of_parts(case_id=known.case.id) if was_split else set()
    meets = {UUID(one.service_id): one.needs for one in offers}
    asked = []
    for referral in sent:
        of_service = meets[referral.service_id]
        wanted = needs_to_ask(has, meets=of_service, elsewhere=elsewhere)
        asked += _asked(referral, wanted, made, of_service, actor.name, known.at)
    AskedNeed.objects.bulk_create(asked)


@transaction.atomic
def change_needs(*, actor: Actor, referral_id: UUID, needs: Iterable[str], why: str) -> Referral:
    """Ask a referral that is not accepted yet for these needs, and no others. why: for the agency to read.

    Raises NotAllowed, CaseNotFound, CaseClosed, ReferralNotFound, AnswerIncomplete, CannotAskFor.
    """
    actor.require(Capability.ROUTE)
    words, now = why_given(why), timezone.now()
    case, referral = locked_with_case(actor, referral_id)
    if referral.status not in UNANSWERED:
        raise CannotAskFor("The agency has answered: give needs to another team by splitting the referral.")
    made = newest_assessment(case_id=case.id)
    before, after = asked_of(referral), in_order(needs)
    if before == after:
        raise CannotAskFor("That is what it is asked for already.")
    may_be_asked = {*before, *needs_found(made)}
    if unknown := [one for one in after if one not in may_be_asked]:
        raise CannotAskFor(f"The newest assessment does not name {needs_words(unknown)}: assess again first.")
    if elsewhere := asked_in_family(referral).intersection(after):
        raise CannotAskFor(f"Another service of the split has {needs_words(in_order(elsewhere))}.")
    _end(referral, [one for one in before if one not in after], Ended.CHANGED, actor.name, now, words)
    added = [one for one in after if one not in before]
    AskedNeed.objects.bulk_create(
        _asked(referral, added, made, referral.service.needs, actor.name, now, why=words)
    )
    publish(_changed(referral, "referral.needs_changed", now))
    return referral


def move_needs(
    *,
    by: str,
    giver: Referral,
    taker: Referral,
    needs: Collection[str],
    as_: AskedNeed.Ended,
    at: datetime,
    why: str = "",
) -> None:
    """Take these needs from one referral and ask them of the other. by: whoever decides it. The case is locked.

    Raises CannotAskFor.
    """
    made = newest_assessment(case_id=giver.case_id)
    _end(giver, needs, as_, by, at, why)
    AskedNeed.objects.bulk_create(_asked(taker, needs, made, taker.service.needs, by, at, why=why))


def give_needs_back(*, actor: Actor, case: Case, referral: Referral, at: datetime) -> Referral | None:
    """The referral has ended with its work undone: of a part, whoever gave it, or has that work now, has it again.

    Returns who; None where nobody has, and nothing is asked of the referral any more. The case is locked.
    """
    asked = asked_of(referral)
    given = split_that_gave(referral) if referral.split_from_id else None
    if given is not None:
        given.given_back_at = at
        given.save(update_fields=["given_back_at"])
    to_give = asked and referral.split_from_id and case.status != "closed"
    giver = gives_back_to(referral, given) if to_give else None
    if giver is None:
        _end(referral, asked, Ended.GIVEN_BACK, actor.name, at)
        return None
    giver = locked(actor, giver.id, None)
    move_needs(by=actor.name, giver=referral, taker=giver, needs=asked, as_=Ended.GIVEN_BACK, at=at)
    publish(_changed(giver, "referral.needs_given_back", at, needs=len(asked)))
    return giver


def asked_in_family(referral: Referral) -> set[str]:
    """The needs that others of its family are asked for, or have worked on."""
    family = AskedNeed.objects.filter(family=referral.family_id, ended_at=None).exclude(referral=referral)
    return set(family.values_list("need", flat=True))


def _changed(referral: Referral, topic: str, at: datetime, **codes: object) -> Happening:
    """The referral is asked for other needs than before: its version counts it, and its agency is told."""
    referral.version += 1
    referral.save(update_fields=["version"])
    return beside_moves(referral, topic, at, to=referral.status, **codes)


def _end(
    referral: Referral,
    needs: Collection[str],
    as_: AskedNeed.Ended,
    by: str,
    at: datetime,
    why: str = "",
) -> None:
    """End the asking for these needs, all or none."""
    standing = AskedNeed.objects.filter(referral=referral, ended_at=None, need__in=needs)
    ended = standing.update(ended_at=at, ended_as=as_, ended_why=why, ended_by_name=by)
    if ended != len(set(needs)):
        raise CannotAskFor("Somebody changed what it is asked for while you were looking. Look again first.")


def _asked(
    referral: Referral,
    needs: Collection[str],
    made: Assessment | None,
    meets: Collection[str],
    by: str,
    at: datetime,
    *,
    why: str = "",
) -> list[AskedNeed]:
    """What the referral is asked for. made, meets: see category_of_need."""
    return [
        AskedNeed(
            case_id=referral.case_id,
            referral=referral,
            family_id=referral.family_id,
            need=need,
            category=str(category_of_need(need, made=made, meets=meets)),
            why=why,
            asked_by_name=by,
            asked_at=at,
        )
        for need in needs
    ]
