"""What is held in quarantine at a glance: by reason and sender, and how long; and children whose time is over."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from referrals.feed.held import SAFEGUARDING, reason_of
from referrals.feed.verdicts import QUARANTINE, QUARANTINE_WORDS
from referrals.models import FeedRow
from referrals.queries.clock_rules import clock_rules
from referrals.queries.feed_rows import safeguarding_due

MOST = 5000
LONG = timedelta(days=7)


@dataclass(frozen=True)
class HeldReason:
    """The rows held for one reason: by sender in the order of the summary, since when, and how many for a week."""

    code: str
    words: str
    by_sender: list[tuple[str, int]]
    total: int
    since: datetime
    for_long: int


@dataclass(frozen=True)
class HeldSummary:
    """senders: code and name. is_all: whether no more rows are held than were counted, the longest held first."""

    senders: list[tuple[str, str]]
    reasons: list[HeldReason]
    is_all: bool


def held_summary() -> HeldSummary:
    """Of at most MOST rows that the reader may see."""
    now = timezone.now()
    held = FeedRow.objects.filter(verdict__startswith=QUARANTINE).order_by("id")
    told = list(
        held.values_list("verdict", "run__source__code", "run__source__name", "run__taken_at")[: MOST + 1]
    )
    counted = told[:MOST]
    senders = dict(sorted({(code, name) for _, code, name, _ in counted}, key=lambda one: one[1]))
    counts = Counter((reason_of(verdict), code) for verdict, code, _, _ in counted)
    reasons = []
    for reason, words in QUARANTINE_WORDS.items():
        taken = [at for verdict, _, _, at in counted if reason_of(verdict) == reason]
        if taken:
            by_sender = [(code, counts[reason, code]) for code in senders]
            for_long = sum(at < now - LONG for at in taken)
            reasons.append(HeldReason(reason, words, by_sender, len(taken), min(taken), for_long))
    return HeldSummary(list(senders.items()), reasons, len(told) <= MOST)


def overdue_children() -> int:
    """How many rows that name a child in danger are past their one working day; of those that the reader may see."""
    now = timezone.now()
    held = FeedRow.objects.filter(verdict=f"{QUARANTINE}{SAFEGUARDING}").order_by("id")
    taken = list(held.values_list("run__taken_at", flat=True)[:MOST])
    rules = clock_rules() if taken else []
    due = {at: safeguarding_due(at, rules) for at in set(taken)}
    return sum(due[at] < now for at in taken)
