"""Routing: where a triaged case goes, and what a partner's answer means for it.

Each step runs once for the event that asks for it, whatever is killed and however often it is tried again: the
decision carries the event's id under a unique constraint, in the transaction that makes its referrals.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.ids import new_id
from access.roles import Capability
from agencies.models import Service
from agencies.queries import services
from messaging.events import Happening, publish, schedule
from pathways.models import PathwayVersion
from pathways.pathway import read_pathway
from pathways.queries.versions import versions_in_force
from referrals import scope
from referrals.actions.clocks import keep_due, meet_clock
from referrals.actions.referral import happening
from referrals.actions.sight import give_sight, keep_sight
from referrals.actions.triage import TriageRefused, locked_open_case, moved
from referrals.clocks import calendar_for, due_within
from referrals.decision import Decision, Plan
from referrals.grounds import LOST
from referrals.models import Case, Referral, RoutingDecision
from referrals.queries.facts import facts_of
from referrals.queries.offers import how_tried, offers_for
from referrals.queries.rulebook import versions_for
from referrals.routing import choose
from referrals.workflow import OPEN, SYSTEM, next_status, verbs_for

EXPIRE = "referrals.expire"
TO_ROUTE = ("triaged", "routed")
LONGEST_QUESTION = 200
IN_FORCE = "in_force"


class NothingToRoute(TriageRefused):
    """The case is not where it can be routed from: triage must be finished first."""


@transaction.atomic
def ask_to_route(*, actor: Actor, case_id: UUID, again: Sequence[str] = ()) -> Case:
    """A practitioner's decision to have the pathway asked again, as facts, consents and agreements stand now.

    again: codes of services that may be sent the case again though their last referral was recalled,
    declined or not answered. Raises NotAllowed, CaseNotFound, CaseClosed, NothingToRoute.
    """
    return _ask(actor, case_id, {"again": sorted(set(again))})


@transaction.atomic
def route_under_new_version(*, actor: Actor, case_id: UUID) -> Case:
    """Take the case from the pathway versions that it was routed by to those in force, and route it by them.

    What partners have already stays with them. Look at referrals.queries.rulebook.preview first: it says what
    would come of it. Raises NotAllowed, CaseNotFound, CaseClosed, NothingToRoute.
    """
    return _ask(actor, case_id, {"again": [], "under": IN_FORCE})


def _ask(actor: Actor, case_id: UUID, asked: dict[str, object]) -> Case:
    actor.require(Capability.ROUTE)
    now = timezone.now()
    case = locked_open_case(actor, case_id)
    if case.status not in TO_ROUTE:
        raise NothingToRoute("Finish triage first: then the case is routed by itself.")
    case.decision_wanted = ""
    case.save(update_fields=["decision_wanted"])
    publish(Happening("case.route_asked", at=now, case_id=case.id, data=asked))
    return case


@transaction.atomic
def route_case(
    *, actor: Actor, case_id: UUID, asked_by: UUID, again: Sequence[str] = (), anew: bool = False
) -> RoutingDecision | None:
    """Send the case where its pathway versions say, and keep why. The first time those in force, then the same.

    asked_by: the event that asks; asked a second time, the decision that was made is returned and nothing
    done. again: see ask_to_route. anew: by the versions in force, whatever it was routed by before.
    None where the case can no longer be routed: it was taken back into triage, suspended or closed since.
    Raises NotAllowed, CaseNotFound, pathways.queries.versions.NoPathway.
    """
    actor.require(Capability.ROUTE)
    now = timezone.now()
    case = _locked(actor, case_id)
    made = RoutingDecision.objects.filter(asked_by=str(asked_by)).first()
    if made is not None or case is None or case.status not in TO_ROUTE:
        return made
    versions = versions_in_force(on=timezone.localdate(now)) if anew else versions_for(case)
    facts, offers, tried = facts_of(case, at=now), offers_for(case, at=now), how_tried(case, again=again)
    chosen = choose([read_pathway(one.definition) for one in versions], facts, offers, tried)
    decision = RoutingDecision.objects.create(
        case=case,
        versions=[one.id for one in versions],
        asked_by=str(asked_by),
        facts=facts,
        offers=[offer.to_json() for offer in offers],
        tried=tried,
        decision=chosen.to_json(),
        decided_at=now,
        decided_by=actor.name,
    )
    by_code = {service.code: service for service in services()} if chosen.referrals else {}
    by_pathway = {version.code: version for version in versions}
    for plan in chosen.referrals:
        _send(case, decision, by_pathway[plan.pathway], plan, by_code[plan.service], now)
    if chosen.referrals:
        meet_clock(case=case, code="referral", at=now)
    keep_due(case)
    publish(
        Happening(
            "case.routed",
            at=now,
            case_id=case.id,
            data={
                "decision": str(decision.id),
                "referrals": len(chosen.referrals),
                "held": len([held for held in chosen.held if not held.instead]),
            },
        )
    )
    _settle(case, chosen, now)
    return decision


def _settle(case: Case, chosen: Decision, now: datetime) -> None:
    """The case stands with partners while a referral is open; what nobody else can decide is asked of a person."""
    if case.status == "triaged" and _has_open_referrals(case):
        told = moved(case, "route", now)
        case.save(update_fields=["status"])
        publish(told)
    if chosen.wants_decision:
        want_decision(case=case, words=chosen.wants_decision, code="held", at=now)
    elif not _has_open_referrals(case):
        want_decision(
            case=case,
            words="Every service that the pathway names has had this case. Close it, or decide who else can help.",
            code="nothing_left",
            at=now,
        )


def _send(
    case: Case,
    decision: RoutingDecision,
    version: PathwayVersion,
    plan: Plan,
    service: Service,
    now: datetime,
) -> None:
    """One referral of the plan: made, shown to its agency, told, and its answer's time set running."""
    referral = Referral(
        id=new_id(),
        case=case,
        decision=decision,
        pathway_version=version,
        agency_id=UUID(plan.agency_id),
        team_id=UUID(plan.team_id),
        service=service,
        agreement_id=UUID(plan.agreement_id or ""),
        route=plan.route,
        status=next_status("send", "draft"),
        purpose=plan.purpose,
        basis=plan.basis,
        categories=list(plan.categories),
        why=plan.why,
        urgent=plan.urgent,
        sent_at=now,
        answer_due_at=due_within(plan.answer_within, now, calendar_for(settings.CALENDAR_NATION)),
    )
    Referral.objects.bulk_create([referral])
    give_sight(case=case, agency_id=referral.agency_id, because=referral.id)
    publish(happening(referral, verb="send", from_="draft", at=now))
    schedule(EXPIRE, key=str(referral.id), payload={"referral": str(referral.id)}, at=referral.answer_due_at)


