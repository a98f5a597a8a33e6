"""Tables of the work and their constraints: senders and rows, cases, referrals."""

from referrals.models.case_tasks import CaseTask
from referrals.models.cases import Case, Clock, ContactAttempt, Incident, Prompt
from referrals.models.conferences import (
    Attendance,
    Conference,
    ConferenceAction,
    ConferenceAgency,
    Listing,
    Minute,
    Research,
)
from referrals.models.disputes import Dispute
from referrals.models.feeds import (
    FeedAlert,
    Feedback,
    FeedRow,
    FeedRun,
    FeedSource,
    HeldStep,
    Offence,
    SentRecord,
    SourceEdition,
    SourceRecord,
)
from referrals.models.notes import CaseNote, NoteShare
from referrals.models.referrals import Outcome, Override, RecallReason, Referral, RoutingDecision, Waiting

__all__ = [
    "Attendance",
    "Case",
    "CaseNote",
    "CaseTask",
    "Clock",
    "Conference",
    "ConferenceAction",
    "ConferenceAgency",
    "ContactAttempt",
    "Dispute",
    "FeedAlert",
    "FeedRow",
    "FeedRun",
    "FeedSource",
    "Feedback",
    "HeldStep",
    "Incident",
    "Listing",
    "Minute",
    "NoteShare",
    "Offence",
    "Outcome",
    "Override",
    "Prompt",
    "RecallReason",
    "Referral",
    "Research",
    "RoutingDecision",
    "SentRecord",
    "SourceEdition",
    "SourceRecord",
    "Waiting",
]
