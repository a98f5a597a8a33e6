"""The outbox: what a verb sends is done exactly once, whoever dies on the way."""

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from access.context import acting_as_system
from messaging import relay, subscribers
from messaging.events import Happening, publish, schedule
from messaging.models import Event, Message


@pytest.fixture
def follower(monkeypatch):
    """A subscriber of the topic `test.happened`, and the payloads that it was given."""
    monkeypatch.setattr(subscribers, "_by_name", dict(subscribers._by_name))
    by_topic = subscribers._by_topic.copy()
    by_topic["test.happened"] = []
    monkeypatch.setattr(subscribers, "_by_topic", by_topic)
    given: list[dict[str, str]] = []

    @subscribers.subscriber("test.happened", name="test.follow", account="tests")
    def follow(payload: dict[str, str]) -> None:
        given.append(payload)
        if getattr(follow, "fails", False):
            raise RuntimeError("somebody's name must not be logged")

    follow.given = given  # type: ignore[attr-defined]
    return follow


def tell() -> Event:
    with acting_as_system("tests"):
        return publish(Happening("test.happened", at=timezone.now()))[0]


def test_it_does_the_work_once(hub, follower):
    event = tell()
    assert relay.run_due() == 1
    assert relay.run_due() == 0
    assert [payload["event"] for payload in follower.given] == [str(event.id)]


def test_it_sends_nothing_when_the_change_is_taken_back(hub, follower):
    with pytest.raises(ZeroDivisionError), acting_as_system("tests"):
        publish(Happening("test.happened", at=timezone.now()))
        raise ZeroDivisionError
    assert relay.run_due() == 0
    assert not Message.objects.filter(subscriber="test.follow").exists()


def test_it_waits_for_what_is_not_due_yet(hub, follower):
    with acting_as_system("tests"):
        schedule("test.follow", key="later", payload={}, at=timezone.now() + timedelta(hours=1))
    assert relay.run_due() == 0
    Message.objects.filter(key="later").update(available_at=timezone.now() - timedelta(days=40))
    assert relay.run_due() == 1, "the sweep takes everything overdue, however old"


def test_it_schedules_the_same_key_once(hub, follower):
    with acting_as_system("tests"):
        for _ in range(3):
            schedule("test.follow", key="once", payload={}, at=timezone.now())
    assert relay.run_due() == 1


def test_it_refuses_to_schedule_for_nobody(hub):
    with pytest.raises(subscribers.UnknownSubscriber), acting_as_system("tests"):
        schedule("test.nobody", key="x", payload={}, at=timezone.now())


def test_it_keeps_a_message_that_fails_and_says_no_content(hub, follower, caplog):
    follower.fails = True
    tell()
    assert relay.run_due() == 0
    message = Message.objects.get(subscriber="test.follow")
    assert (message.attempts, message.done_at, message.last_error) == (1, None, "RuntimeError")
    assert message.available_at > timezone.now()
    assert "somebody's name" not in caplog.text
    follower.fails = False
    Message.objects.filter(subscriber="test.follow").update(available_at=timezone.now())
    assert relay.run_due() == 1


def test_a_dead_worker_s_message_is_taken_when_the_lease_ends(hub, follower):
    tell()
    claimed, token = relay._claim()
    assert len(claimed) == 1
    assert relay.run_due() == 0, "under lease it is nobody else's"
    Message.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert relay.run_due() == 1
    assert relay._do(claimed[0], token) is False, "who comes back late finds it done"
    assert len(follower.given) == 1


def test_a_slow_worker_s_token_is_worth_nothing_after_another_claim(hub, follower):
    tell()
    claimed, old_token = relay._claim()
    Message.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    again, new_token = relay._claim()
    assert claimed == again
    assert relay._do(claimed[0], old_token) is False
    assert relay._do(claimed[0], new_token) is True
    assert len(follower.given) == 1


def test_the_effect_and_its_done_mark_are_one_transaction(hub, follower):
    tell()
    claimed, token = relay._claim()
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        relay._do(claimed[0], token)
        raise KeyboardInterrupt  # killed before the commit
    assert Message.objects.get(id=claimed[0][0]).done_at is None


def test_a_broker_that_is_gone_loses_nothing(hub, follower, monkeypatch):
    def no_broker() -> None:
        raise ConnectionError

    monkeypatch.setattr(relay, "_doorbell", no_broker)
    relay.ring_doorbell()
    tell()
    assert relay.run_due() == 1


def test_an_unknown_subscriber_s_message_is_kept_for_the_version_that_knows_it(hub):
    Message.objects.create(
        subscriber="future.verb", key=str(uuid.uuid4()), payload={}, available_at=timezone.now()
    )
    assert relay.run_due() == 0
    assert Message.objects.get(subscriber="future.verb").last_error == "UnknownSubscriber"
