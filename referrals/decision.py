"""A routing decision as data: each version looked at, the rules that matched or nearly did, what was sent and held.

It is kept as JSON beside the facts, offers and attempts that it was made of, for ever. `EDITION` counts the shapes
that were kept: a decision of an older one is read, and compared in a replay, by the keys that it has.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from pathways.facts import FactValue
from pathways.rules import Leaf

EDITION = 2
"""1: one pathway version a decision. 2: every version in force is looked at, and each team that offers a service."""


IN_COLUMNS = frozenset(
    {
        "age", "area", "entitlement", "flags", "needs", "needs_severity", "offence_group", "offence_properties",
        "repeat_incidents_12m", "repeat_same_perpetrator_12m", "risk_grade", "risk_score",
    }
)  # fmt: skip
"""Facts of which the database keeps a typed column `fact_NAME` beside the sheet; all others are in the sheet alone."""

NO_ROOM = "no_capacity"
"""The code of what stands in the way of a team that is full."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One referral to be made: the fields that it will have, and why in a sentence. `pathway` is a code."""

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
    pathway: str = ""


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
    pathway: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """One pathway version that was looked at: whether the case entered it, by which rule, and what that read.

    missing: where it was not entered for want of one condition, each that would have been enough.
    """

    pathway: str
    number: int
    title: str
    entered: bool
    why: str
    read: Mapping[str, FactValue]
    missing: tuple[Leaf, ...] = ()


@dataclass(frozen=True, slots=True)
class Matched:
    """A route whose rule held: the rule as a sentence, and the facts that it read."""

    route: str
    why: str
    read: Mapping[str, FactValue]
    pathway: str = ""


@dataclass(frozen=True, slots=True)
class Near:
    """A route that did not match for want of one condition: each that would have been enough."""

    route: str
    missing: tuple[Leaf, ...]
    pathway: str = ""


@dataclass(frozen=True, slots=True)
class Considered:
    """One team that could have taken the case by a route: whether it was chosen, and why or why not.

    code: "" where nothing stood in its way: it was chosen, or another came before it.
    """

    route: str
    service: str
    team_id: str
    who: str
    chosen: bool
    code: str
    words: str
    pathway: str = ""


@dataclass(frozen=True, slots=True)
class Onward:
    """A route that a practitioner had followed to another team than the one that it led to: a referral handed over.

    needs: of a split, those that went to that team; the referral keeps the rest.
    """

    pathway: str
    route: str
    service: str
    team_id: str
    needs: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it is kept: needs only where there are, as no hand over has any."""
        kept = {**_as_mapping(self), "needs": list(self.needs)}
        return {key: value for key, value in kept.items() if key != "needs" or value}


@dataclass(frozen=True, slots=True)
class Decision:
    """Where one case goes and why. `entered` is False where no pathway's entry rule held.

    looked: every version looked at, by code; empty in a decision of edition 1. onward: what a practitioner decided, of
    a referral that is handed over; no version was looked at then.
    """

    entered: bool
    looked: tuple[Looked, ...] = ()
    matched: tuple[Matched, ...] = ()
    nearly: tuple[Near, ...] = ()
    referrals: tuple[Plan, ...] = ()
    held: tuple[Held, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    teams: tuple[Considered, ...] = ()
    onward: Onward | None = None

    def read_by(self, plan: Plan) -> Mapping[str, FactValue]:
        """What the rule of the plan's route read of the case."""
        return next(
            one.read for one in self.matched if (one.route, one.pathway) == (plan.route, plan.pathway)
        )

    @property
    def waits_for_room(self) -> list[str]:
        """The services that the case waits for until one of their teams has a place free."""
        full = (one.plan.service for one in self.held if one.code == NO_ROOM and not one.instead)
        return list(dict.fromkeys(full))

    @property
    def wants_decision(self) -> str:
        """What a practitioner must decide, in words of at most 200 letters; empty where nothing waits for one."""
        if not self.entered:
            return "This case does not meet the entry criteria of any pathway."
        waiting = list(dict.fromkeys(held.reason for held in self.held if not held.instead))
        if not waiting:
            return ""
        more = f" And {len(waiting) - 1} more." if len(waiting) > 1 else ""
        return waiting[0][: 200 - len(more)] + more

    def to_json(self) -> dict[str, Any]:
        return {
            "edition": EDITION,
            "entered": self.entered,
            "looked": [_with_leaves(one) for one in self.looked],
            "matched": [{**_as_mapping(one), "read": dict(one.read)} for one in self.matched],
            "nearly": [_with_leaves(one) for one in self.nearly],
            "referrals": [_plan_json(plan) for plan in self.referrals],
            "held": [
                {"plan": _plan_json(one.plan), "code": one.code, "reason": one.reason, "instead": one.instead}
                for one in self.held
            ],
            "skipped": [_as_mapping(one) for one in self.skipped],
            "teams": [_as_mapping(one) for one in self.teams],
            **({"onward": self.onward.to_json()} if self.onward else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Decision":
        """The decision that was kept, of any edition."""
        return cls(
            entered=data["entered"],
            looked=tuple(Looked(**_leaves(one)) for one in data.get("looked", ())),
            matched=tuple(Matched(**one) for one in data["matched"]),
            nearly=tuple(Near(**_leaves(one)) for one in data["nearly"]),
            referrals=tuple(Plan(**as_tuples(one)) for one in data["referrals"]),
            held=tuple(Held(**{**one, "plan": Plan(**as_tuples(one["plan"]))}) for one in data["held"]),
            skipped=tuple(Skipped(**one) for one in data["skipped"]),
            teams=tuple(Considered(**one) for one in data.get("teams", ())),
            onward=Onward(**as_tuples(data["onward"])) if "onward" in data else None,
        )


def as_tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    """JSON's lists as the tuples that they were."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


def _as_mapping(one: Any) -> dict[str, Any]:
    """A row as a mapping. dataclasses.asdict would copy all that is in it, which is most of the time of keeping one."""
    return {column.name: getattr(one, column.name) for column in fields(one)}


def _plan_json(plan: Plan) -> dict[str, Any]:
    return {
        **_as_mapping(plan),
        "categories": list(plan.categories),
        "answer_within": dict(plan.answer_within),
    }


def _with_leaves(one: Looked | Near) -> dict[str, Any]:
    return {**_as_mapping(one), "missing": [leaf.to_json() for leaf in one.missing]}


def _leaves(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "missing": tuple(map(Leaf.from_json, data["missing"]))}
