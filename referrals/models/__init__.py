"""Tables of the work and their constraints: senders and rows, cases, referrals."""

from referrals.models.asked_needs import AskedNeed
from referrals.models.call_backs import CallBack, DiaryAddress
from referrals.models.case_tasks import CaseTask
from referrals.models.cases import Case, ContactAttempt, Incident, Prompt
from referrals.models.clocks import Clock, ClockEdition, ClockPause, Development
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
from referrals.models.documents import Document, DocumentContent, DocumentShare, DocumentWithdrawal
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
from referrals.models.handovers import HandoverNote
from referrals.models.leads import Lead
from referrals.models.messages import MessageMark, ReferralMessage
from referrals.models.notes import CaseNote, NoteShare
from referrals.models.referrals import Outcome, Override, RecallReason, Referral, RoutingDecision, Waiting
from referrals.models.saved_filters import SavedFilter
from referrals.models.say import Say
from referrals.models.splits import Split
from referrals.models.transfers import Transfer

__all__ = [
    "AskedNeed",
    "Attendance",
    "CallBack",
    "Case",
    "CaseNote",
    "CaseTask",
    "Clock",
    "ClockEdition",
    "ClockPause",
    "Conference",
    "ConferenceAction",
    "ConferenceAgency",
    "ContactAttempt",
    "Development",
    "DiaryAddress",
    "Dispute",
    "Document",
    "DocumentContent",
    "DocumentShare",
    "DocumentWithdrawal",
    "FeedAlert",
    "FeedRow",
    "FeedRun",
    "FeedSource",
    "Feedback",
    "HandoverNote",
    "HeldStep",
    "Incident",
    "Lead",
    "Listing",
    "MessageMark",
    "Minute",
    "NoteShare",
    "Offence",
    "Outcome",
    "Override",
    "Prompt",
    "RecallReason",
    "Referral",
    "ReferralMessage",
    "Research",
    "RoutingDecision",
    "SavedFilter",
    "Say",
    "SentRecord",
    "SourceEdition",
    "SourceRecord",
    "Split",
    "Transfer",
    "Waiting",
]
