"""What each service is for one case at one moment: whose it is, what may be disclosed to them, and on which consent."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from access.categories import ALL_CATEGORIES
from agencies.models import Service
from agencies.offering import opens_at
from agencies.queries import services
from referrals.models import Referral, Transfer
from referrals.offer import Offer
from referrals.queries.circumstances import Circumstances
from referrals.queries.overrides import override_words
from referrals.teams import GIVEN_UP
from referrals.workflow import CANNOT_GO_ON, HANDED_OVER, OPEN
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
                needs=tuple(service.needs),
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
    """By service and team: how the case's latest referral to it stands, save those that may be sent it again.

    HANDED_OVER: it was, and whoever took it over has it or has done the work; GIVEN_UP: nobody has, or the agency gave
    it back for good.
    """
    taken_over = _taken_over(known.referrals)
    return {
        f"{one.service.code}/{one.team_id}": _stands(one, taken_over)
        for one in known.referrals
        if one.status in OPEN or one.service.code not in again
    }


def _taken_over(referrals: Collection[Referral]) -> dict[UUID, Referral]:
    """By referral that was handed over: the one that took it over."""
    handed = [one.id for one in referrals if one.reason_code == HANDED_OVER]
    if not handed:
        return {}
    by_id = {one.id: one for one in referrals}
    pairs = Transfer.objects.filter(referral__in=handed).exclude(taken_over_by=None)
    return {old: by_id[new] for old, new in pairs.values_list("referral", "taken_over_by") if new in by_id}


def _stands(referral: Referral, taken_over: Mapping[UUID, Referral]) -> str:
    if referral.reason_code == HANDED_OVER:
        last = referral
        while last.id in taken_over:
            last = taken_over[last.id]
        return HANDED_OVER if last.status in (*OPEN, "completed") else GIVEN_UP
    return GIVEN_UP if referral.reason_code == CANNOT_GO_ON else referral.status


def _opens_at(service: Service, at: datetime) -> str:
    opens = opens_at(service.hours, timezone.localtime(at))
    return opens.isoformat() if opens else ""
