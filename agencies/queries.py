"""Reads over agencies, people and agreements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from access.actor import Actor
from access.context import hub_id
from agencies import scope
from agencies.models import (
    Agency,
    Agreement,
    AgreementParty,
    Invitation,
    Practitioner,
    Service,
    ServiceChange,
    SignOn,
    Team,
    TourPlace,
)
from agencies.sharing import REMINDER_WORDS, Side, Standing, reminded_of, standing


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
    sides = (
        AgreementParty.objects.filter(
            Q(agreement__ends_on__isnull=True) | Q(agreement__ends_on__gte=on),
            agreement__status=Agreement.Status.OFFERED,
            agreement__starts_on__lte=on,
            agreement__parties__agency_id=hub,
            agreement__parties__signed_on__lte=on,
            agreement__parties__withdrawn_at__isnull=True,
        )
        .exclude(agency_id=hub)
        .select_related("agreement")
        .order_by("agreement__starts_on", "agreement__number", "agreement__code")
    )
    return {side.agency_id: _basis(side.agreement) for side in sides if side_of(side).binds(on)}


def _basis(agreement: Agreement) -> SharingBasis:
    return SharingBasis(
        agreement.id,
        agreement.code,
        tuple(agreement.purposes),
        tuple(agreement.categories),
        end_of(agreement.ends_on),
    )


def services() -> list[Service]:
    """Every service with its team and agency, those that take no referrals now included."""
    return list(Service.objects.select_related("team__agency").order_by("code", "id"))


def service_code(*, service_id: UUID) -> str:
    """The code of a service; "" where there is none."""
    return Service.objects.filter(id=service_id).values_list("code", flat=True).first() or ""


def places_free(*, code: str) -> int | None:
    """How many places the open teams of a service have free together; None where one of them has no limit."""
    free = [service.free for service in Service.objects.filter(code=code, open_for_referrals=True)]
    return None if None in free else sum(one for one in free if one is not None)


def own_services(*, actor: Actor) -> list[Service]:
    """The services whose places the actor may set, by agency and name. Few: not cut into pages."""
    found = scope.services(actor).select_related("team__agency")
    return list(found.order_by("team__agency__name", "name", "team__name"))


def own_service(*, actor: Actor, service_id: UUID) -> Service | None:
    """One of them; None where there is none or it is not theirs."""
    return scope.services(actor).select_related("team__agency").filter(id=service_id).first()


def teams_offering(*, code: str) -> list[Service]:
    """What each team that offers the service of this code offers, by agency and team; retired ones are not."""
    found = Service.objects.filter(code=code, retired_at__isnull=True).select_related("team__agency")
    return list(found.order_by("team__agency__name", "team__name"))


def service_changes(*, service: Service) -> list[ServiceChange]:
    """The newest fifty changes of a service that the actor may look after, the newest first."""
    return list(ServiceChange.objects.filter(service=service).order_by("-id")[:50])


def teams_to_offer() -> list[tuple[Agency, list[Team]]]:
    """Every partner by name with its teams by name. Few: one a partner, so not cut into pages."""
    found = Agency.objects.exclude(kind=Agency.Kind.HUB).prefetch_related("teams").order_by("name")
    return [(agency, sorted(agency.teams.all(), key=lambda team: team.name)) for agency in found]


def agencies_by_id() -> dict[UUID, Agency]:
    return {agency.id: agency for agency in Agency.objects.all()}


def tour_place(actor: Actor) -> TourPlace | None:
    """How far the actor is in the tour of the first day; None where they have neither begun nor declined it."""
    return TourPlace.objects.filter(practitioner=actor.id).first()


def hub_practitioners(*, hub: UUID) -> list[Practitioner]:
    """Active people of the hub who can carry cases, by name. Never cut off."""
    return list(
        Practitioner.objects.filter(
            agency_id=hub, is_active=True, role__in=("practitioner", "supervisor")
        ).order_by("name")
    )


def people_by_agency() -> list[tuple[Agency, list[Practitioner]]]:
    """Every agency by name with its active people by name, those without any left out."""
    found: dict[UUID, list[Practitioner]] = {}
    for person in Practitioner.objects.filter(is_active=True).order_by("name"):
        found.setdefault(person.agency_id, []).append(person)
    agencies = Agency.objects.filter(id__in=found).order_by("name")
    return [(agency, found[agency.id]) for agency in agencies]


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
    """An agreement for one reader: all its parties with where it stands for each, where it stands for theirs
    (for the hub's reader: for the party that is furthest on), and what it wants (a code of REMINDER_WORDS, or "").
    """

    agreement: Agreement
    parties: list[tuple[AgreementParty, Standing]]
    standing: Standing
    wants: str

    @property
    def in_force(self) -> bool:
        return self.standing is Standing.IN_FORCE

    @property
    def wants_words(self) -> str:
        return REMINDER_WORDS.get(self.wants, "")


FURTHEST = (
    Standing.IN_FORCE,
    Standing.NOT_BEGUN,
    Standing.OFFERED,
    Standing.WITHDRAWN,
    Standing.LAPSED,
    Standing.ENDED,
    Standing.DRAFT,
)
"""From the standing that allows most to the one that allows least."""


def side_of(party: AgreementParty) -> Side:
    return Side(party.signed_on, withdrawn=party.withdrawn_at is not None)


def agreements_of(agency: Agency, *, on: date) -> list[AgreementSides]:
    """The agency's agreements that were offered, the newest first."""
    theirs = Agreement.objects.exclude(status=Agreement.Status.DRAFT).filter(parties__agency=agency)
    return _sides(theirs, reader=agency.id, on=on)


def agreements(*, actor: Actor, on: date) -> list[AgreementSides]:
    """The agreements that the actor looks after, the newest first. Few: not cut into pages."""
    return _sides(scope.agreements(actor), reader=actor.agency_id, on=on)


def agreement(*, actor: Actor, code: str, on: date) -> AgreementSides | None:
    """One of them, by its code; None where there is none or it is not theirs."""
    return next(iter(_sides(scope.agreements(actor).filter(code=code), reader=actor.agency_id, on=on)), None)


def _sides(found: QuerySet[Agreement], *, reader: UUID, on: date) -> list[AgreementSides]:
    parties = AgreementParty.objects.select_related("agency").order_by("agency__name")
    rows = found.select_related("replaces").prefetch_related(Prefetch("parties", parties), "replaced_by")
    return [_seen(one, reader, on) for one in rows.order_by("-starts_on", "-number", "code")]


def _seen(one: Agreement, reader: UUID, on: date) -> AgreementSides:
    sides = list(one.parties.all())
    hub_side = next((side_of(party) for party in sides if party.agency_id == hub_id()), Side())
    stands = [
        (
            party,
            standing(
                status=one.status,
                starts_on=one.starts_on,
                ends_on=one.ends_on,
                hub=hub_side,
                party=side_of(party),
                on=on,
            ),
        )
        for party in sides
    ]
    others = [where for party, where in stands if party.agency_id != hub_id()]
    own = next((where for party, where in stands if party.agency_id == reader != hub_id()), None)
    overall = own or min(others, key=FURTHEST.index, default=Standing.DRAFT)
    wants = ""
    if overall in (Standing.IN_FORCE, Standing.NOT_BEGUN):
        wants = reminded_of(review_on=one.review_on, ends_on=one.ends_on, on=on)
    return AgreementSides(one, stands, overall, wants)


def agreement_in_life(*, agreement_id: UUID) -> Agreement | None:
    """The agreement, if it is on offer and has not been replaced: one whose days still matter."""
    live = Agreement.objects.filter(id=agreement_id, status=Agreement.Status.OFFERED)
    return live.exclude(replaced_by__status=Agreement.Status.OFFERED).first()


def administrators_of(agreement: Agreement, *, roles: Iterable[str]) -> list[str]:
    """Mail addresses of the people of these roles in the agreement's agencies."""
    people = Practitioner.objects.filter(
        agency__agreement_sides__agreement=agreement, role__in=list(roles), is_active=True
    )
    return sorted(set(people.values_list("email", flat=True)))


def people_of(agency: Agency) -> list[Practitioner]:
    """Everybody of the agency, those who may sign in first, by name, with their teams."""
    return list(agency.practitioners.prefetch_related("teams").order_by("-is_active", "name"))


def teams_of(agency: Agency) -> list[Team]:
    """The agency's teams by name, with what they offer."""
    return list(agency.teams.prefetch_related("services").order_by("name"))


def with_second_factor(people: QuerySet[Practitioner]) -> QuerySet[Practitioner]:
    """The people, each with `has_second_factor`: recovery codes alone are none."""
    factors = Authenticator.objects.filter(user_id=OuterRef("pk")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    return people.annotate(has_second_factor=Exists(factors))


def signed_in(person_id: UUID | str) -> Practitioner | None:
    """Whom a session belongs to, with their agency and `has_second_factor`."""
    people = Practitioner.objects.select_related("agency")
    return with_second_factor(people).filter(pk=person_id).first()


def sessions_of(person_id: UUID) -> list[UserSession]:
    """Where somebody is signed in, the newest first; at most fifty."""
    return list(UserSession.objects.filter(user_id=person_id).order_by("-created_at", "-id")[:50])


def sign_on_of(agency: Agency) -> SignOn | None:
    """The agency's own sign-in, where it has one."""
    return SignOn.objects.filter(agency=agency).first()


def sign_ons() -> list[SignOn]:
    """The agencies whose people sign in with their own account, by name."""
    return list(SignOn.objects.select_related("agency").order_by("agency__name"))


def required_sign_on(*, agency_id: UUID) -> SignOn | None:
    """The agency's own sign-in, where its people must use it."""
    return SignOn.objects.select_related("agency").filter(agency_id=agency_id, required=True).first()


def sign_on_asks_second_factor(*, agency_id: UUID) -> bool:
    return SignOn.objects.filter(agency_id=agency_id, asks_second_factor=True).exists()


def open_invitations(*, actor: Actor, agency: Agency) -> list[Invitation]:
    """Invitations of the agency that nobody has used, the newest first, expired ones too; at most a hundred."""
    theirs = scope.invitations(actor).filter(agency=agency, status=Invitation.Status.OPEN)
    return list(theirs.order_by("-made_at", "-id")[:100])
