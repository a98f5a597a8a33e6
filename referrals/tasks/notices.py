"""Who is told: of what happened, of a broken glass, of unusual looks."""

from uuid import UUID

from celery import shared_task

from access.context import acting_as_system, current_actor
from messaging.queries import event_data
from messaging.subscribers import subscriber
from referrals.actions.alerts import alert_owner
from referrals.actions.hints import find_hints
from referrals.actions.notify import (
    CALL_NEXT,
    RULES,
    call_next,
    tell_of,
)


@subscriber("case.glass_broken", name="referrals.alert_owner", account="access")
def alert(payload: dict[str, str]) -> None:
    """The owner of a restricted record hears at once that somebody broke the glass."""
    alert_owner(owner_id=UUID(str(event_data(payload)["owner"])))


@shared_task(ignore_result=True, name="referrals.find_hints")
def find_unusual_looks() -> None:
    """Search the access log's past days for unusual looks; harmless to run again."""
    with acting_as_system("audit"):
        find_hints()


@subscriber(*RULES, name="referrals.tell_people", account="notifications")
def tell_people(payload: dict[str, str]) -> None:
    """Whoever is to know of it finds a notification."""
    tell_of(actor=current_actor(), event_id=UUID(payload["event"]))


@subscriber(name=CALL_NEXT, account="notifications")
def call_next_in_rota(payload: dict[str, str]) -> None:
    """Nobody on call may have opened what a child in danger waits with."""
    call_next(actor=current_actor(), event_id=UUID(payload["event"]), turn=int(payload["turn"]))
