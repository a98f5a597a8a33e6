"""What follows on the life of pathway versions: answers are counted, and emergencies end."""

from uuid import UUID

from access.context import current_actor
from messaging.queries import event_data
from messaging.subscribers import subscriber
from pathways.actions.flags import flag_service
from pathways.actions.ratification import ANSWERED, count_voices
from pathways.actions.versions import END_EMERGENCY, end_emergency


@subscriber(ANSWERED, name="pathways.count_voices", account="pathways")
def voices_counted(payload: dict[str, str]) -> None:
    """An agency has answered: see whether the agreement is reached, or can be reached no more."""
    told = event_data(payload)
    count_voices(actor=current_actor(), version_id=UUID(str(told["version"])))


@subscriber(name=END_EMERGENCY, account="pathways")
def emergency_ended(payload: dict[str, str]) -> None:
    """The time of an emergency version is over: the one before it routes again."""
    end_emergency(actor=current_actor(), version_id=UUID(payload["version"]))


@subscriber("service.capacity_set", "service.retired", name="pathways.flag_service", account="pathways")
def service_closed(payload: dict[str, str]) -> None:
    """A team takes referrals to a service no more, or again: see which versions in force name it in vain."""
    told = event_data(payload)
    flag_service(actor=current_actor(), service_id=UUID(str(told["service"])))
