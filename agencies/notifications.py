"""What somebody can be told of, and how they may choose to be told. Pure.

A notification names no person: it is a kind, and the ids by which its page is found. A mail says how many wait.
"""

from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """How somebody wants to be told of a kind: every notification stands on the page; a mail comes besides, or not."""

    PAGE = "page"
    MAIL = "mail"
    DIGEST = "digest"

    @property
    def words(self) -> str:
        return WAY_WORDS[self]


WAY_WORDS = {
    Way.PAGE: "Only in the hub",
    Way.MAIL: "By e-mail too, within ten minutes",
    Way.DIGEST: "By e-mail once a day",
}


@dataclass(frozen=True)
class Kind:
    """words: the line that is shown. way: where somebody has chosen nothing. urgent: mailed at once, always."""

    words: str
    way: Way = Way.PAGE
    urgent: bool = False


KINDS = {
    "case_assigned": Kind("A case was given to you", Way.MAIL),
    "case_taken": Kind("A case of yours was given to somebody else, or to nobody", Way.MAIL),
    "task_given": Kind("A task was given to you or to your team", Way.MAIL),
    "mentioned": Kind("A note mentions you", Way.MAIL),
    "referral_declined": Kind("A service declined a referral", Way.MAIL),
    "referral_returned": Kind("A service asks for more about a referral", Way.MAIL),
    "transfer_asked": Kind("A service asks to hand a referral over", Way.MAIL),
    "split_asked": Kind("A service asks to give a part of its referral to another team", Way.MAIL),
    "needs_changed": Kind("What a referral is asked for has changed", Way.MAIL),
    "handover_came": Kind("A handover note waits on a referral", Way.MAIL),
    "transfer_answered": Kind("The hub answers what you asked about a referral", Way.MAIL),
    "lead_wanted": Kind("Nobody leads a case that several services worked on: choose who does", Way.MAIL),
    "referral_expired": Kind("A service did not answer a referral in time", Way.MAIL),
    "message_came": Kind("A message came about a referral", Way.MAIL),
    "override_asked": Kind("A colleague asks to tell an agency without consent: you decide", Way.MAIL),
    "call_back_due": Kind("A call-back is due", Way.MAIL),
    "prompt_overdue": Kind("What an answer asked for was not done in time", Way.MAIL),
    "clock_warned": Kind("A clock runs out soon", Way.DIGEST),
    "clock_missed": Kind("A clock has run out", Way.MAIL),
    "clock_escalated": Kind("A clock that has run out is taken to you", Way.MAIL),
    "dispute_opened": Kind("The hub contests that a referral was declined", Way.MAIL),
    "dispute_answered": Kind("A service answers what you contest", Way.MAIL),
    "pathway_challenged": Kind("Somebody questions where a pathway sent a case", Way.DIGEST),
    "referral_came": Kind("A referral came for your team", Way.MAIL),
    "referral_given": Kind("A referral was given to you", Way.MAIL),
    "referral_taken": Kind("A referral of yours was given to somebody else, or to nobody", Way.MAIL),
    "lead_given": Kind("Your team leads the joint work on a case", Way.MAIL),
    "lead_passed_on": Kind("Your team no longer leads the joint work on a case"),
    "referral_recalled": Kind("The hub took a referral back", Way.MAIL),
    "conference_asks": Kind("A case conference asks what your agency knows", Way.MAIL),
    "action_given": Kind("A case conference gave you or your agency something to do", Way.MAIL),
    "feed_alert": Kind("A sender’s file is late or empty, or its columns changed", Way.MAIL),
    "child_in_danger": Kind("A report names a child in danger", Way.MAIL, urgent=True),
    "child_overdue": Kind("A child in danger was not referred on in time", Way.MAIL, urgent=True),
}
BOTH = ("message_came", "action_given", "needs_changed")
PARTNER = (
    "referral_came",
    "referral_given",
    "referral_taken",
    "referral_recalled",
    "lead_given",
    "lead_passed_on",
    "transfer_answered",
    "handover_came",
    "dispute_opened",
    "conference_asks",
    *BOTH,
)
HUB = tuple(code for code in KINDS if code not in PARTNER or code in BOTH)
