"""A note for whoever takes a referral over: written by whoever gives it, acknowledged by whoever receives it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.categories import Category
from access.roles import Capability
from messaging.events import publish
from referrals.actions.messages import CannotBeSaid
from referrals.actions.referral import AnswerIncomplete, locked
from referrals.actions.telling import beside_moves
from referrals.models import HandoverNote, Referral
from referrals.queries.handovers import newest_handover, waits_to_be_read
from referrals.queries.messages import ABOUT
from referrals.workflow import OPEN, MoveRefused

LONGEST = 2000


class NothingToAcknowledge(MoveRefused):
    """There is no handover note that waits to be read, or it has been acknowledged."""


@dataclass(frozen=True)
class Handover:
    """What a note says: what must be known first, who knows of the transfer, how the person wants to be addressed, and
    when they are to be called together. about: the data category that it is of.
    """

    first: str
    told: str = ""
    address_as: str = ""
    joint_call_at: datetime | None = None
    about: str = "identity"


@transaction.atomic
def write_handover(
    *,
    actor: Actor,
    referral_id: UUID,
    note: Handover,
    given_by: str = "",
    expected_version: int | None = None,
) -> HandoverNote:
    """Write what whoever has the referral, or takes it over, must know first. The newest note counts.

    given_by: whose words the hub passes on, where the receiver may know. Raises NotAllowed, ReferralNotFound,
    VersionMismatch, AnswerIncomplete, CannotBeSaid.
    """
    actor.require(Capability.WRITE_MESSAGE)
    now = timezone.now()
    referral = locked(actor, referral_id, expected_version)
    _check(referral, note)
    made = HandoverNote(
        case_id=referral.case_id,
        referral=referral,
        agency_id=referral.agency_id,
        from_hub=actor.hub,
        from_team_id=None if actor.hub else referral.team_id,
        category=note.about,
        text={
            "first": note.first.strip()[:LONGEST],
            "told": note.told.strip()[:LONGEST],
            "address_as": note.address_as.strip()[:LONGEST],
        },
        joint_call_at=note.joint_call_at,
        given_by=given_by if actor.hub else "",
        written_by=actor.id,
        written_by_name=actor.name,
        written_at=now,
    )
    HandoverNote.objects.bulk_create([made])
    publish(beside_moves(referral, "handover.written", now, side="hub" if actor.hub else "partner"))
    return made


@transaction.atomic
def acknowledge(*, actor: Actor, referral_id: UUID, expected_version: int | None = None) -> Referral:
    """Say that the newest handover note has been read. Raises NotAllowed, ReferralNotFound, NothingToAcknowledge."""
    actor.require(Capability.ANSWER_REFERRAL)
    now = timezone.now()
    referral = locked(actor, referral_id, expected_version)
    note = newest_handover(referral)
    if note is None or not waits_to_be_read(note, referral):
        raise NothingToAcknowledge("No handover note waits to be read here.")
    HandoverNote.objects.filter(id=note.id, acknowledged_at=None).update(
        acknowledged_at=now, acknowledged_by_name=actor.name
    )
    publish(beside_moves(referral, "handover.acknowledged", now))
    return referral


def _check(referral: Referral, note: Handover) -> None:
    if referral.status not in OPEN:
        raise CannotBeSaid("The referral has ended: nothing more can be written on it.")
    if not note.first.strip():
        raise AnswerIncomplete("Write what must be known first.")
    if note.about not in ABOUT or note.about not in referral.categories:
        raise CannotBeSaid(
            "The agency is not told of that on this referral: choose from the list what it is about."
        )
    if note.joint_call_at is not None and str(Category.CONTACT) not in referral.categories:
        raise CannotBeSaid("The agency is not told how to reach the person: leave the joint call out.")
