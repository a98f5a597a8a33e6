"""A recipient's word that it has corrected, erased or destroyed what it holds."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from rights import scope
from rights.models import Notice


class NoticeNotFound(Exception):
    """There is no such notice for the actor's agency."""


@transaction.atomic
def confirm_notice(*, actor: Actor, notice_id: UUID) -> Notice:
    """Say that the agency has done it. Saying so again changes nothing. Raises NotAllowed, NoticeNotFound.

    What the notice told (the reference; before and after of a correction) is not shown from then on.
    """
    actor.require(Capability.ANSWER_REFERRAL)
    now = timezone.now()
    notice = scope.notices(actor).select_for_update().filter(id=notice_id).first()
    if notice is None:
        raise NoticeNotFound("There is no such notice.")
    if notice.confirmed_at is None:
        notice.confirmed_at, notice.confirmed_by_name, notice.case_reference = now, actor.name, ""
        notice.save(update_fields=["confirmed_at", "confirmed_by_name", "case_reference"])
        publish(
            Happening(
                "record.confirmed",
                at=now,
                case_id=_case_of(notice),
                referral_id=notice.referral_id,
                data={"notice": str(notice.id), "agency": str(notice.agency_id), "kind": notice.kind},
                audience=[notice.agency_id],
            )
        )
    return notice


def _case_of(notice: Notice) -> UUID | None:
    """On whose timeline the word stands: of what was corrected or destroyed; an erased record has none any more."""
    if notice.kind == Notice.Kind.ERASE or notice.referral is None:
        return notice.case_id
    return notice.referral.case_id
