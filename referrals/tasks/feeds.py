"""What feeds bring: rows judged, those held, files that are late, and what senders hear of it."""

from uuid import UUID

from celery import shared_task

from access.context import acting_as_system
from messaging.queries import event_data
from messaging.subscribers import subscriber
from referrals.actions.feed_health import check_feeds
from referrals.actions.feedback import follow_case, write_answered, write_sent
from referrals.actions.held_rows import hide_held_rows
from referrals.actions.intake import JUDGE, judge_rows
from referrals.actions.safeguarding import OVERDUE, note_overdue


@subscriber(name=JUDGE, account="intake")
def judge_feed(payload: dict[str, str]) -> None:
    """The next chunk of a feed's rows."""
    judge_rows(run_id=UUID(payload["run"]))


@subscriber("case.restricted", name="referrals.hide_held_rows", account="intake")
def hide(payload: dict[str, str]) -> None:
    """What is held in quarantine about somebody who was restricted is hidden with them."""
    hide_held_rows(case_id=UUID(payload["case"]))


@subscriber(name=OVERDUE, account="intake")
def child_in_danger_is_overdue(payload: dict[str, str]) -> None:
    """The time in which a child in danger is to be referred on is over; where it was, nothing is to be done."""
    note_overdue(row_id=UUID(payload["row"]))


@subscriber("feed.finished", name="referrals.write_sent", account="feedback")
def write_what_was_sent(payload: dict[str, str]) -> None:
    """A finished run, for its sender to look back on."""
    write_sent(run_id=UUID(str(event_data(payload)["run"])))


@subscriber(
    "feed.row_resubmitted",
    "feed.row_accepted",
    "feed.row_returned",
    "feed.row_referred_on",
    "feed.row_withdrawn",
    "feed.row_superseded",
    name="referrals.write_answered",
    account="feedback",
)
def write_what_became_of_it(payload: dict[str, str]) -> None:
    """A row that was held, for its sender to look back on."""
    write_answered(row_id=UUID(str(event_data(payload)["row"])))


@subscriber(
    "case.moved",
    "case.contact_attempted",
    "case.consent_recorded",
    "case.closed",
    "referral.accepted",
    "referral.started",
    "referral.completed",
    "referral.returned",
    "referral.recalled",
    "referral.handed_over",
    "progress.recorded",
    name="referrals.feedback",
    account="feedback",
)
def give_feedback(payload: dict[str, str]) -> None:
    """How far a case has come, for who sent it."""
    follow_case(case_id=UUID(payload["case"]))


@shared_task(ignore_result=True, name="referrals.check_feeds")
def look_for_late_feeds() -> None:
    """Senders whose expected file should have come by now; harmless to run again."""
    with acting_as_system("intake"):
        check_feeds()
