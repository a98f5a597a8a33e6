"""What the calendar asks for on agreements: reminders, and first days. Each is a due row of the outbox."""

from uuid import UUID

from django.core.mail import EmailMessage
from django.utils import timezone

from access.roles import Role
from agencies.actions.agreements import BEGINS, REMIND, begin
from agencies.queries import administrators_of, agreement_in_life
from agencies.sharing import REMINDER_WORDS
from messaging.events import Happening, publish
from messaging.subscribers import subscriber

TEXT = (
    "An information sharing agreement of your agency wants looking at. {what}.\n\n"
    "Sign in to the hub and open Agencies, then Agreements. Nothing may be shared once an agreement has ended.\n"
)


@subscriber(name=BEGINS, account="agreements")
def agreement_begins(payload: dict[str, str]) -> None:
    """The first day of a signed agreement."""
    begin(agreement_id=UUID(payload["agreement"]))


@subscriber(name=REMIND, account="agreements")
def remind_of_agreement(payload: dict[str, str]) -> None:
    """Remind the administrators of the hub and of every party: an event, and a mail that names nobody.

    The mail is sent last: if it cannot be, the message is kept and tried again.
    """
    agreement = agreement_in_life(agreement_id=UUID(payload["agreement"]))
    if agreement is None:
        return
    what = payload["what"]
    publish(
        Happening(
            "agreement.reminded", at=timezone.now(), data={"agreement": str(agreement.id), "what": what}
        )
    )
    people = administrators_of(agreement, roles=(Role.HUB_ADMINISTRATOR, Role.AGENCY_ADMINISTRATOR))
    if people:
        EmailMessage(
            subject="An information sharing agreement wants looking at",
            body=TEXT.format(what=REMINDER_WORDS[what]),
            bcc=people,
        ).send()
