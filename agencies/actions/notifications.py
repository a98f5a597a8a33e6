"""Telling people that something waits, and by mail how many such things: never what, and never about whom.

An event is told to somebody once. Whether they may still see what it is about is asked by the policy, each time that
they read; so what was told before a record was closed to them is gone with the record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from access.actor import Actor
from access.batches import insert_rows
from access.context import acting_as
from access.ids import new_id
from access.roles import Capability
from agencies.models import Notification, NotificationChoice, Practitioner
from agencies.notifications import KINDS, Way
from agencies.telling import ways_of
from messaging.events import Due, schedule_all

MAIL = "agencies.mail_notifications"
EVERY = timedelta(minutes=10)
"""So often at most somebody gets a mail, whatever happens meanwhile; but urgent ones are mailed at once."""
GRACE = timedelta(minutes=1)
"""After the ten minutes: whoever is still writing a notification of that time has then ended."""
MOST = 500
SUBJECT = "{many} at the hub"
URGENT = "Urgent: somebody on call is needed at the hub"
TEXT = (
    "{name}\n\n{many} at the hub. Sign in and open {address}\n\n"
    "This message holds nothing about anybody on purpose. Do not answer it. How you are told is yours to choose:"
    " {choices}\n"
)


class NotificationNotFound(Exception):
    """There is no such notification, or what it is about is no longer theirs to see."""


@dataclass(frozen=True)
class Told:
    """What people are told of: the kind, the event and the ids of where it happened."""

    kind: str
    event_id: UUID
    at: datetime
    case_id: UUID | None = None
    referral_id: UUID | None = None
    row_id: UUID | None = None
    conference_id: UUID | None = None


@transaction.atomic
def notify(*, actor: Actor, told: Told, people: Iterable[UUID]) -> None:
    """Tell these people, each once of an event however often this runs; and have the mail sent that they chose.

    Raises NotAllowed.
    """
    actor.require(Capability.NOTIFY)
    now = timezone.now()
    active = Practitioner.objects.filter(id__in=set(people), is_active=True).order_by("id")
    recipients = list(active.values_list("id", flat=True))
    insert_rows(
        Notification,
        [{"id": new_id(), "recipient_id": person, **vars(told)} for person in recipients],
        rest="ON CONFLICT (recipient_id, event_id) DO NOTHING",
    )
    if KINDS[told.kind].urgent:
        _have_mailed(recipients, Way.MAIL, key=f"{told.event_id}", at=now, urgent=True)
        return
    ways = ways_of(recipients)
    turn = int(now.timestamp() // EVERY.total_seconds()) + 1
    at = datetime.fromtimestamp(turn * EVERY.total_seconds(), tz=UTC) + GRACE
    by_mail = [person for person in recipients if ways[person, told.kind] == Way.MAIL]
    _have_mailed(by_mail, Way.MAIL, key=f"{turn}", at=at)


@transaction.atomic
def have_digests_mailed(*, actor: Actor, day: date) -> None:
    """Whoever wants to hear of something once a day, and has not read it: one mail each, and one a day.

    Raises NotAllowed.
    """
    actor.require(Capability.NOTIFY)
    now = timezone.now()
    waiting = Notification.objects.filter(read_at=None, mailed_at=None, at__gte=now - timedelta(days=7))
    people = waiting.order_by("recipient").values_list("recipient", flat=True).distinct()
    _have_mailed(people, Way.DIGEST, key=day.isoformat(), at=now)


def mail_waiting(*, actor: Actor, person_id: UUID, way: Way, urgent: bool = False) -> None:
    """One mail about all that somebody wants to hear of in this way, has not read and may see at this moment.

    At least once: a second after a crash does no harm. Raises NotAllowed.
    """
    actor.require(Capability.NOTIFY)
    person = Practitioner.objects.select_related("agency").filter(id=person_id, is_active=True).first()
    if person is None:
        return
    ways = {} if urgent else ways_of([person_id])
    with acting_as(person.as_actor()):  # what they may not see is not there
        waiting = Notification.objects.filter(recipient=person_id, read_at=None, mailed_at=None).order_by(
            "-id"
        )
        found = [
            one.id
            for one in waiting[:MOST]
            if (KINDS[one.kind].urgent if urgent else ways[person_id, one.kind] == way)
        ]
        if not found:
            return
        many = "1 thing waits for you" if len(found) == 1 else f"{len(found)} things wait for you"
        address = settings.HUB_ADDRESS
        send_mail(
            URGENT if urgent else SUBJECT.format(many=many),
            TEXT.format(
                name=person.name,
                many=many,
                address=address + reverse("notifications"),
                choices=address + reverse("notification_choices"),
            ),
            settings.DEFAULT_FROM_EMAIL,
            [person.email],
        )
        Notification.objects.filter(id__in=found).update(mailed_at=timezone.now())


def read_notification(*, actor: Actor, notification_id: UUID) -> Notification:
    """Somebody follows a notification of theirs. Raises NotificationNotFound."""
    found = Notification.objects.filter(recipient=actor.id, id=notification_id).first()
    if found is None:
        raise NotificationNotFound("There is no such notification.")
    if found.read_at is None:
        found.read_at = timezone.now()
        found.save(update_fields=["read_at"])
    return found


def read_all(*, actor: Actor) -> None:
    """Everything that waits for somebody counts as read."""
    unread = Notification.objects.filter(recipient=actor.id, read_at=None).order_by("-id")
    ids = list(unread.values_list("id", flat=True)[:MOST])
    Notification.objects.filter(id__in=ids).update(read_at=timezone.now())


def read_about_row(*, actor: Actor, row_id: UUID) -> None:
    """Somebody has opened a row in quarantine that they were told of."""
    own = Notification.objects.filter(recipient=actor.id, row_id=row_id, read_at=None)
    own.update(read_at=timezone.now())


@transaction.atomic
def choose_ways(*, actor: Actor, ways: Mapping[str, Way]) -> None:
    """How somebody wants to be told, by kind."""
    for kind, way in ways.items():
        NotificationChoice.objects.update_or_create(
            practitioner_id=actor.id, kind=kind, defaults={"way": str(way)}
        )


def _have_mailed(people: Iterable[UUID], way: Way, *, key: str, at: datetime, urgent: bool = False) -> None:
    schedule_all(
        Due(
            MAIL,
            key=f"{person}:{way}:{key}",
            payload={"person": str(person), "way": str(way), "urgent": "yes" if urgent else ""},
            at=at,
        )
        for person in people
    )
