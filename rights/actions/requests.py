"""The life of a request: opened, extended, refused. Copies, corrections and erasure have files of their own."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from referrals.models import Case
from rights import scope
from rights.grounds import REFUSALS
from rights.models import Request
from rights.retention import after
from victims.models import Person

TO_ANSWER = {"months": 1}
"""UK GDPR article 12(3): within one month; two further months for what is complex, with the reason told."""
EXTENDED = {"months": 3}
STILL_OPEN = (Request.State.OPEN, Request.State.PREPARED)


class RightsRefused(Exception):
    """This cannot be done as things stand. The message says why and what to do."""


class PersonNotFound(Exception):
    """There is no such person for the actor."""


class RequestNotFound(Exception):
    """There is no such request for the actor."""


class RequestAnswered(RightsRefused):
    """The request was answered already."""


class SecondPersonNeeded(RightsRefused):
    """Whoever prepared it may not decide it."""


@transaction.atomic
def open_request(
    *,
    actor: Actor,
    person_id: UUID,
    kind: str,
    asked_by: str,
    identity_check: str,
    received_on: date,
    words: str = "",
) -> Request:
    """Put a request on record; its month runs from the day on which it was received.

    Raises NotAllowed, PersonNotFound, RightsRefused.
    """
    actor.require(Capability.PREPARE_RIGHTS)
    now = timezone.now()
    person = locked_person(actor, person_id)
    if received_on > timezone.localdate(now):
        raise RightsRefused("The day on which it was received lies ahead: enter the day it came.")
    if not asked_by.strip() or not identity_check.strip():
        raise RightsRefused("Say who asks, and how you made sure of who they are.")
    request = Request.objects.create(
        number=next_number("rights_request_number"),
        person=person,
        kind=Request.Kind(kind),
        asked_by=asked_by.strip(),
        identity_check=identity_check.strip(),
        words=words.strip(),
        received_at=at_start_of(received_on),
        due_at=at_end_of(after(received_on, TO_ANSWER)),
        opened_by=actor.id,
        opened_by_name=actor.name,
    )
    tell(request, "rights.requested", at=now)
    return request


@transaction.atomic
def extend(*, actor: Actor, request_id: UUID, because: str) -> Request:
    """Take two further months, with the reason that the person is told. Raises NotAllowed, RightsRefused."""
    actor.require(Capability.DECIDE_RIGHTS)
    request = locked_request(actor, request_id, states=STILL_OPEN)
    if request.extended_because:
        raise RightsRefused("This request was extended already: it must be answered by its day.")
    if not because.strip():
        raise RightsRefused("Say why it takes longer: the person must be told.")
    request.extended_because = because.strip()
    request.due_at = at_end_of(after(timezone.localdate(request.received_at), EXTENDED))
    request.save(update_fields=["extended_because", "due_at"])
    tell(request, "rights.extended", at=timezone.now())
    return request


@transaction.atomic
def refuse(*, actor: Actor, request_id: UUID, ground: str, reasons: str, statement: str = "") -> Request:
    """Refuse a request on a ground, with reasons; what the person says against it is kept beside the record.

    An erasure is refused by another person than prepared it. Raises NotAllowed, RightsRefused.
    """
    actor.require(Capability.DECIDE_RIGHTS)
    request = locked_request(actor, request_id, states=STILL_OPEN)
    if ground not in REFUSALS:
        raise RightsRefused("Choose the ground from the list.")
    if not reasons.strip():
        raise RightsRefused("Give the reasons: the person is told them, and may complain to the regulator.")
    if request.kind == Request.Kind.ERASURE:
        by_a_second_person(actor, request)
    request.ground, request.reasons, request.statement = ground, reasons.strip(), statement.strip()
    decided(request, actor, Request.State.REFUSED, at=timezone.now())
    tell(request, "rights.refused", at=timezone.now())
    return request


def locked_person(actor: Actor, person_id: UUID) -> Person:
    """The person, locked. Raises PersonNotFound where there is none for the actor."""
    person = scope.people(actor).select_for_update().filter(id=person_id).first()
    if person is None:
        raise PersonNotFound("There is no such record.")
    return person


def locked_request(actor: Actor, request_id: UUID, *, states: tuple[str, ...], kind: str = "") -> Request:
    """The request, locked, in one of these states. Raises RequestNotFound, RequestAnswered."""
    found = scope.requests(actor).select_for_update(of=("self",)).select_related("person")
    request = found.filter(id=request_id, **({"kind": kind} if kind else {})).first()
    if request is None:
        raise RequestNotFound("There is no such request.")
    if request.state not in states:
        raise RequestAnswered(f"This request is {request.get_state_display()} now: nothing more can be done.")
    return request


def by_a_second_person(actor: Actor, request: Request) -> None:
    """Raise SecondPersonNeeded unless somebody else prepared the request."""
    if request.prepared_by is None:
        raise SecondPersonNeeded(
            "Nobody has prepared it yet: it is decided by another person than prepares it."
        )
    if request.prepared_by == actor.id:
        raise SecondPersonNeeded("You prepared this: ask another supervisor or a manager to decide.")


def decided(request: Request, actor: Actor, state: str, *, at: datetime) -> None:
    """Write who decided, when, and the state that it leads to."""
    request.state = state
    request.decided_by, request.decided_by_name, request.decided_at = actor.id, actor.name, at
    request.save()


def tell(request: Request, topic: str, *, at: datetime, **data: object) -> None:
    """Publish what happened to a request on each of the person's cases: ids and codes only."""
    publish(
        *(
            Happening(
                topic, at=at, case_id=case, data={"request": str(request.id), "kind": request.kind, **data}
            )
            for case in cases_of(request.person_id)
        )
    )


def cases_of(person_id: UUID) -> list[UUID]:
    return list(Case.objects.filter(person=person_id).order_by("id").values_list("id", flat=True))


def at_start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def at_end_of(day: date) -> datetime:
    """The last second of a day in the hub's own time zone."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) - timedelta(seconds=1)


def next_number(sequence: str) -> int:
    """The next public number of a register: never given twice, and nobody waits for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [sequence])
        return cursor.fetchone()[0]
