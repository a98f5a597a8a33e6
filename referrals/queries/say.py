"""What people said of how they were helped: by the link that they have, and on the case for the hub alone."""

from datetime import datetime
from uuid import UUID

from access.context import current_actor
from referrals.models import Case, Say
from referrals.secret_links import digest_of
from victims.models import ContactMethod


def open_say(*, token: str, now: datetime, lock: bool = False) -> Say | None:
    """What this link opens now; None where it was used, has run out, or never was one."""
    rows = Say.objects.select_for_update() if lock else Say.objects.all()
    return rows.filter(digest=digest_of(token), answered_at__isnull=True, expires_at__gt=now).first()


def says_of(case: Case) -> list[Say]:
    """What was asked and answered on the case, the newest first; for the hub's own people."""
    return list(case.says.order_by("-asked_at")) if current_actor().hub else []


def address_of_say(*, say_id: UUID) -> str:
    """The e-mail address to which a link goes."""
    asked = Say.objects.values_list("contact_method_id", flat=True).get(id=say_id)
    return ContactMethod.objects.values_list("value", flat=True).get(id=asked)
