"""Routing: where a triaged case goes, and what a partner's answer means for it.

Each step runs once for the event that asks for it, whatever is killed and however often it is tried again: the
decision carries the event's id under a unique constraint, in the transaction that makes its referrals.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.ids import new_id
from access.roles import Capability
from agencies.actions.services import hold_places
from messaging.events import Due, Happening, publish, schedule_all
from pathways.facts import FactValue
from pathways.models import PathwayVersion
from pathways.pathway import read_pathway
from pathways.queries.versions import versions_in_force
from referrals import scope
from referrals.actions.asked_needs import ask_for_needs, give_needs_back
from referrals.actions.assess import risk_words
from referrals.actions.clocks import end_answer_clock, happened, keep_due, start_answer_clocks
from referrals.actions.referral import happening
from referrals.actions.sight import give_sight, keep_sight
from referrals.actions.triage import TriageRefused, locked_open_case, moved
from referrals.actions.waiting import TO_ROUTE, keep_waiting, stop_waiting, take_up_waiting
from referrals.clocks import due_within
from referrals.decision import Decision, Plan
from referrals.grounds import LOST
from referrals.models import Case, ClockPause, Referral, RoutingDecision
from referrals.offer import Offer
from referrals.queries.calendar import hub_calendar
from referrals.queries.circumstances import Circumstances
from referrals.queries.clock_rules import clock_rules
from referrals.queries.facts import facts_of
from referrals.queries.offers import how_tried, offers_for
from referrals.queries.rulebook import versions_for
from referrals.queries.why import tellable
from referrals.routing import choose
from referrals.workflow import (
    CANNOT_GO_ON,
    HANDED_OVER,
    OPEN,
    SYSTEM,
    UNANSWERED,
    UNDONE,
    next_status,
    verbs_for,
)

EXPIRE = "referrals.expire"
LONGEST_QUESTION = 200
IN_FORCE = "in_force"
NOTHING_LEFT = (
    "Every service that the pathway names has had this case. Close it, or decide who else can help."
)


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


@transaction.atomic(savepoint=False)
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
    last = _last_decision(case) if case else None
    made = RoutingDecision.objects.filter(asked_by=str(asked_by)).first() if last or not case else None
    if made is not None or case is None or case.status not in TO_ROUTE:
        return made
    if last is not None:  # what it asked of a practitioner is asked again by this one, where it still stands
        take_back_question(case, Decision.from_json(last.decision).wants_decision)
    versions = versions_for(case) if last and not anew else versions_in_force(on=timezone.localdate(now))
    known = Circumstances(case, at=now)
    if last is None:
        known.referrals = []  # each comes of a decision
    facts, tried = facts_of(known), how_tried(known, again=again)
    pathways = [read_pathway(one.definition) for one in versions]
    has_places = False
    while not has_places:  # somebody who routes at the same moment may take the last one
        offers = offers_for(known)
        chosen = choose(pathways, facts, offers, tried)
        has_places = hold_places(_services_of(chosen, offers))
    decision = keep_decision(
        known,
        chosen,
        versions,
        facts=facts,
        offers=offers,
        tried=tried,
        asked_by=str(asked_by),
        by=actor.name,
    )
    sent, told = send_planned(known, decision, chosen, versions, _services_of(chosen, offers))
    ask_for_needs(actor=actor, known=known, sent=sent, offers=offers)
    if last or chosen.waits_for_room:
        keep_waiting(case=case, services=chosen.waits_for_room, at=now)
    if not sent:
        keep_due(case)
    told.append(
        Happening(
            "case.routed",
            at=now,
            case_id=case.id,
            data={
                "decision": str(decision.id),
                "referrals": len(sent),
                "held": len([held for held in chosen.held if not held.instead]),
            },
        )
    )
    is_with_partners = any(one.status in OPEN for one in (*known.referrals, *sent))
    publish(*told, *_settle(case, chosen, is_with_partners, now))
    return decision


@transaction.atomic
def route_by_risk(
    *, actor: Actor, case_id: UUID, asked_by: UUID, before: str, now: str
) -> RoutingDecision | None:
    """Route a case whose risk has risen since it was routed. Where that sends it to nobody new, a practitioner
    is asked to tell those who have it. Raises as route_case does.
    """
    case = _locked(actor, case_id)
    if case is None or RoutingDecision.objects.filter(asked_by=str(asked_by)).exists():
        return None
    take_back_question(case, risk_words(before, now, rose=True))
    decision = route_case(actor=actor, case_id=case_id, asked_by=asked_by)
    case.refresh_from_db(fields=["decision_wanted", "status"])
    if decision is not None and not decision.decision["referrals"] and not case.decision_wanted:
        words = f"Risk is {now} now, and was {before.replace('_', ' ')} when the case was routed."
        words += " Nobody new is asked by that: tell the partners who have the case."
        want_decision(case=case, words=words, code="risk_changed", at=decision.decided_at)
    return decision


@transaction.atomic
def route_taken_up(
    *, actor: Actor, case_id: UUID, asked_by: UUID, service_code: str, row: UUID
) -> RoutingDecision | None:
    """Route a case that waited for a place of the service. Where it does not take one, the next in the row may.

    row: the case's place in the row. Raises as route_case does.
    """
    decision = route_case(actor=actor, case_id=case_id, asked_by=asked_by)
    if decision is None and (case := _locked(actor, case_id)) is not None:
        stop_waiting(case=case)
    sent = decision.decision["referrals"] if decision else []
    if service_code not in [plan["service"] for plan in sent]:
        take_up_waiting(actor=actor, service_code=service_code, asked_by=asked_by, after=row, at_most=1)
    return decision


def _settle(case: Case, chosen: Decision, is_with_partners: bool, now: datetime) -> list[Happening]:
    """The case stands with partners while a referral is open; what nobody else can decide is asked of a person.

    Returns what is to be told of it.
    """
    told = []
    if case.status == "triaged" and is_with_partners:
        told.append(moved(case, "route", now))
        case.save(update_fields=["status"])
    if chosen.wants_decision:
        return told + _wanting(case, chosen.wants_decision, "held", is_with_partners, now)
    if not is_with_partners:
        return told + _wanting(case, NOTHING_LEFT, "nothing_left", is_with_partners, now)
    return told


def _last_decision(case: Case) -> RoutingDecision | None:
    return RoutingDecision.objects.filter(case=case).order_by("-decided_at", "-id").first()


def _services_of(chosen: Decision, offers: Iterable[Offer]) -> list[UUID]:
    """The service of each referral that is planned: that of its team."""
    found = {(offer.service_code, offer.team_id): UUID(offer.service_id) for offer in offers}
    return [found[plan.service, plan.team_id] for plan in chosen.referrals]


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
    if referral.status not in UNANSWERED:
        end_answer_clock(case=case, referral=referral)
    undone = referral.status in UNDONE and referral.reason_code != HANDED_OVER
    back_with = give_needs_back(actor=actor, case=case, referral=referral, at=now) if undone else None
    if case.status == "closed":
        return
    keep_due(case)
    if back_with is not None:
        return  # whoever gave its needs has them again
    who = referral.agency.name
    if undone and referral.split_from_id is not None:
        words = f"{who} has ended its part of a split undone, and nobody is left to take it back: decide who helps."
        want_decision(case=case, words=words, code="needs_back", at=now)
        return
    match referral.status:
        case "declined" | "expired":
            route_case(actor=actor, case_id=case.id, asked_by=asked_by)
        case "returned" if referral.reason_code == HANDED_OVER:
            pass  # whoever takes it over was sent it in the same transaction
        case "returned" if referral.reason_code == CANNOT_GO_ON:
            words = f"{who} cannot go on with its referral: {referral.reason_words}"
            want_decision(case=case, words=words, code="cannot_go_on", at=now)
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


def is_unanswered(*, referral_id: UUID, due: str = "") -> bool:
    """Whether the referral's answer is still owed. due: the due time that has come, where a question had moved it."""
    referral = Referral.objects.filter(id=referral_id).first()
    if referral is None or referral.waits_for_hub or "expire" not in verbs_for(referral.status, SYSTEM):
        return False
    moved_on = ClockPause.objects.filter(clock__referral=referral).exists()
    return not moved_on or due == referral.answer_due_at.isoformat()


