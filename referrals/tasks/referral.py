"""What a referral's moves, questions and due times mean for its case."""

from uuid import UUID

from access.context import current_actor
from messaging.queries import event_data
from messaging.subscribers import subscriber
from referrals.actions.answers import follow_referral, is_unanswered
from referrals.actions.leads import PASSED_ON, tell_those_beside
from referrals.actions.messages import follow_question
from referrals.actions.referral import CONFIRM_OVERDUE, expire, remind_to_confirm
from referrals.actions.sending import EXPIRE
from referrals.actions.splits import follow_split
from referrals.actions.transfers import ask_to_decide


@subscriber(
    "referral.received",
    "referral.accepted",
    "referral.declined",
    "referral.returned",
    "referral.completed",
    "referral.recalled",
    "referral.expired",
    "referral.handed_over",
    name="referrals.follow_referral",
    account="routing",
)
def follow_answer(payload: dict[str, str]) -> None:
    """What a partner's answer, or its absence, means for the case."""
    follow_referral(
        actor=current_actor(), referral_id=UUID(payload["referral"]), asked_by=UUID(payload["event"])
    )


@subscriber(
    "lead.chosen",
    "lead.passed_on",
    "lead.ended",
    name="referrals.tell_of_lead",
    account="routing",
)
def tell_of_lead(payload: dict[str, str]) -> None:
    """Who works on a case beside its lead learns that another leads, or nobody."""
    told = event_data(payload)
    if told.get("reason_code") != PASSED_ON:  # then the choice of another says it
        case, referral = UUID(payload["case"]), UUID(payload["referral"])
        tell_those_beside(actor=current_actor(), case_id=case, referral_id=referral)


@subscriber("referral.asked", name="referrals.follow_question", account="routing")
def follow_asked(payload: dict[str, str]) -> None:
    """A partner asks before it answers: the time of its answer stands still."""
    follow_question(actor=current_actor(), referral_id=UUID(payload["referral"]))


@subscriber("transfer.asked", name="referrals.follow_transfer_asked", account="routing")
def follow_asked_transfer(payload: dict[str, str]) -> None:
    """An agency asks the hub to hand its referral over: somebody is to decide."""
    ask_to_decide(actor=current_actor(), referral_id=UUID(payload["referral"]))


@subscriber("split.asked", name="referrals.follow_split_asked", account="routing")
def follow_asked_split(payload: dict[str, str]) -> None:
    """An agency asks to have its work divided: its own team has its part at once, for another the hub decides."""
    follow_split(actor=current_actor(), referral_id=UUID(payload["referral"]))


@subscriber(name=EXPIRE, account="routing")
def expire_unanswered(payload: dict[str, str]) -> None:
    """The answer's time has run out; where it came in time, nothing is to be done."""
    referral = UUID(payload["referral"])
    if is_unanswered(referral_id=referral, due=payload.get("due", "")):
        expire(actor=current_actor(), referral_id=referral)


@subscriber(name=CONFIRM_OVERDUE, account="routing")
def recall_not_confirmed(payload: dict[str, str]) -> None:
    """The time to confirm a recall has run out."""
    remind_to_confirm(actor=current_actor(), referral_id=UUID(payload["referral"]))
