"""Transfers of referrals: what was asked and made, and to whom a referral could go."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from agencies.models import Service
from agencies.queries import teams_offering
from pathways.facts import FactValue
from pathways.models import PathwayVersion
from pathways.pathway import read_pathway
from referrals.decision import Decision, Onward
from referrals.models import Referral, Transfer
from referrals.offer import Offer
from referrals.queries.circumstances import Circumstances
from referrals.queries.facts import facts_of
from referrals.queries.offers import how_tried, offers_for
from referrals.queries.rulebook import versions_for
from referrals.routing import hand_over
from referrals.workflow import OPEN


def own_teams_for(referral: Referral) -> list[Service]:
    """What other teams of its agency offer of the referral's service: it may be moved to any that has a place."""
    found = teams_offering(code=referral.service.code)
    return [
        one for one in found if one.team.agency_id == referral.agency_id and one.team_id != referral.team_id
    ]


def transfers_shown() -> "Prefetch[str, QuerySet[Transfer], str]":
    """A referral's transfers as far as the reader sees them, the newest first."""
    shown = Transfer.objects.select_related("from_team", "service__team").order_by("-id")
    return Prefetch("transfers", queryset=shown)


def asked_transfer(referral: Referral) -> Transfer | None:
    """What its agency asks the hub for; None where it asks for nothing, or the referral has ended."""
    if referral.status not in OPEN:
        return None
    return Transfer.objects.filter(referral=referral, status=Transfer.Status.ASKED).first()


@dataclass(frozen=True)
class Onwards:
    """All that a referral could be handed over by: as it stood when it was asked, for one transaction."""

    known: Circumstances
    versions: list[PathwayVersion]
    facts: dict[str, FactValue]
    offers: list[Offer]
    tried: dict[str, str]

    def offer(self, service_id: UUID) -> Offer | None:
        """What that service offers now; None where it is not among them."""
        return next((one for one in self.offers if one.service_id == str(service_id)), None)

    def decision(self, referral: Referral, offer: Offer, *, needs: Collection[str] = ()) -> Decision | None:
        """What comes of handing it, or these needs of it, to that team; None where its route is no longer there."""
        pathways = [read_pathway(one.definition) for one in self.versions]
        onward = Onward(
            referral.pathway_version.code, referral.route, offer.service_code, offer.team_id, tuple(needs)
        )
        try:
            return hand_over(pathways, self.facts, self.offers, self.tried, onward)
        except KeyError:
            return None


def onwards_for(referral: Referral, known: Circumstances) -> Onwards:
    """How the case stands for a referral of it that is to be handed over. For the hub.

    Who has the case, or has done its work, is not sent it twice; what was declined, recalled or given up before stands
    in nobody's way, since a practitioner chooses.
    """
    own = f"{referral.service.code}/{referral.team_id}"
    tried = {
        key: status
        for key, status in how_tried(known).items()
        if key != own and status in (*OPEN, "completed")
    }
    return Onwards(known, versions_for(known.case), facts_of(known), offers_for(known), tried)


@dataclass(frozen=True)
class Taker:
    """A team of another agency that a referral could be handed to, and what stands in the way, if anything."""

    offer: Offer
    obstacle: str

    @property
    def words(self) -> str:
        return f"{self.offer.service_name}, {self.offer.who}"


def takers_for(referral: Referral, known: Circumstances, *, own: bool = False) -> list[Taker]:
    """Every team of other agencies with its services, by service: those in whose way nothing stands first.

    own: other services of its own agency too.
    """
    onwards = onwards_for(referral, known)
    takers = []
    for offer in onwards.offers:
        elsewhere = own and offer.service_id != str(referral.service_id)
        if elsewhere or offer.agency_id != str(referral.agency_id):
            takers.append(Taker(offer, obstacle_of(onwards.decision(referral, offer))))
    return sorted(takers, key=lambda one: (bool(one.obstacle), one.offer.service_name, one.offer.who))


def obstacle_of(decision: Decision | None) -> str:
    """Why nothing comes of it, in words; "" where a referral does."""
    if decision is None:
        return "The pathway that the case is on no longer has its route."
    reasons = [held.reason for held in decision.held] + [skipped.reason for skipped in decision.skipped]
    return next(iter(reasons), "")
