"""The relay: carries outbox messages to their subscribers, exactly once, whatever is killed.

A batch is claimed under a lease with a fresh token (fencing). Each message is then done in one
transaction of its own: lock the row under the token, run the effect, set `done_at`. Who dies before
the commit leaves nothing behind, and the message is taken again when the lease ends; who is slow
finds another token on the row and stops. The sweep takes everything overdue, never a window.
"""

import logging
import traceback
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from access.context import acting_as_system
from messaging.models import Message
from messaging.subscribers import by_name

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=5)
BATCH = 20
LONGEST_WAIT = timedelta(minutes=5)

_CLAIM = """
UPDATE messaging_message
SET lease_token = %(token)s, leased_until = clock_timestamp() + make_interval(secs => %(lease)s)
WHERE id = ANY (ARRAY(
    SELECT id FROM messaging_message
    WHERE done_at IS NULL AND available_at <= clock_timestamp()
      AND (leased_until IS NULL OR leased_until < clock_timestamp())
    ORDER BY available_at, id
    FOR UPDATE SKIP LOCKED
    LIMIT %(batch)s))
RETURNING id, available_at, subscriber
"""

_doorbell: Callable[[], None] | None = None


def connect_doorbell(ring: Callable[[], None]) -> None:
    """Say how the workers are woken (the Celery application does, at start)."""
    global _doorbell
    _doorbell = ring


def ring_doorbell() -> None:
    """Wake a worker. A broker that does not answer is no error: the sweep comes by within a second."""
    if _doorbell is None:
        return
    try:
        _doorbell()
    except Exception as error:  # whatever the broker's client raises, the record is safe
        logger.warning("The broker did not take the wake-up (%s); the sweep will.", type(error).__name__)


def run_due(*, limit: int | None = None) -> int:
    """Do the overdue messages, batch by batch, until none is left (or `limit` are done). Returns how many."""
    done = 0
    while limit is None or done < limit:
        claimed, token = _claim()
        if not claimed:
            break
        done += sum(_do(message, token) for message in claimed)
    return done


def _claim() -> tuple[list[tuple[UUID, str]], UUID]:
    token = uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"token": token, "lease": LEASE.total_seconds(), "batch": BATCH})
        rows = sorted(cursor.fetchall(), key=lambda row: (row[1], row[0]))
    return [(row[0], row[2]) for row in rows], token


def _do(claimed: tuple[UUID, str], token: UUID) -> bool:
    """One message under its lease, by id and subscriber. Returns whether it was done here and now."""
    message_id, name = claimed
    held = Message.objects.filter(id=message_id, lease_token=token, done_at__isnull=True)
    try:
        follower = by_name(name)
        with acting_as_system(follower.account):
            message = held.select_for_update().first()
            if message is None:
                return False
            follower.handle(message.payload)
            held.update(done_at=timezone.now(), leased_until=None, last_error="")
    except Exception as error:
        _put_back(held, error, name)
        return False
    return True


def _put_back(held: QuerySet[Message], error: Exception, name: str) -> None:
    """Leave the message for later, longer each time; it is never given up. Logs the kind of error, no content."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    logger.error(
        "Message for %s failed: %s at %s:%s", name, type(error).__name__, place.filename, place.lineno
    )
    attempts = held.values_list("attempts", flat=True).first() or 0
    wait = min(timedelta(seconds=2**attempts), LONGEST_WAIT)
    held.update(
        attempts=F("attempts") + 1,
        available_at=timezone.now() + wait,
        leased_until=None,
        last_error=type(error).__name__[:120],
    )
