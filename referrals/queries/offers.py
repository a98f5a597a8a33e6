"""What each service is for one case at one moment: whose it is, what may be disclosed to them, and on which consent."""

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from access.categories import ALL_CATEGORIES
from agencies.models import Service
from agencies.offering import opens_at
from agencies.queries import services
from referrals.offer import Offer
from referrals.queries.circumstances import Circumstances
from referrals.queries.overrides import override_words
from referrals.workflow import OPEN
from victims.strictest import NOT_RECORDED, Stand


def offers_for(known: Circumstances) -> list[Offer]:
    """Every service of every team, by code, as it stands for the case."""
    offers = []
    for service in services():
        agency = service.team.agency
        agreement = known.agreements.get(agency.id)
        consent = known.consents.get(agency.id, Stand(NOT_RECORDED))
        override = known.overrides.get(agency.id)
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
                opens_at=_opens_at(service, known.at),
                areas=tuple(service.areas),
                languages=tuple(service.languages),
                interpreters=service.interpreters,
                access=tuple(service.access),
                criteria=service.criteria,
                capacity=service.capacity,
                capacity_free=service.free,
                share=service.share,
                sent=service.sent,
                in_conflict=agency.id in known.kept_out,
                conflict_words=known.kept_out.get(agency.id, ""),
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


def how_tried(known: Circumstances, *, again: Collection[str] = ()) -> dict[str, str]:
    """By service and team: how the case's latest referral to it stands, save those that may be sent it again."""
    return {
        f"{one.service.code}/{one.team_id}": one.status
        for one in known.referrals
        if one.status in OPEN or one.service.code not in again
    }


def _opens_at(service: Service, at: datetime) -> str:
    opens = opens_at(service.hours, timezone.localtime(at))
    return opens.isoformat() if opens else ""
