"""What follows on agreements, accounts and notifications: reminders and first days, and e-mails.

The link in an e-mail about an account is a secret that opens it. It is made here from ids, at the moment of
sending, so that neither the outbox nor the broker ever holds it.
"""

from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMessage, send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from access.context import acting_as_system, current_actor
from access.roles import Role
from agencies.actions.agreements import BEGINS, REMIND, begin
from agencies.actions.invitations import SENT, link_of
from agencies.actions.notifications import MAIL, have_digests_mailed, mail_waiting
from agencies.models import Invitation, Practitioner
from agencies.notifications import Way
from agencies.queries import administrators_of, agreement_in_life
from agencies.sharing import REMINDER_WORDS
from messaging.events import Happening, publish
from messaging.queries import event_data
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


@subscriber(SENT, name="agencies.send_invitation", account="accounts")
def send_invitation(payload: dict[str, str]) -> None:
    """The newest link of an invitation that is still open."""
    told = event_data(payload)
    invitation = (
        Invitation.objects.select_related("agency")
        .filter(id=str(told["invitation"]), status=Invitation.Status.OPEN, expires_at__gt=timezone.now())
        .first()
    )
    if invitation is not None:
        link = reverse("invitation_link", args=[link_of(invitation)])
        _send("invitation", invitation.email, link, until=invitation.expires_at, agency=invitation.agency)


@subscriber("account.password_forgotten", name="agencies.send_password_link", account="accounts")
def send_password_link(payload: dict[str, str]) -> None:
    """A link to choose a new password; nothing where the address was nobody's."""
    told = event_data(payload)
    person = Practitioner.objects.filter(
        id=str(told.get("practitioner") or UUID(int=0)), is_active=True
    ).first()
    if person is not None:
        key = default_token_generator.make_token(person)
        link = reverse("account_reset_password_from_key", args=[user_pk_to_url_str(person), key])
        _send("password", person.email, link)


@subscriber(name=MAIL, account="notifications")
def mail_notifications(payload: dict[str, str]) -> None:
    """One mail to somebody: how many things wait, and nothing about any of them."""
    mail_waiting(
        actor=current_actor(),
        person_id=UUID(payload["person"]),
        way=Way(payload["way"]),
        urgent=bool(payload["urgent"]),
    )


@shared_task(ignore_result=True, name="agencies.digests")
def mail_digests() -> None:
    """Each morning's mails; harmless to run again."""
    with acting_as_system("notifications") as actor:
        have_digests_mailed(actor=actor, day=timezone.localdate())


def _send(what: str, to: str, link: str, **words: object) -> None:
    told = {"link": settings.HUB_ADDRESS + link, "hub_name": settings.HUB_NAME, **words}
    subject = render_to_string(f"agencies/mail/{what}_subject.txt", told).strip()
    send_mail(subject, render_to_string(f"agencies/mail/{what}.txt", told), None, [to])
