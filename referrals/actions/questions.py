"""What a practitioner is asked to decide about a case: one question at a time, which stands until it is answered."""

from datetime import datetime

from messaging.events import Happening, publish
from referrals.actions.triage import moved
from referrals.models import Case, Referral
from referrals.workflow import OPEN

LONGEST_QUESTION = 200


def want_decision(*, case: Case, words: str, code: str, at: datetime) -> None:
    """Ask a practitioner; a case that no partner works on goes back to those to be routed or decided.

    A suspended case keeps the reason of its suspension. The case is locked.
    """
    publish(*wanting(case, words, code, has_open_referrals(case), at))


def take_back_question(case: Case, words: str) -> None:
    """What was asked of a practitioner is answered, where it was this. The case is locked."""
    if words and case.decision_wanted == words:
        case.decision_wanted = ""
        case.save(update_fields=["decision_wanted"])


def wanting(case: Case, words: str, code: str, is_with_partners: bool, at: datetime) -> list[Happening]:
    """`want_decision`, for a caller that knows whether a partner has the case; returns what is to be told."""
    if case.status == "suspended":
        return []
    told = [Happening("case.decision_wanted", at=at, case_id=case.id, data={"code": code})]
    case.decision_wanted = words[:LONGEST_QUESTION]
    if case.status == "routed" and not is_with_partners:
        told.append(moved(case, "want_decision", at))
    case.save(update_fields=["decision_wanted", "status"])
    return told


def has_open_referrals(case: Case) -> bool:
    """Whether a partner still has the case."""
    return Referral.objects.filter(case=case, status__in=OPEN).exists()
