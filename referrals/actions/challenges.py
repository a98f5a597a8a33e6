"""Saying that a case was sent wrongly: by the hub on a case, or by the partner who holds a referral."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from messaging.events import Happening, publish
from pathways.actions.challenges import ChallengeNotFound, ChallengeRefused
from pathways.models import Challenge, PathwayVersion
from referrals import scope
from referrals.models import Referral
from referrals.workflow import OPEN


@transaction.atomic
def challenge_referral(*, actor: Actor, referral_id: UUID, words: str) -> Challenge:
    """Question why a referral came: by the hub, or by its agency while it holds it.

    Raises NotAllowed, ChallengeNotFound (no such referral), ChallengeRefused (no words, ended).
    """
    actor.require(Capability.QUESTION_PATHWAY)
    referral = scope.referrals(actor).filter(id=referral_id).first()
    if referral is None:
        raise ChallengeNotFound("There is no such referral.")
    if not actor.hub and referral.status not in OPEN:
        raise ChallengeRefused("This referral has ended: what it told you is closed. Speak to the hub.")
    return _raised(actor, referral.case_id, referral.pathway_version, words, referral)


@transaction.atomic
def challenge_case(*, actor: Actor, case_id: UUID, version_id: UUID, words: str) -> Challenge:
    """Question what a pathway version made of a case, wherever it went: the hub's people.

    Raises NotAllowed, ChallengeNotFound (no such case or version), ChallengeRefused (no words).
    """
    actor.require(Capability.QUESTION_PATHWAY)
    case = scope.cases(actor).filter(id=case_id).first()
    version = PathwayVersion.objects.filter(id=version_id).first()
    if case is None or version is None:
        raise ChallengeNotFound("There is no such case.")
    return _raised(actor, case.id, version, words, None)


def _raised(
    actor: Actor, case_id: UUID, version: PathwayVersion, words: str, referral: Referral | None
) -> Challenge:
    if not words.strip():
        raise ChallengeRefused("Say what looks wrong, and where the case should have gone.")
    now = timezone.now()
    made = Challenge(
        case_id=case_id,
        referral_id=referral.id if referral else None,
        version=version,
        route=referral.route if referral else "",
        words=words.strip(),
        agency_id=actor.agency_id,
        raised_by=actor.id,
        raised_by_name=actor.name,
        raised_at=now,
    )
    Challenge.objects.bulk_create([made])
    data: dict[str, object] = {"challenge": str(made.id), "version": str(version.id)}
    publish(
        Happening(
            "pathway.challenged",
            at=now,
            case_id=case_id,
            referral_id=referral.id if referral else None,
            data=data,
        )
    )
    return made
