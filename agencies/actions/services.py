"""What is done to the services that teams offer: added, described, opened and closed, and given places.

Places are taken and freed by the database, with the referrals (referrals/migrations/0022_places.py).
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from access.actor import Actor
from access.roles import Capability
from agencies import scope
from agencies.actions.agencies import AgencyRefused, NameTaken, agency_of, tell
from agencies.models import Service, ServiceChange, Team
from agencies.offering import ACCESS, NEEDS, changed_words, hours_words


class ServiceNotFound(AgencyRefused):
    """There is no such service, or it is not the actor's to look after."""


class ServiceRetired(ServiceNotFound):
    """The service is offered no more: it must be brought back first."""


class SharesDoNotFit(AgencyRefused):
    """Contracted shares of one service cannot be more than the whole."""


@transaction.atomic
def add_service(*, actor: Actor, team_id: UUID, name: str, code: str = "") -> Service:
    """Let a team offer a service. code: of a service that others offer already, for one more team of it.

    Raises NotAllowed, AgencyNotFound, NameTaken, AgencyRefused (a name of which no code can be made).
    """
    actor.require(Capability.ADMINISTER_HUB)
    team = Team.objects.filter(id=team_id).first()
    agency = agency_of(actor, team.agency_id if team else team_id)
    code = code or slugify(name)[:50]
    if not code:
        raise AgencyRefused("Give the service a name with letters in it.")
    if Service.objects.filter(code=code, team_id=team_id).exists():
        raise NameTaken("This team offers that service already.")
    others = Service.objects.filter(code=code).order_by("id").first()
    name = others.name if others else name
    service = Service.objects.create(code=code, name=name, team_id=team_id)
    _keep(service, actor, "Added to the directory")
    tell("service.added", agency=str(agency.id), service=str(service.id))
    return service


@transaction.atomic
def retire_service(*, actor: Actor, service_id: UUID, reason: str) -> Service:
    """The team offers the service no more. What it was sent stays with it; routing sends it nothing new.

    Versions in force that name it in vain are flagged (pathways.actions.flags), and take their fallbacks.
    See pathways.queries.directory.naming for what it would leave without anybody.
    Raises NotAllowed, ServiceNotFound, ServiceRetired, AgencyRefused (without a reason).
    """
    actor.require(Capability.ADMINISTER_HUB)
    service = _locked(actor, service_id)
    if not reason.strip():
        raise AgencyRefused("Say why the service is retired: it stays on its record.")
    service.retired_at, service.open_for_referrals = timezone.now(), False
    service.save(update_fields=["retired_at", "open_for_referrals"])
    _keep(service, actor, f"Retired: {reason.strip()}")
    tell("service.retired", agency=str(service.team.agency_id), service=str(service.id))
    return service


@transaction.atomic
def bring_back_service(*, actor: Actor, service_id: UUID) -> Service:
    """A retired service is offered again, closed until its team opens it. Raises NotAllowed, ServiceNotFound."""
    actor.require(Capability.ADMINISTER_HUB)
    service = _locked(actor, service_id, retired=True)
    service.retired_at = None
    service.save(update_fields=["retired_at"])
    _keep(service, actor, "Brought back, closed for referrals")
    tell("service.brought_back", agency=str(service.team.agency_id), service=str(service.id))
    return service


@transaction.atomic
def set_capacity(*, actor: Actor, service_id: UUID, capacity: int | None, is_open: bool) -> Service:
    """Say how many cases the team can have open at once (None: no limit), and whether it takes referrals now.

    Fewer than it has already takes nothing from it: no place is free until some have ended.
    Cases that wait for a place are taken up when there is one. Raises NotAllowed, ServiceNotFound.
    """
    service = _locked(actor, service_id)
    before = _places(service)
    service.capacity, service.open_for_referrals = capacity, is_open
    service.capacity_set_at, service.capacity_set_by = timezone.now(), actor.name
    service.save(update_fields=["capacity", "open_for_referrals", "capacity_set_at", "capacity_set_by"])
    _keep(service, actor, changed_words(before, _places(service)))
    tell(
        "service.capacity_set",
        agency=str(service.team.agency_id),
        service=str(service.id),
        capacity=capacity,
        open=is_open,
    )
    return service


