"""Reads over agencies, people and agreements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from access.actor import Actor
from agencies.models import Agency, Agreement, Practitioner, Service


@dataclass(frozen=True)
class SharingBasis:
    """What one agreement in force lets the hub tell one agency."""

    agreement_id: UUID
    code: str
    purposes: tuple[str, ...]
    categories: tuple[str, ...]


def agreements_in_force(*, hub: UUID, on: date) -> dict[UUID, SharingBasis]:
    """By agency: the agreement that both the hub and the agency have signed and that is in force on that day.

    No agreement in force, no disclosure. Where several bind an agency, the newest counts.
    """
    in_force = (
        Agreement.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=on),
            starts_on__lte=on,
            parties__agency_id=hub,
            parties__signed_on__lte=on,
        )
        .order_by("starts_on", "code")
        .prefetch_related("parties")
    )
    found: dict[UUID, SharingBasis] = {}
    for agreement in in_force:
        basis = SharingBasis(
            agreement.id, agreement.code, tuple(agreement.purposes), tuple(agreement.categories)
        )
        for party in agreement.parties.all():
            if party.signed_on and party.signed_on <= on and party.agency_id != hub:
                found[party.agency_id] = basis
    return found


def open_services() -> list[Service]:
    """Services that take referrals now, with their team and agency."""
    return list(
        Service.objects.filter(open_for_referrals=True).select_related("team__agency").order_by("code")
    )


def agencies_by_id() -> dict[UUID, Agency]:
    return {agency.id: agency for agency in Agency.objects.all()}


def hub_practitioners(*, hub: UUID) -> list[Practitioner]:
    """Active people of the hub who can carry cases, by name. Never cut off."""
    return list(
        Practitioner.objects.filter(
            agency_id=hub, is_active=True, role__in=("practitioner", "supervisor")
        ).order_by("name")
    )


def names_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of practitioners by id, those who have left included."""
    return dict(Practitioner.objects.filter(id__in=set(ids)).values_list("id", "name"))


def team_mates(actor: Actor) -> list[UUID]:
    """Everybody in any of the actor's teams; always the actor."""
    mates = Practitioner.objects.filter(teams__in=actor.team_ids).values_list("id", flat=True)
    return sorted({actor.id, *mates})
