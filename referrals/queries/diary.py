"""Private addresses of diaries: whether somebody has one, and whose diary one opens."""

from access.actor import Actor
from access.roles import Capability
from agencies.models import Practitioner
from referrals.models import DiaryAddress
from referrals.secret_links import digest_of


def address_of(*, actor: Actor) -> DiaryAddress | None:
    """The actor's private address, if one works now."""
    return DiaryAddress.objects.filter(practitioner_id=actor.id, ended_at__isnull=True).first()


def reader_of(*, token: str) -> Actor | None:
    """Whose diary this address opens: nobody's where it was ended, or where they no longer work with cases."""
    found = DiaryAddress.objects.filter(digest=digest_of(token), ended_at__isnull=True).first()
    if found is None:
        return None
    person = (
        Practitioner.objects.select_related("agency").filter(id=found.practitioner_id, is_active=True).first()
    )
    actor = person.as_actor() if person else None
    return actor if actor and actor.can(Capability.TRIAGE) else None
