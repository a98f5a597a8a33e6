"""Choosing where a case goes: a pathway, the facts, what is on offer and what was tried give one decision.

Pure and deterministic: the same input gives the same decision in the same order, so that any decision can be
replayed from what was kept of it. Nothing is disclosed here; a plan says what may be, and `held` what may not
and why. A plan is made only where an agreement in force between the hub and the agency covers the purpose and
every category, and a legal basis allows it: consent must be recorded for that agency and those categories;
other bases do not wait for consent, and the route says why they apply.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from pathways.facts import FactValue
from pathways.pathway import BASIS_WORDS, SAFEGUARDING_OVERRIDE, Pathway, Route
from pathways.rules import Leaf, evaluate, nearly, sentence
from referrals.workflow import OPEN

GIVEN, REFUSED, NOT_RECORDED = "given", "refused", "not_recorded"

# Reasons that the person, by way of a practitioner, can put right: the route waits for them.
WAITS_FOR_A_PERSON = ("consent_not_recorded", "consent_not_covering", "recalled")
# Answers after which the route's fallback is tried.
NOT_TAKEN = {"declined": "{who} declined this case.", "expired": "{who} did not answer in time."}


@dataclass(frozen=True, slots=True)
class Offer:
    """One service as it stands for this case: whose it is, what may be disclosed to them, whether they have room.

    agreement_id: of an agreement in force, signed by the hub and the agency; None where there is none.
    consent: given, refused (or withdrawn) or not_recorded (or run out), to this agency.
    override_categories: what two people decided that it may be told without or against consent, to keep somebody
    safe; override_words: who asked, who approved, and why.
    in_conflict: the agency has a conflict of interest in the case: it gets no referral, whatever else allows it.
    capacity_free: None is no limit.
    """

    service_code: str
    team_id: str
    agency_id: str
    agency_code: str
    agency_name: str
    is_open: bool = True
    capacity_free: int | None = None
    agreement_id: str | None = None
    agreement_purposes: tuple[str, ...] = ()
    agreement_categories: tuple[str, ...] = ()
    consent: str = NOT_RECORDED
    consent_categories: tuple[str, ...] = ()
    service_name: str = ""
    in_conflict: bool = False
    override_categories: tuple[str, ...] = ()
    override_words: str = ""

    @property
    def has_consent(self) -> bool:
        return self.consent == GIVEN

    def to_json(self) -> dict[str, Any]:
        return {
            key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Offer":
        return cls(**_tuples(data))


@dataclass(frozen=True, slots=True)
class Plan:
    """One referral to be made: the fields that it will have, and why in a sentence."""

    route: str
    service: str
    team_id: str
    agency_id: str
    agency_code: str
    agreement_id: str | None
    purpose: str
    categories: tuple[str, ...]
    basis: str
    basis_reason: str
    urgent: bool
    answer_within: Mapping[str, Any]
    why: str
    fallback_for: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """A plan that may not go ahead: a code and the words for it, and the service tried instead, if any."""

    plan: Plan
    code: str
    reason: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A matching route that makes no referral of its own, since the service has the case already."""

    route: str
    service: str
    reason: str


