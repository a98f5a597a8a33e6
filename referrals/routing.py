"""Choosing where a case goes: pathways, the facts, what is on offer and what was tried give one decision.

Pure and deterministic: the same input gives the same decision in the same order, so that any decision can be
replayed from what was kept of it. Nothing is disclosed here; a plan says what may be, and `held` what may not
and why. A plan is made only where an agreement in force between the hub and the agency covers the purpose and
every category, and a legal basis allows it: consent must be recorded for that agency and those categories;
other bases do not wait for consent, and the route says why they apply.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pathways.pathway import BASIS_WORDS, Pathway, Route
from pathways.rules import Outcome, evaluate, nearly, sentence
from referrals.decision import (
    NO_ROOM,
    Considered,
    Decision,
    Held,
    Looked,
    Matched,
    Near,
    Onward,
    Plan,
    Skipped,
)
from referrals.offer import Offer
from referrals.teams import WAITS_FOR_A_PERSON, rank
from referrals.workflow import HANDED_OVER, OPEN


@dataclass(frozen=True, slots=True)
class _Step:
    """One route of one pathway that may be followed, and what its rule said of the facts."""

    pathway: Pathway
    route: Route
    outcome: Outcome

    @property
    def is_default(self) -> bool:
        return self.route is self.pathway.default

    @property
    def why(self) -> str:
        if self.is_default:
            return f"{self.route.name}: no other route matched."
        return f"{self.route.name}: because {sentence(self.route.when)}."


def choose(
    pathways: Iterable[Pathway],
    facts: Mapping[str, object],
    offers: Iterable[Offer],
    tried: Mapping[str, str],
) -> Decision:
    """Decide where a case goes. Every case that enters a pathway gets a referral, or a plan held with its reason,
    unless each service that it matches has it already.

    pathways: one version of each; the case enters those whose entry rule holds, and the matching routes of all of
    them are followed together, in order of priority. Groups are common to them: of one group the first matching
    route is followed, whichever pathway it stands in.
    offers: every team's services; which of several teams is asked, referrals.teams says.
    tried: by service and team ("idva/TEAM"), or by service alone, the status of this case's latest referral to it.
    What is open or completed, or was handed over to somebody who has it, is not sent again; what one team declined,
    gave up or did not answer goes on to the next team, and then to the route's fallback; what was returned for
    information may be sent again; what was recalled waits for a practitioner.
    """
    looked_at = sorted(pathways, key=lambda pathway: pathway.code)
    looked = tuple(_look(pathway, facts) for pathway in looked_at)
    entered = [pathway for pathway, one in zip(looked_at, looked, strict=True) if one.entered]
    if not entered:
        return Decision(entered=False, looked=looked)
    steps = [
        _Step(pathway, route, evaluate(route.when, facts)) for pathway in entered for route in pathway.routes
    ]
    steps.sort(
        key=lambda step: step.route.priority
    )  # stable: then by pathway, then as the version lists them
    matching = [step for step in steps if step.outcome.value is True]
    matching += _defaults(entered, matching, facts)
    planning = _Planning(offers, tried, facts)
    for step in _one_of_each_group(matching):
        planning.follow(step)
    near = [(step, nearly(step.route.when, facts)) for step in steps if step.outcome.value is not True]
    return Decision(
        entered=True,
        looked=looked,
        matched=tuple(
            Matched(one.route.name, one.why, one.outcome.read, one.pathway.code) for one in matching
        ),
        nearly=tuple(Near(one.route.name, missing, one.pathway.code) for one, missing in near if missing),
        referrals=tuple(planning.referrals),
        held=tuple(planning.held),
        skipped=tuple(planning.skipped),
        teams=tuple(planning.teams),
    )


def hand_over(
    pathways: Iterable[Pathway],
    facts: Mapping[str, object],
    offers: Iterable[Offer],
    tried: Mapping[str, str],
    onward: Onward,
) -> Decision:
    """Follow one route to the team that a practitioner chose: a plan, or one held with its reason.

    Agreement, consent, conflict of interest, criteria and room are asked of that team as of any; nothing is tried in
    its place, and a service that has the case already is not sent it twice. Raises KeyError for a route that none of
    the pathways has.
    """
    pathway = {one.code: one for one in pathways}[onward.pathway]
    route = {one.name: one for one in (*pathway.routes, pathway.default)}[onward.route]
    step = _Step(
        pathway, replace(route, service=onward.service, fallback=(), overflow=()), evaluate(route.when, facts)
    )
    planning = _Planning([one for one in offers if one.team_id == onward.team_id], tried, facts)
    planning.follow(step)
    return Decision(
        entered=True,
        matched=(Matched(route.name, step.why, step.outcome.read, pathway.code),),
        referrals=tuple(planning.referrals),
        held=tuple(planning.held),
        skipped=tuple(planning.skipped),
        teams=tuple(planning.teams),
        onward=onward,
    )


def _look(pathway: Pathway, facts: Mapping[str, object]) -> Looked:
    outcome = evaluate(pathway.entry, facts)
    entered = outcome.value is True
    return Looked(
        pathway=pathway.code,
        number=pathway.number,
        title=pathway.title,
        entered=entered,
        why=sentence(pathway.entry),
        read=outcome.read,
        missing=() if entered else nearly(pathway.entry, facts),
    )


def _defaults(
    entered: Sequence[Pathway], matching: Sequence[_Step], facts: Mapping[str, object]
) -> list[_Step]:
    """The default of each entered pathway of which no route matched; a general one's only where nothing else goes."""
    served = {step.pathway.code for step in matching}
    special = [one for one in entered if not one.general and one.code not in served]
    general = [one for one in entered if one.general][:1]
    chosen = special or (general if not matching else [])
    return [_Step(one, one.default, evaluate(one.default.when, facts)) for one in chosen]


