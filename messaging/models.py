"""Events (what happened), feed entries (what an agency may pull) and outbox messages (what must follow)."""

from django.db import models

from access.ids import new_id
from access.tables import HubRow


class Event(HubRow):
    """Something that happened, told once, in the transaction in which it happened.

    `data` holds ids and codes only. Timelines, partners' feeds and roll-ups are all made from events.
    """

    topic = models.CharField(max_length=60)
    at = models.DateTimeField()
    case_id = models.UUIDField(null=True)
    referral_id = models.UUIDField(null=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField()
    actor_name = models.CharField(max_length=150)
    agency_id = models.UUIDField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["case_id", "id"], name="messaging_event_case"),
            models.Index(fields=["topic", "at"], name="messaging_event_topic"),
        ]


class FeedEntry(HubRow):
    """One event in one agency's feed of changes.

    Written with the event; `position` is given later, in order and without gaps, under the agency's
    lock (see messaging.feeds), so that a reader with a cursor can never miss a late commit.
    """

    agency_id = models.UUIDField()
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="feed_entries")
    position = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agency_id", "event"], name="messaging_feed_once"),
            models.UniqueConstraint(fields=["agency_id", "position"], name="messaging_feed_position"),
        ]
        indexes = [
            models.Index(
                fields=["agency_id"], name="messaging_feed_waiting", condition=models.Q(position__isnull=True)
            )
        ]


class Message(models.Model):
    """Work that must follow: one row a subscriber and subject, done exactly once.

    The row is outbox and dedup row in one: (subscriber, key) is unique, and `done_at` is set in the
    transaction of the effect, under the lease token that claimed it. `payload` holds ids only.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subscriber = models.CharField(max_length=80)
    key = models.CharField(max_length=120)
    payload = models.JSONField(default=dict)
    available_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscriber", "key"], name="messaging_message_once")]
        indexes = [
            models.Index(
                fields=["available_at"],
                name="messaging_message_due",
                condition=models.Q(done_at__isnull=True),
            )
        ]