@dataclass(frozen=True, slots=True)
class Matched:
    """A route whose rule held: the rule as a sentence, and the facts that it read."""

    route: str
    why: str
    read: Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class Near:
    """A route that did not match for want of one condition: each that would have been enough."""

    route: str
    missing: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one case goes and why. `entered` is False where the pathway's entry rule did not hold."""

    entered: bool
    matched: tuple[Matched, ...] = ()
    nearly: tuple[Near, ...] = ()
    referrals: tuple[Plan, ...] = ()
    held: tuple[Held, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def wants_decision(self) -> str:
        """What a practitioner must decide, in words of at most 200 letters; empty where nothing waits for one."""
        if not self.entered:
            return "This case does not meet the pathway's entry criteria."
        waiting = list(dict.fromkeys(held.reason for held in self.held if not held.instead))
        if not waiting:
            return ""
        more = f" And {len(waiting) - 1} more." if len(waiting) > 1 else ""
        return waiting[0][: 200 - len(more)] + more

    def to_json(self) -> dict[str, Any]:
        return {
            "entered": self.entered,
            "matched": [{"route": one.route, "why": one.why, "read": dict(one.read)} for one in self.matched],
            "nearly": [
                {"route": one.route, "missing": [leaf.to_json() for leaf in one.missing]}
                for one in self.nearly
            ],
            "referrals": [_plan_json(plan) for plan in self.referrals],
            "held": [
                {"plan": _plan_json(one.plan), "code": one.code, "reason": one.reason, "instead": one.instead}
                for one in self.held
            ],
            "skipped": [asdict(one) for one in self.skipped],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Decision":
        return cls(
            entered=data["entered"],
            matched=tuple(Matched(**one) for one in data["matched"]),
            nearly=tuple(
                Near(one["route"], tuple(map(Leaf.from_json, one["missing"]))) for one in data["nearly"]
            ),
            referrals=tuple(Plan(**_tuples(one)) for one in data["referrals"]),
            held=tuple(Held(**{**one, "plan": Plan(**_tuples(one["plan"]))}) for one in data["held"]),
            skipped=tuple(Skipped(**one) for one in data["skipped"]),
        )


def choose(
    pathway: Pathway, facts: Mapping[str, object], offers: Iterable[Offer], tried: Mapping[str, str]
) -> Decision:
    """Decide where a case goes. Every case that enters gets a referral, or a plan held with its reason,
    unless each service that it matches has it already.

    tried: by service, the status of this case's latest referral to it. An open or completed one is not sent
    again; one declined or unanswered goes on to the route's fallback; a returned one may be sent again; a
    recalled one waits for a practitioner.
    """
    if evaluate(pathway.entry, facts).value is not True:
        return Decision(entered=False)
    outcomes = [(route, evaluate(route.when, facts)) for route in pathway.routes]
    matching = [(route, outcome) for route, outcome in outcomes if outcome.value is True]
    if not matching:
        matching = [(pathway.default, evaluate(pathway.default.when, facts))]
    near = [(route, nearly(route.when, facts)) for route, outcome in outcomes if outcome.value is not True]
    planning = _Planning(offers, tried)
    for route in _one_of_each_group([route for route, _ in matching]):
        planning.follow(route)
    return Decision(
        entered=True,
        matched=tuple(Matched(route.name, _why(pathway, route), outcome.read) for route, outcome in matching),
        nearly=tuple(Near(route.name, missing) for route, missing in near if missing),
        referrals=tuple(replace(plan, why=_why_sent(pathway, plan)) for plan in planning.referrals),
        held=tuple(
            replace(held, plan=replace(held.plan, why=_why_sent(pathway, held.plan)))
            for held in planning.held
        ),
        skipped=tuple(planning.skipped),
    )


def _one_of_each_group(routes: list[Route]) -> list[Route]:
    """Routes without a group all; of each group the first, as `Pathway.routes` stand in order of priority."""
    taken: dict[str, Route] = {}
    return [route for route in routes if not route.group or taken.setdefault(route.group, route) is route]


class _Planning:
    """Follows routes one after another; a service that has been planned for is not planned for twice."""

    def __init__(self, offers: Iterable[Offer], tried: Mapping[str, str]) -> None:
        self._offers = sorted(offers, key=lambda offer: (offer.agency_code, offer.team_id))
        self._tried = tried
        self.referrals: list[Plan] = []
        self.held: list[Held] = []
        self.skipped: list[Skipped] = []

    def follow(self, route: Route) -> None:
        """Plan the route's own service, or where it cannot take the case the first of its fallbacks that can."""
        waiting: list[Held] = []
        for service in (route.service, *route.fallback):
            if has_it := self._has_it_already(service):
                self.skipped.append(Skipped(route.name, service, has_it))
                break
            plan, code, reason = self._try(route, service)
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

    def _try(self, route: Route, service: str) -> tuple[Plan, str, str]:
        """The plan for one service, with the code and words of what stands in its way; both empty where nothing."""
        offers = [offer for offer in self._offers if offer.service_code == service]
        tries = [
            (offer, as_told, *self._obstacle(as_told, offer))
            for offer in offers
            for as_told in [_on_override(route, offer)]
        ]
        if not tries:
            return _plan(route, service, None), "no_offer", f"Nobody offers the service {service}."
        # A team that can take it before one that cannot; then the one with the most room.
        offer, as_told, code, reason = min(tries, key=lambda one: (bool(one[2]), -_room(one[0])))
        return _plan(as_told, service, offer), code, reason

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


def _plan(route: Route, service: str, offer: Offer | None) -> Plan:
    return Plan(
        route=route.name,
        service=service,
        team_id=offer.team_id if offer else "",
        agency_id=offer.agency_id if offer else "",
        agency_code=offer.agency_code if offer else "",
        agreement_id=offer.agreement_id if offer else None,
        purpose=route.purpose,
        categories=route.categories,
        basis=route.basis,
        basis_reason=route.basis_reason,
        urgent=route.urgent,
        answer_within=dict(route.answer_within),
        why="",
        fallback_for=route.service if service != route.service else "",
    )


def _why(pathway: Pathway, route: Route) -> str:
    if route is pathway.default:
        return f"{route.name}: no other route matched."
    return f"{route.name}: because {sentence(route.when)}."


def _why_sent(pathway: Pathway, plan: Plan) -> str:
    route = next((one for one in pathway.routes if one.name == plan.route), pathway.default)
    basis = f"Told on the basis of {BASIS_WORDS[plan.basis]}{': ' + plan.basis_reason if plan.basis_reason else ''}."
    instead = f" In place of {plan.fallback_for}, which cannot take it." if plan.fallback_for else ""
    return f"{_why(pathway, route)}{instead} {basis}"


def _room(offer: Offer) -> float:
    return float("inf") if offer.capacity_free is None else offer.capacity_free


def _without(wanted: Iterable[str], covered: Iterable[str]) -> list[str]:
    have = set(covered)
    return [one for one in wanted if one not in have]


def _said(codes: Iterable[str]) -> str:
    return ", ".join(code.replace("_", " ") for code in codes)


def _plan_json(plan: Plan) -> dict[str, Any]:
    return {**asdict(plan), "categories": list(plan.categories), "answer_within": dict(plan.answer_within)}


def _tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    """JSON's lists as the tuples that they were."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}