def _one_of_each_group(steps: Sequence[_Step]) -> list[_Step]:
    """Routes without a group all; of each group the first, as they stand in order of priority."""
    taken: dict[str, _Step] = {}
    return [
        step for step in steps if not step.route.group or taken.setdefault(step.route.group, step) is step
    ]


class _Planning:
    """Follows routes one after another; a service that has been planned for is not planned for twice."""

    def __init__(
        self, offers: Iterable[Offer], tried: Mapping[str, str], facts: Mapping[str, object]
    ) -> None:
        self._offers = sorted(offers, key=lambda offer: (offer.agency_code, offer.team_id))
        self._tried = tried
        self._facts = facts
        self.referrals: list[Plan] = []
        self.held: list[Held] = []
        self.skipped: list[Skipped] = []
        self.teams: list[Considered] = []

    def follow(self, step: _Step) -> None:
        """Plan the route's own service, or where it cannot take the case the first of those in its place that can."""
        route = step.route
        waiting: list[Held] = []
        services = [route.service]
        taken_by = ""
        while services:
            service = services.pop(0)
            if has_it := self._has_it_already(service):
                self.skipped.append(Skipped(route.name, service, has_it, step.pathway.code))
                taken_by = service
                break
            plan, code, reason = self._try(step, service)
            if not code:
                self.referrals.append(plan)
                taken_by = service
                break
            if not waiting:
                services = list(_in_place_of(route, code))
            waiting.append(Held(plan, code, reason))
            if code in WAITS_FOR_A_PERSON:
                break
        # What was held gives way only where another service has the case: otherwise somebody must look.
        self.held += [replace(held, instead=taken_by) for held in waiting]

    def _has_it_already(self, service: str) -> str:
        if HANDED_OVER in self._statuses(service).values():
            return f"{self._name(service)} handed this case over to a service that has it."
        status = next(
            (one for one in self._statuses(service).values() if one in OPEN or one == "completed"), ""
        )
        if status:
            return f"{self._name(service)} {'has' if status in OPEN else 'has already worked on'} this case."
        planned = next((plan for plan in self.referrals if plan.service == service), None)
        return f"Already referred to {self._name(service)} by the route {planned.route}." if planned else ""

    def _try(self, step: _Step, service: str) -> tuple[Plan, str, str]:
        """The plan for one service, with the code and words of what stands in its way; both empty where nothing."""
        offers = [offer for offer in self._offers if offer.service_code == service]
        statuses = self._statuses(service)
        recalled = "recalled" in statuses.values()
        stands = {
            one.team_id: "recalled" if recalled else statuses.get(one.team_id, statuses.get("", ""))
            for one in offers
        }
        ranked = rank(step.route, offers, self._facts, stands)
        if not ranked:
            return _plan(step, step.route, service, None), "no_offer", f"Nobody offers the service {service}."
        first = ranked[0][0]
        self.teams += [
            Considered(
                route=step.route.name,
                service=service,
                team_id=one.offer.team_id,
                who=one.offer.who,
                chosen=one is first and not one.code,
                code=one.code,
                words=words,
                pathway=step.pathway.code,
            )
            for one, words in ranked
        ]
        return _plan(step, first.as_told, service, first.offer), first.code, first.reason

    def _statuses(self, service: str) -> dict[str, str]:
        """How the case's latest referral to each team of the service stands; "" is whichever team."""
        found = {}
        for key, status in self._tried.items():
            code, _, team = key.partition("/")
            if code == service:
                found[team] = status
        return found

    def _name(self, service: str) -> str:
        return next((offer.agency_name for offer in self._offers if offer.service_code == service), service)


def _in_place_of(route: Route, code: str) -> tuple[str, ...]:
    """The services tried where the route's own cannot take the case: where it is full, as the version says."""
    if code != NO_ROOM:
        return route.fallback
    return route.overflow if route.wait_for_room else (*route.overflow, *route.fallback)


def _plan(step: _Step, as_told: Route, service: str, offer: Offer | None) -> Plan:
    """The referral that the step makes. as_told: its route, as this agency may be told by it."""
    fallback_for = step.route.service if step.route.service != service else ""
    reason = f": {as_told.basis_reason}" if as_told.basis_reason else ""
    instead = f" In place of {fallback_for}, which cannot take it." if fallback_for else ""
    return Plan(
        route=step.route.name,
        service=service,
        team_id=offer.team_id if offer else "",
        agency_id=offer.agency_id if offer else "",
        agency_code=offer.agency_code if offer else "",
        agreement_id=offer.agreement_id if offer else None,
        purpose=as_told.purpose,
        categories=as_told.categories,
        basis=as_told.basis,
        basis_reason=as_told.basis_reason,
        urgent=as_told.urgent,
        answer_within=dict(as_told.answer_within),
        why=f"{step.why}{instead} Told on the basis of {BASIS_WORDS[as_told.basis]}{reason}.",
        fallback_for=fallback_for,
        pathway=step.pathway.code,
    )
