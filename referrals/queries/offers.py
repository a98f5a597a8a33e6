"""What each service is for one case at one moment: whose it is, what may be disclosed to them, and on which consent."""

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from access.categories import ALL_CATEGORIES
from access.context import hub_id
from agencies.models import Service
from agencies.offering import opens_at
from agencies.queries import agreements_in_force, services
from referrals.models import Case, Referral
from referrals.offer import Offer
from referrals.queries.overrides import override_words, overrides_in_force
from referrals.queries.restricted import agencies_in_conflict
from referrals.workflow import OPEN
from victims.queries import standing_consents
from victims.strictest import NOT_RECORDED, Stand


def offers_for(case: Case, *, at: datetime) -> list[Offer]:
    """Every service of every team, by code, as it stands for the case."""
    agreements = agreements_in_force(hub=hub_id(), on=timezone.localdate(at))
    consents = standing_consents(case_id=case.id, person_id=case.person_id, at=at)
    overrides = overrides_in_force(case_id=case.id, at=at)
    kept_out = agencies_in_conflict(person_id=case.person_id)
    offers = []
    for service in services():
        agency = service.team.agency
        agreement = agreements.get(agency.id)
        consent = consents.get(agency.id, Stand(NOT_RECORDED))
        override = overrides.get(agency.id)
        offers.append(
            Offer(
                service_code=service.code,
                service_name=service.name,
                service_id=str(service.id),
                team_name=service.team.name,
                team_id=str(service.team_id),
                agency_id=str(agency.id),
                agency_code=agency.code,
                agency_name=agency.name,
                is_open=service.open_for_referrals,
                opens_at=_opens_at(service, at),
                areas=tuple(service.areas),
                languages=tuple(service.languages),
                interpreters=service.interpreters,
                access=tuple(service.access),
                criteria=service.criteria,
                capacity=service.capacity,
                capacity_free=service.free,
                share=service.share,
                sent=service.sent,
                in_conflict=agency.id in kept_out,
                agreement_id=str(agreement.agreement_id) if agreement else None,
                agreement_purposes=agreement.purposes if agreement else (),
                agreement_categories=agreement.categories if agreement else (),
                consent=consent.stands,
                consent_categories=tuple(one for one in ALL_CATEGORIES if one in consent.categories),
                override_categories=tuple(override.categories) if override else (),
                override_words=override_words(override) if override else "",
            )
        )
    return offers


def how_tried(case: Case, *, again: Collection[str] = ()) -> dict[str, str]:
    """By service and team: how the case's latest referral to it stands, save those that may be sent it again."""
    latest = Referral.objects.filter(case=case).order_by("id")
    return {
        f"{code}/{team}": status
        for code, team, status in latest.values_list("service__code", "team_id", "status")
        if status in OPEN or code not in again
    }


def _opens_at(service: Service, at: datetime) -> str:
    opens = opens_at(service.hours, timezone.localtime(at))
    return opens.isoformat() if opens else ""
