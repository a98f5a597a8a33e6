"""Challenges to a pathway, as whoever keeps it and whoever raised them see them."""

from uuid import UUID

from access.actor import Actor
from pathways import scope
from pathways.models import Challenge

SHOWN = 50


def challenges_to(*, actor: Actor, code: str, only_open: bool = False) -> list[Challenge]:
    """The newest challenges to any version of a pathway that the actor may see, those without an answer first."""
    found = scope.challenges(actor).filter(version__code=code)
    if only_open:
        found = found.filter(status=Challenge.Status.OPEN)
    return list(found.order_by("-status", "-raised_at")[:SHOWN])


def challenges_on(*, actor: Actor, case_id: UUID) -> list[Challenge]:
    """The newest challenges on a case, or an agency's own on it."""
    return list(scope.challenges(actor).filter(case_id=case_id).order_by("-raised_at")[:SHOWN])


def challenge(*, actor: Actor, challenge_id: UUID) -> Challenge | None:
    return scope.challenges(actor).filter(id=challenge_id).first()
