"""Reads over agencies, people and agreements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Prefetch, Q
from django.utils import timezone

from access.actor import Actor
from access.context import hub_id
from agencies import scope
from agencies.models import Agency, Agreement, AgreementParty, Practitioner, Service, Team


@dataclass(frozen=True)
class SharingBasis:
    """What one agreement in force lets the hub tell one agency. until: the end of its last day; None: no end."""

    agreement_id: UUID
    code: str
    purposes: tuple[str, ...]
    categories: tuple[str, ...]
    until: datetime | None = None


def end_of(day: date | None) -> datetime | None:
    """The moment at which a last day is over, in the calendar of the hub's time zone."""
    return None if day is None else timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


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
            agreement.id,
            agreement.code,
            tuple(agreement.purposes),
            tuple(agreement.categories),
            end_of(agreement.ends_on),
        )
        for party in agreement.parties.all():
            if party.signed_on and party.signed_on <= on and party.agency_id != hub:
                found[party.agency_id] = basis
    return found


def services() -> list[Service]:
    """Every service with its team and agency, those that take no referrals now included."""
    return list(Service.objects.select_related("team__agency").order_by("code"))


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


@dataclass(frozen=True)
class AgencyRow:
    """One agency in the list: how many teams and people it has, and whether anything may be shared with it."""

    agency: Agency
    teams: int
    people: int
    shares: bool


def agency_rows(*, actor: Actor, on: date) -> list[AgencyRow]:
    """The agencies that the actor looks after, by name. Few: one a partner, so not cut into pages."""
    bound = agreements_in_force(hub=hub_id(), on=on)
    counted = scope.agencies(actor).annotate(
        team_count=Count("teams", distinct=True),
        people_count=Count("practitioners", filter=Q(practitioners__is_active=True), distinct=True),
    )
    return [
        AgencyRow(
            agency=agency,
            teams=agency.team_count,
            people=agency.people_count,
            shares=agency.id in bound or agency.kind == Agency.Kind.HUB,
        )
        for agency in counted.order_by("name")
    ]


@dataclass(frozen=True)
class AgreementSides:
    """An agreement of one agency: all its parties, and whether it binds this agency and the hub today."""

    agreement: Agreement
    parties: list[AgreementParty]
    in_force: bool


def agreements_of(agency: Agency, *, on: date) -> list[AgreementSides]:
    """The agency's agreements, the newest first."""
    bound = agreements_in_force(hub=hub_id(), on=on)
    theirs = (
        Agreement.objects.filter(parties__agency=agency)
        .prefetch_related(
            Prefetch("parties", AgreementParty.objects.select_related("agency").order_by("agency__name"))
        )
        .order_by("-starts_on", "code")
    )
    sides = []
    for agreement in theirs:
        parties = list(agreement.parties.all())
        binding = [basis.agreement_id for basis in bound.values()]
        signed = any(party.agency_id == agency.id and party.signed_on for party in parties)
        sides.append(AgreementSides(agreement, parties, in_force=bool(signed and agreement.id in binding)))
    return sides


def people_of(agency: Agency) -> list[Practitioner]:
    """Everybody of the agency, those who may sign in first, by name, with their teams."""
    return list(agency.practitioners.prefetch_related("teams").order_by("-is_active", "name"))


def teams_of(agency: Agency) -> list[Team]:
    """The agency's teams by name, with what they offer."""
    return list(agency.teams.prefetch_related("services").order_by("name"))
