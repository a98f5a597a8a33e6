"""The demonstration's queues: a case on hold, a referral given to one of a partner's team, filters that are kept."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from django.utils import timezone

from access.actor import Actor
from access.context import acting_as
from referrals import scope
from referrals.actions.giving import give
from referrals.actions.hold import hold_case
from referrals.actions.saved_filters import save_filter
from referrals.actions.triage import TriageRefused
from referrals.models import Case, SavedFilter

HELD_FOR = timedelta(days=5)


def keep_queues(who: Callable[[str], Actor]) -> None:
    """Liam holds one of his cases, Priya keeps two filters; Helen takes a referral herself and keeps a filter too."""
    with acting_as(who("liam.byrne@northshire.example")) as liam:
        for case in Case.objects.filter(assigned_to=liam.id, status="triaging").order_by("reference"):
            with suppress(TriageRefused):
                reason = "In hospital until next week; asked to be called then."
                hold_case(actor=liam, case_id=case.id, reason=reason, until=timezone.now() + HELD_FOR)
                break
    with acting_as(who("priya.nair@northshire.example")) as priya:
        save_filter(actor=priya, name="High risk that nobody has", query="risk=high&assigned=nobody")
        save_filter(actor=priya, name="My team’s, overdue", query="due=overdue&assigned=team")
    with acting_as(who("helen.marsh@safesteps.example")) as helen:
        for referral in scope.referrals(helen).filter(status="accepted").order_by("id")[:1]:
            give(actor=helen, referral_id=referral.id, to=helen.id)
        save_filter(
            actor=helen,
            name="Overdue, with nobody yet",
            query="list=answer&due=overdue&assigned=nobody",
            queue=SavedFilter.Queue.REFERRALS,
        )
