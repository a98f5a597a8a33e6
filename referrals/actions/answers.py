"""What a partner's answer, or its absence, means for the case."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from referrals.actions.asked_needs import give_needs_back
from referrals.actions.clocks import end_answer_clock, keep_due
from referrals.actions.questions import has_open_referrals, want_decision
from referrals.actions.routing import locked_for_routing, route_case
from referrals.actions.sight import keep_sight
from referrals.grounds import LOST
from referrals.models import ClockPause, Referral
from referrals.workflow import CANNOT_GO_ON, HANDED_OVER, SYSTEM, UNANSWERED, UNDONE, verbs_for


@transaction.atomic
def follow_referral(*, actor: Actor, referral_id: UUID, asked_by: UUID) -> None:
    """What a referral's move means for its case, once for the event that tells of it.

    An end ends the agency's sight. Declined or not answered: the pathway is asked again and takes its
    fallback. Returned, recalled, or all finished: a practitioner is asked.
    Raises NotAllowed.
    """
    actor.require(Capability.ROUTE)
    now = timezone.now()
    referral = Referral.objects.select_related("agency", "service").filter(id=referral_id).first()
    case = locked_for_routing(actor, referral.case_id) if referral else None
    if referral is None or case is None:
        return
    referral.refresh_from_db(fields=["status", "reason_code", "reason_words"])  # as it stands under the lock
    keep_sight(actor=actor, case_id=case.id, agency_id=referral.agency_id)
    if referral.status not in UNANSWERED:
        end_answer_clock(case=case, referral=referral)
    undone = referral.status in UNDONE and referral.reason_code != HANDED_OVER
    back_with = give_needs_back(actor=actor, case=case, referral=referral, at=now) if undone else None
    if case.status == "closed":
        return
    keep_due(case)
    if back_with is not None:
        return  # whoever gave its needs has them again
    who = referral.agency.name
    if undone and referral.split_from_id is not None:
        words = f"{who} has ended its part of a split undone, and nobody is left to take it back: decide who helps."
        want_decision(case=case, words=words, code="needs_back", at=now)
        return
    match referral.status:
        case "declined" | "expired":
            route_case(actor=actor, case_id=case.id, asked_by=asked_by)
        case "returned" if referral.reason_code == HANDED_OVER:
            pass  # whoever takes it over was sent it in the same transaction
        case "returned" if referral.reason_code == CANNOT_GO_ON:
            words = f"{who} cannot go on with its referral: {referral.reason_words}"
            want_decision(case=case, words=words, code="cannot_go_on", at=now)
        case "returned":
            words = f"{who} gave the referral back and asks: {referral.reason_words}"
            want_decision(case=case, words=words, code="returned", at=now)
        case "recalled" if referral.reason_code in LOST:
            words = f"{LOST[referral.reason_code]}: the referral to {who} is recalled. Decide where the case goes."
            want_decision(case=case, words=words, code="recalled", at=now)
        case "recalled" if not has_open_referrals(case):
            words = f"The referral to {who} was recalled and no other is open: decide where the case goes."
            want_decision(case=case, words=words, code="recalled", at=now)
        case "completed" if not has_open_referrals(case):
            words = "Every partner has finished. Close the case, or route it again where more is wanted."
            want_decision(case=case, words=words, code="all_finished", at=now)


def is_unanswered(*, referral_id: UUID, due: str = "") -> bool:
    """Whether the referral's answer is still owed. due: the due time that has come, where a question had moved it."""
    referral = Referral.objects.filter(id=referral_id).first()
    if referral is None or referral.waits_for_hub or "expire" not in verbs_for(referral.status, SYSTEM):
        return False
    moved_on = ClockPause.objects.filter(clock__referral=referral).exists()
    return not moved_on or due == referral.answer_due_at.isoformat()