@transaction.atomic
def describe_service(
    *,
    actor: Actor,
    service_id: UUID,
    areas: Iterable[str],
    languages: Iterable[str],
    interpreters: bool,
    access: Iterable[str],
    needs: Iterable[str],
    hours: Mapping[str, Any],
) -> Service:
    """Say where the team works, in which languages, what it can do for access, which needs it can meet (none named:
    whichever there are), and when it is open. What was sent already stays as it was asked for.

    See agencies.offering. Raises NotAllowed, ServiceNotFound.
    """
    actor.require(Capability.ADMINISTER_AGENCY)
    service = _locked(actor, service_id)
    before = _description(service)
    service.areas = sorted({one.strip().upper() for one in areas if one.strip()})
    service.languages = sorted({one.strip() for one in languages if one.strip()})
    service.interpreters, service.access, service.hours = interpreters, sorted(set(access)), dict(hours)
    service.needs = [one for one in NEEDS if one in set(needs)]
    service.save(update_fields=["areas", "languages", "interpreters", "access", "needs", "hours"])
    _keep(service, actor, changed_words(before, _description(service)))
    tell("service.described", agency=str(service.team.agency_id), service=str(service.id))
    return service


@transaction.atomic
def agree_shares(*, actor: Actor, code: str, shares: Mapping[UUID, int | None]) -> list[Service]:
    """Set what part of a service's referrals each of its teams is contracted for, in percent.

    shares: by service id; None for none. What each is sent is counted from now on.
    Raises NotAllowed, SharesDoNotFit.
    """
    actor.require(Capability.ADMINISTER_HUB)
    if sum(share or 0 for share in shares.values()) > 100:
        raise SharesDoNotFit("Together the shares are more than 100%. Lower one of them.")
    found = Service.objects.filter(code=code, retired_at__isnull=True).select_related("team").order_by("id")
    services = list(found.select_for_update(of=("self",), no_key=True))
    for service in services:
        before = _share(service)
        service.share = shares.get(service.id)
        service.sent, service.sent_since = 0, timezone.now()
        service.save(update_fields=["share", "sent", "sent_since"])
        _keep(service, actor, changed_words(before, _share(service)))
    tell("service.shares_agreed", service=code)
    return services


def hold_places(service_ids: Iterable[UUID]) -> bool:
    """Lock these services until the transaction ends, and say whether each has a place free.

    In the order of their ids, so that two who route at once never wait for each other in a ring.
    """
    return all(service.free != 0 for service in lock_services(service_ids))


def lock_services(service_ids: Iterable[UUID]) -> list[Service]:
    """These services, locked until the transaction ends. Whoever changes the places of several locks them first."""
    found = Service.objects.filter(id__in=list(service_ids)).order_by("id").select_for_update(no_key=True)
    return list(found)


def _places(service: Service) -> dict[str, str]:
    capacity = "no limit" if service.capacity is None else str(service.capacity)
    return {"Places": capacity, "Takes referrals": "yes" if service.open_for_referrals else "not now"}


def _description(service: Service) -> dict[str, str]:
    return {
        "Areas": ", ".join(service.areas),
        "Languages": ", ".join(service.languages),
        "Interpreters": "yes" if service.interpreters else "no",
        "Access": ", ".join(ACCESS.get(one, one) for one in service.access),
        "Needs": ", ".join(NEEDS[one] for one in service.needs) or "whichever there are",
        "Hours": ", ".join(hours_words(service.hours)),
    }


def _share(service: Service) -> dict[str, str]:
    return {"Contracted share": f"{service.share}%" if service.share else ""}


def _keep(service: Service, actor: Actor, words: str) -> None:
    """Put on the service's record what was changed, where anything was."""
    if words:
        ServiceChange.objects.create(
            service=service,
            agency_id=service.team.agency_id,
            at=timezone.now(),
            by_name=actor.name,
            words=words[:1000],
        )


def _locked(actor: Actor, service_id: UUID, *, retired: bool = False) -> Service:
    actor.require(Capability.SET_CAPACITY)
    found = scope.services(actor).select_related("team").select_for_update(of=("self",), no_key=True)
    service = found.filter(id=service_id).first()
    if service is None:
        raise ServiceNotFound("There is no such service, or it is not your agency's.")
    if service.is_retired and not retired:
        raise ServiceRetired("This service was retired. The hub's administrator can bring it back.")
    return service
