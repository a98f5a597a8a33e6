"""By which pathway versions a case is routed, what others would do with it, and each decision explained."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from pathways.facts import find
from pathways.models import PathwayVersion
from pathways.pathway import read_pathway
from pathways.queries.versions import NoPathway, versions_in_force
from referrals.decision import Decision, Looked
from referrals.models import Case, RoutingDecision
from referrals.queries.circumstances import Circumstances
from referrals.queries.facts import facts_of
from referrals.queries.offers import how_tried, offers_for
from referrals.routing import choose


def versions_for(case: Case) -> list[PathwayVersion]:
    """The versions by which the case is routed, one a pathway, by code.

    Those that were looked at when it last entered a pathway; until then, those in force today.
    Raises pathways.queries.versions.NoPathway.
    """
    entered = RoutingDecision.objects.filter(case=case, decision__entered=True).order_by("-decided_at", "-id")
    kept = entered.values_list("versions", flat=True).first()
    return versions_of(kept) if kept else versions_in_force(on=timezone.localdate())


def versions_of(ids: Iterable[UUID]) -> list[PathwayVersion]:
    """The versions of these ids, by code."""
    return list(PathwayVersion.objects.filter(id__in=list(ids)).order_by("code"))


@dataclass(frozen=True)
class Preview:
    """What the versions that a case stays on would decide now, and what others would. Nothing is done."""

    versions: list[PathwayVersion]
    decision: Decision
    new_versions: list[PathwayVersion]
    new_decision: Decision

    @property
    def differs(self) -> bool:
        """Whether the case would be sent, or held, otherwise than now."""
        return _goes(self.decision) != _goes(self.new_decision)


def preview(case: Case, *, versions: Iterable[PathwayVersion], at: datetime) -> Preview:
    """What would come of routing the case under these versions, as things stand at that moment.

    Raises pathways.queries.versions.NoPathway, pathways.pathway.PathwayError.
    """
    known = Circumstances(case, at=at)
    facts, offers, tried = facts_of(known), offers_for(known), how_tried(known)
    old, new = versions_for(case), list(versions)
    decided, anew = (
        choose([read_pathway(one.definition) for one in book], facts, offers, tried) for book in (old, new)
    )
    return Preview(old, decided, new, anew)


def _goes(decision: Decision) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    sent = {(plan.service, plan.team_id) for plan in decision.referrals}
    return sent, {(held.plan.service, held.code) for held in decision.held if not held.instead}


@dataclass(frozen=True)
class Explained:
    """One routing decision for a reader: the versions, and what matched, nearly matched and was held back."""

    row: RoutingDecision
    decision: Decision
    versions: list[PathwayVersion]

    @property
    def books(self) -> list[tuple[PathwayVersion, Looked | None]]:
        """Each version with what was said of it; nothing was, where it was the only one there could be."""
        looked = {one.pathway: one for one in self.decision.looked}
        return [(version, looked.get(version.code)) for version in self.versions]

    @property
    def read(self) -> list[tuple[str, str]]:
        """What the matching rules read of the case as it stood then, in words."""
        read = {name: value for one in self.decision.matched for name, value in one.read.items()}
        facts = [(find(name), value) for name, value in sorted(read.items())]
        return [(fact.words, fact.value_words(value)) for fact, value in facts if fact is not None]


def newer_in_force(decisions: Iterable[Explained]) -> bool:
    """Whether other versions are in force than those that the case stays on, by its decisions, the newest first."""
    kept = next((one.versions for one in decisions if one.decision.entered), None)
    if kept is None:
        return False  # it is routed by those in force
    try:
        return {one.id for one in versions_in_force(on=timezone.localdate())} != {one.id for one in kept}
    except NoPathway:
        return False


def decisions_of(*, case_id: UUID, limit: int = 20) -> list[Explained]:
    """The newest routing decisions of the case, the newest first."""
    rows = list(RoutingDecision.objects.filter(case=case_id).order_by("-decided_at", "-id")[:limit])
    versions = {one.id: one for one in versions_of({one for row in rows for one in row.versions})}
    return [
        Explained(row, Decision.from_json(row.decision), [versions[one] for one in row.versions])
        for row in rows
    ]
