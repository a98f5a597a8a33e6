"""An agency's feed of changes: every event once, in order, without gaps, whoever commits late."""

import threading

from django.db import connection, transaction
from django.utils import timezone

from access.context import acting_as, acting_as_system
from agencies.models import Agency
from messaging.events import Happening, publish
from messaging.feeds import changes_after


def tell(agency: Agency, topic: str = "referral.sent") -> None:
    with acting_as_system("tests"):
        publish(Happening(topic, at=timezone.now(), audience=[agency.id]))


def read(cast, agency: str, cursor: int = 0, limit: int = 100) -> list:
    actor = cast.client_actor(agency)
    with acting_as(actor):
        return changes_after(agency_id=actor.agency_id, cursor=cursor, limit=limit)


def test_it_numbers_events_from_one_without_gaps(hub, cast):
    safe_steps = Agency.objects.get(code="safe-steps")
    for _ in range(5):
        tell(safe_steps)
    assert [entry.position for entry in read(cast, "safe-steps")] == [1, 2, 3, 4, 5]
    tell(safe_steps)
    assert [entry.position for entry in read(cast, "safe-steps", cursor=5)] == [6]


def test_it_shows_an_agency_only_its_own(hub, cast):
    tell(Agency.objects.get(code="safe-steps"))
    assert read(cast, "victim-care") == []
    outsider = cast.client_actor("victim-care")
    with acting_as(outsider):
        assert changes_after(agency_id=cast.client_actor("safe-steps").agency_id, cursor=0, limit=10) == []


def test_a_late_commit_is_not_missed(committed_hub, cast):
    """One writer opens its transaction first and commits last: a reader in between misses nothing."""
    safe_steps = Agency.objects.get(code="safe-steps")
    written, may_commit = threading.Event(), threading.Event()

    def late_writer() -> None:
        with transaction.atomic():
            tell(safe_steps, "referral.late")
            written.set()
            may_commit.wait(10)
        connection.close()

    writer = threading.Thread(target=late_writer)
    writer.start()
    assert written.wait(10)
    tell(safe_steps, "referral.early")
    first = read(cast, "safe-steps")
    assert [(entry.position, entry.event.topic) for entry in first] == [(1, "referral.early")]
    may_commit.set()
    writer.join()
    second = read(cast, "safe-steps", cursor=1)
    assert [(entry.position, entry.event.topic) for entry in second] == [(2, "referral.late")]
