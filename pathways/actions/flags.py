"""Flagging a version in force that sends cases to a service which takes none any more. Routing takes the fallback."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from agencies.models import Service
from messaging.events import Happening, publish
from pathways.models import PathwayVersion
from pathways.queries.directory import in_force_naming


@transaction.atomic
def flag_service(*, actor: Actor, service_id: UUID) -> list[PathwayVersion]:
    """Tell of every version in force that names the service, where no team takes referrals to it now.

    The page of the version says it too, for as long as it is so. Raises NotAllowed.
    """
    actor.require(Capability.KEEP_PATHWAYS)
    now = timezone.now()
    service = Service.objects.filter(id=service_id).first()
    flagged = in_force_naming(code=service.code, on=timezone.localdate(now)) if service else []
    for version in flagged:
        data: dict[str, object] = {
            "version": str(version.id),
            "code": version.code,
            "service": str(service_id),
        }
        publish(Happening("pathway.flagged", at=now, data=data))
    return flagged
