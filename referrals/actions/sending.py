"""A routing decision, kept with all that it was made from, and its referrals sent."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from access.ids import new_id
from messaging.events import Due, Happening, schedule_all
from pathways.facts import FactValue
from pathways.models import PathwayVersion
from referrals.actions.clocks import happened, start_answer_clocks
from referrals.actions.referral import happening
from referrals.actions.sight import give_sight
from referrals.clocks import due_within
from referrals.decision import Decision, Plan
from referrals.models import Referral, RoutingDecision
from referrals.offer import Offer
from referrals.queries.calendar import hub_calendar
from referrals.queries.circumstances import Circumstances
from referrals.queries.clock_rules import clock_rules
from referrals.queries.why import tellable
from referrals.workflow import next_status

EXPIRE = "referrals.expire"


def keep_decision(
    known: Circumstances,
    chosen: Decision,
    versions: Iterable[PathwayVersion],
    *,
    facts: Mapping[str, FactValue],
    offers: Iterable[Offer],
    tried: Mapping[str, str],
    asked_by: str,
    by: str,
) -> RoutingDecision:
    """What was decided, with all that was looked at: it can be made again from this. asked_by: given but once."""
    return RoutingDecision.objects.create(
        case=known.case,
        versions=[one.id for one in versions],
        asked_by=asked_by,
        facts=facts,
        offers=[offer.to_json() for offer in offers],
        tried=tried,
        decision=chosen.to_json(),
        decided_at=known.at,
        decided_by=by,
    )


def send_planned(
    known: Circumstances,
    decision: RoutingDecision,
    chosen: Decision,
    versions: Iterable[PathwayVersion],
    services: Iterable[UUID],
    *,
    split_from: UUID | None = None,
) -> tuple[list[Referral], list[Happening]]:
    """The referrals of a decision: written, shown to their agencies, and the time of each answer set running.

    services: of each referral, in the order of the plans. split_from: the first of the family that they join.
    Returns them, and what is to be told of them.
    """
    by_pathway = {version.code: version for version in versions}
    sent = [
        _referral(decision, by_pathway[plan.pathway], plan, chosen.read_by(plan), service_id, split_from)
        for plan, service_id in zip(chosen.referrals, services, strict=True)
    ]
    if not sent:
        return [], []
    Referral.objects.bulk_create(sent)
    ends = give_sight(known=known, sent=sent)
    answers = [
        Due(EXPIRE, key=str(one.id), payload={"referral": str(one.id)}, at=one.answer_due_at) for one in sent
    ]
    schedule_all([*ends, *answers])
    rules, within = clock_rules(), [plan.answer_within for plan in chosen.referrals]
    start_answer_clocks(case=known.case, sent=sent, within=within, rules=rules)
    happened(case=known.case, event="referral_sent", at=known.at, rules=rules)
    return sent, [happening(one, verb="send", from_="draft", at=known.at) for one in sent]


def _referral(
    decision: RoutingDecision,
    version: PathwayVersion,
    plan: Plan,
    read: Mapping[str, FactValue],
    service_id: UUID,
    split_from: UUID | None,
) -> Referral:
    """One referral of the plan. read: what its rule read of the case: what the agency is not told is left out."""
    return Referral(
        id=new_id(),
        case=decision.case,
        decision=decision,
        pathway_version=version,
        agency_id=UUID(plan.agency_id),
        team_id=UUID(plan.team_id),
        service_id=service_id,
        agreement_id=UUID(plan.agreement_id or ""),
        route=plan.route,
        split_from_id=split_from,
        status=next_status("send", "draft"),
        purpose=plan.purpose,
        basis=plan.basis,
        categories=list(plan.categories),
        why=plan.why,
        read=tellable(read, plan.categories),
        urgent=plan.urgent,
        sent_at=decision.decided_at,
        answer_due_at=due_within(plan.answer_within, decision.decided_at, hub_calendar()),
    )
