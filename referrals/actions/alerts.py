"""Telling the owner of a restricted record, by e-mail, that it was opened: without saying which, or whose."""

from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail

from agencies.models import Practitioner

SUBJECT = "A restricted record that you own was opened by break-glass"
TEXT = (
    "{name}\n\nA restricted record that you own was opened by break-glass. Sign in to the hub and choose"
    " “Access reviews” to see by whom and why, and to say whether it was justified.\n\n"
    "This message holds nothing about anybody on purpose. Do not answer it."
)


def alert_owner(*, owner_id: UUID) -> None:
    """Send the owner the alert. At least once: a second after a crash does no harm. Nobody, where they have left."""
    owner = Practitioner.objects.filter(id=owner_id, is_active=True).first()
    if owner is not None:
        send_mail(SUBJECT, TEXT.format(name=owner.name), settings.DEFAULT_FROM_EMAIL, [owner.email])
