"""Choosing where a case goes: pathways, the facts, what is on offer and what was tried give one decision.

Pure and deterministic: the same input gives the same decision in the same order, so that any decision can be
replayed from what was kept of it. Nothing is disclosed here; a plan says what may be, and `held` what may not
and why. A plan is made only where an agreement in force between the hub and the agency covers the purpose and
every category, and a legal basis allows it: consent must be recorded for that agency and those categories;
other bases do not wait for consent, and the route says why they apply.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pathways.pathway import BASIS_WORDS, SAFEGUARDING_OVERRIDE, Pathway, Route
from pathways.rules import Outcome, evaluate, nearly, sentence
from referrals.decision import Decision, Held, Looked, Matched, Near, Plan, Skipped
from referrals.offer import REFUSED, Offer
from referrals.workflow import OPEN

# Reasons that the person, by way of a practitioner, can put right: the route waits for them.
WAITS_FOR_A_PERSON = ("consent_not_recorded", "consent_not_covering", "recalled")
# Answers after which the route's fallback is tried.
NOT_TAKEN = {"declined": "{who} declined this case.", "expired": "{who} did not answer in time."}


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
    tried: by service, the status of this case's latest referral to it. An open or completed one is not sent
    again; one declined or unanswered goes on to the route's fallback; a returned one may be sent again; a
    recalled one waits for a practitioner.
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
    planning = _Planning(offers, tried)
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

    def __init__(self, offers: Iterable[Offer], tried: Mapping[str, str]) -> None:
        self._offers = sorted(offers, key=lambda offer: (offer.agency_code, offer.team_id))
        self._tried = tried
        self.referrals: list[Plan] = []
        self.held: list[Held] = []
        self.skipped: list[Skipped] = []

    def follow(self, step: _Step) -> None:
        """Plan the route's own service, or where it cannot take the case the first of its fallbacks that can."""
        route = step.route
        waiting: list[Held] = []
        for service in (route.service, *route.fallback):
            if has_it := self._has_it_already(service):
                self.skipped.append(Skipped(route.name, service, has_it, step.pathway.code))
                break
            plan, code, reason = self._try(step, service)
            if not code:
                self.referrals.append(plan)
                break
            waiting.append(Held(plan, code, reason))
            if code in WAITS_FOR_A_PERSON:
                service = ""
                break
        else:
            service = ""
        # What was held gives way only where another service has the case: otherwise somebody must look.
        self.held += [replace(held, instead=service) for held in waiting]

    def _has_it_already(self, service: str) -> str:
        status = self._tried.get(service, "")
        if status in OPEN or status == "completed":
            return f"{self._name(service)} {'has' if status in OPEN else 'has already worked on'} this case."
        planned = next((plan for plan in self.referrals if plan.service == service), None)
        return f"Already referred to {self._name(service)} by the route {planned.route}." if planned else ""

    def _try(self, step: _Step, service: str) -> tuple[Plan, str, str]:
        """The plan for one service, with the code and words of what stands in its way; both empty where nothing."""
        offers = [offer for offer in self._offers if offer.service_code == service]
        tries = [
            (offer, as_told, *self._obstacle(as_told, offer))
            for offer in offers
            for as_told in [_on_override(step.route, offer)]
        ]
        if not tries:
            return _plan(step, step.route, service, None), "no_offer", f"Nobody offers the service {service}."
        # A team that can take it before one that cannot; then the one with the most room.
        offer, as_told, code, reason = min(tries, key=lambda one: (bool(one[2]), -_room(one[0])))
        return _plan(step, as_told, service, offer), code, reason

    def _obstacle(self, route: Route, offer: Offer) -> tuple[str, str]:
        who, status = offer.agency_name, self._tried.get(offer.service_code, "")
        if offer.in_conflict:
            return "conflict_of_interest", f"{who} has a conflict of interest in this case."
        if status == "recalled":
            return "recalled", f"The referral to {who} was recalled: decide whether to send it again."
        if status in NOT_TAKEN:
            return "declined", NOT_TAKEN[status].format(who=who)
        return _may_not_disclose(route, offer) or _cannot_take(offer) or ("", "")

    def _name(self, service: str) -> str:
        return next((offer.agency_name for offer in self._offers if offer.service_code == service), service)


def _on_override(route: Route, offer: Offer) -> Route:
    """The route as this agency may be told by it: on an approved override where consent stands in the way.

    The override tells no more than it names, and no more than the route would.
    """
    told = tuple(one for one in route.categories if one in offer.override_categories)
    covered = offer.has_consent and not _without(route.categories, offer.consent_categories)
    if route.basis != "consent" or covered or not told:
        return route
    return replace(route, basis=SAFEGUARDING_OVERRIDE, basis_reason=offer.override_words, categories=told)


def _may_not_disclose(route: Route, offer: Offer) -> tuple[str, str] | None:
    """Why the law or the agreement stands in the way of telling this agency; None where nothing does."""
    who = offer.agency_name
    if offer.agreement_id is None:
        return "no_agreement", f"No agreement in force with {who}."
    if route.purpose not in offer.agreement_purposes:
        return "purpose_not_covered", f"The agreement with {who} does not cover {_said([route.purpose])}."
    if uncovered := _without(route.categories, offer.agreement_categories):
        return "category_not_covered", f"The agreement with {who} does not cover {_said(uncovered)}."
    if route.basis != "consent":
        return None
    if offer.consent == REFUSED:
        return "consent_refused", f"Consent for {who} was refused or withdrawn."
    if not offer.has_consent:
        return "consent_not_recorded", f"Consent for {who} not recorded."
    if uncovered := _without(route.categories, offer.consent_categories):
        return "consent_not_covering", f"Consent for {who} does not cover {_said(uncovered)}."
    return None


def _cannot_take(offer: Offer) -> tuple[str, str] | None:
    if not offer.is_open:
        return "closed", f"{offer.agency_name} takes no referrals to this service now."
    if offer.capacity_free is not None and offer.capacity_free <= 0:
        return "no_capacity", f"{offer.agency_name} has no room in this service now."
    return None


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


def _room(offer: Offer) -> float:
    return float("inf") if offer.capacity_free is None else offer.capacity_free


def _without(wanted: Iterable[str], covered: Iterable[str]) -> list[str]:
    have = set(covered)
    return [one for one in wanted if one not in have]


def _said(codes: Iterable[str]) -> str:
    return ", ".join(code.replace("_", " ") for code in codes)
