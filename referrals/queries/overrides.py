"""Safeguarding overrides of a case: who asked, who decided, and what stands now."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from access.actor import Actor
from access.roles import Capability
from referrals.grounds import OVERRIDE_REASONS
from referrals.models import Override


def overrides_in_force(*, case_id: UUID, at: datetime) -> dict[UUID, Override]:
    """By agency: the approved override that stands at that moment; of several the one decided last."""
    approved = Override.objects.filter(case=case_id, status=Override.Status.APPROVED, until__gt=at)
    return {override.agency_id: override for override in approved.order_by("decided_at", "id")}


def override_words(override: Override) -> str:
    """Who decided it and why, in words that the agency may read: the practitioners' own are the hub's."""
    reason = OVERRIDE_REASONS[override.reason_code]
    return f"{reason}. Asked by {override.asked_by_name}, approved by {override.decided_by_name}"


@dataclass(frozen=True)
class OverrideLine:
    """One override as the case page shows it, and whether the reader may decide it."""

    override: Override
    reason: str
    may_decide: bool


def override_lines(*, actor: Actor, case_id: UUID, at: datetime) -> list[OverrideLine]:
    """Every override that was ever asked for on the case, the newest first."""
    decides = actor.can(Capability.APPROVE_OVERRIDE)
    return [
        OverrideLine(
            override,
            OVERRIDE_REASONS.get(override.reason_code, override.reason_code),
            may_decide=decides
            and override.status == Override.Status.ASKED
            and override.asked_by != actor.id
            and override.until > at,
        )
        for override in Override.objects.filter(case=case_id).select_related("agency").order_by("-id")
    ]
