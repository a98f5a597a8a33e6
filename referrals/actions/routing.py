"""Routing: where a triaged case goes. What a partner's answer means for it is in referrals.actions.answers.

Each step runs once for the event that asks for it, whatever is killed and however often it is tried again: the
decision carries the event's id under a unique constraint, in the transaction that makes its referrals.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from access.actor import Actor
from access.roles import Capability
from agencies.actions.services import hold_places
from messaging.events import Happening, publish
from pathways.pathway import read_pathway
from pathways.queries.versions import versions_in_force
from referrals import scope
from referrals.actions.asked_needs import ask_for_needs
from referrals.actions.assess import risk_words
from referrals.actions.clocks import keep_due
from referrals.actions.questions import take_back_question, want_decision, wanting
from referrals.actions.sending import keep_decision, send_planned
from referrals.actions.triage import TriageRefused, locked_open_case, moved
from referrals.actions.waiting import TO_ROUTE, keep_waiting, stop_waiting, take_up_waiting
from referrals.decision import Decision
from referrals.models import Case, RoutingDecision
from referrals.offer import Offer
from referrals.queries.circumstances import Circumstances
from referrals.queries.facts import facts_of
from referrals.queries.offers import how_tried, offers_for
from referrals.queries.rulebook import versions_for
from referrals.routing import choose
from referrals.workflow import OPEN

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
    case = locked_for_routing(actor, case_id)
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
    case = locked_for_routing(actor, case_id)
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
    if decision is None and (case := locked_for_routing(actor, case_id)) is not None:
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
        return told + wanting(case, chosen.wants_decision, "held", is_with_partners, now)
    if not is_with_partners:
        return told + wanting(case, NOTHING_LEFT, "nothing_left", is_with_partners, now)
    return told


def _last_decision(case: Case) -> RoutingDecision | None:
    return RoutingDecision.objects.filter(case=case).order_by("-decided_at", "-id").first()


def _services_of(chosen: Decision, offers: Iterable[Offer]) -> list[UUID]:
    """The service of each referral that is planned: that of its team."""
    found = {(offer.service_code, offer.team_id): UUID(offer.service_id) for offer in offers}
    return [found[plan.service, plan.team_id] for plan in chosen.referrals]


def locked_for_routing(actor: Actor, case_id: UUID) -> Case | None:
    """The case with its person, locked for this transaction; None where the actor finds none."""
    cases = scope.cases(actor).select_related("person").select_for_update(of=("self",))
    return cases.filter(id=case_id).first()