def want_decision(*, case: Case, words: str, code: str, at: datetime) -> None:
    """Ask a practitioner; a case that no partner works on goes back to those to be routed or decided.

    A suspended case keeps the reason of its suspension. The case is locked.
    """
    publish(*_wanting(case, words, code, _has_open_referrals(case), at))


def take_back_question(case: Case, words: str) -> None:
    """What was asked of a practitioner is answered, where it was this. The case is locked."""
    if words and case.decision_wanted == words:
        case.decision_wanted = ""
        case.save(update_fields=["decision_wanted"])


def _wanting(case: Case, words: str, code: str, is_with_partners: bool, at: datetime) -> list[Happening]:
    """`want_decision`, for a caller that knows whether a partner has the case; returns what is to be told."""
    if case.status == "suspended":
        return []
    told = [Happening("case.decision_wanted", at=at, case_id=case.id, data={"code": code})]
    case.decision_wanted = words[:LONGEST_QUESTION]
    if case.status == "routed" and not is_with_partners:
        told.append(moved(case, "want_decision", at))
    case.save(update_fields=["decision_wanted", "status"])
    return told


def _locked(actor: Actor, case_id: UUID) -> Case | None:
    cases = scope.cases(actor).select_related("person").select_for_update(of=("self",))
    return cases.filter(id=case_id).first()


def _has_open_referrals(case: Case) -> bool:
    return Referral.objects.filter(case=case, status__in=OPEN).exists()
