"""What follows from events and due times: each a subscriber of the outbox, acting as a named system account."""

from uuid import UUID

from messaging.subscribers import subscriber
from referrals.actions.intake import JUDGE, judge_rows


@subscriber(name=JUDGE, account="intake")
def judge_feed(payload: dict[str, str]) -> None:
    """The next chunk of a feed's rows."""
    judge_rows(run_id=UUID(payload["run"]))