@transaction.atomic
def follow_referral(*, actor: Actor, referral_id: UUID, asked_by: UUID) -> None:
    """What a referral's move means for its case, once for the event that tells of it.

    An end ends the agency's sight. Declined or not answered: the pathway is asked again and takes its
    fallback. Returned, recalled, or all finished: a practitioner is asked.
    Raises NotAllowed.
    """
    actor.require(Capability.ROUTE)
    now = timezone.now()
    referral = Referral.objects.select_related("agency", "service").filter(id=referral_id).first()
    case = _locked(actor, referral.case_id) if referral else None
    if referral is None or case is None:
        return
    referral.refresh_from_db(fields=["status", "reason_code", "reason_words"])  # as it stands under the lock
    keep_sight(actor=actor, case_id=case.id, agency_id=referral.agency_id)
    if case.status == "closed":
        return
    keep_due(case)
    who = referral.agency.name
    match referral.status:
        case "declined" | "expired":
            route_case(actor=actor, case_id=case.id, asked_by=asked_by)
        case "returned":
            words = f"{who} gave the referral back and asks: {referral.reason_words}"
            want_decision(case=case, words=words, code="returned", at=now)
        case "recalled" if referral.reason_code in LOST:
            words = f"{LOST[referral.reason_code]}: the referral to {who} is recalled. Decide where the case goes."
            want_decision(case=case, words=words, code="recalled", at=now)
        case "recalled" if not _has_open_referrals(case):
            words = f"The referral to {who} was recalled and no other is open: decide where the case goes."
            want_decision(case=case, words=words, code="recalled", at=now)
        case "completed" if not _has_open_referrals(case):
            words = "Every partner has finished. Close the case, or route it again where more is wanted."
            want_decision(case=case, words=words, code="all_finished", at=now)


def is_unanswered(*, referral_id: UUID) -> bool:
    """Whether the referral's answer is still owed."""
    status = Referral.objects.filter(id=referral_id).values_list("status", flat=True).first()
    return status is not None and "expire" in verbs_for(status, SYSTEM)


def want_decision(*, case: Case, words: str, code: str, at: datetime) -> None:
    """Ask a practitioner; a case that no partner works on goes back to those to be routed or decided.

    A suspended case keeps the reason of its suspension. The case is locked.
    """
    if case.status == "suspended":
        return
    told = [Happening("case.decision_wanted", at=at, case_id=case.id, data={"code": code})]
    case.decision_wanted = words[:LONGEST_QUESTION]
    if case.status == "routed" and not _has_open_referrals(case):
        told.append(moved(case, "want_decision", at))
    case.save(update_fields=["decision_wanted", "status"])
    publish(*told)


def _locked(actor: Actor, case_id: UUID) -> Case | None:
    cases = scope.cases(actor).select_related("person").select_for_update(of=("self",))
    return cases.filter(id=case_id).first()


def _has_open_referrals(case: Case) -> bool:
    return Referral.objects.filter(case=case, status__in=OPEN).exists()
