"""Why a referral came to its agency, as far as the agency may know: the rule, what it read, who agreed to it.

Near misses and the other teams are the hub's alone: see referrals.queries.rulebook.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from access.sight import Sight
from pathways.facts import FactValue, find
from pathways.queries.directory import routes_in
from pathways.queries.facts import categories_of
from pathways.queries.versions import Voice, voices_of
from pathways.rules import ALWAYS, Rule, facts_of, sentence, validate
from referrals.models import Referral

WITHHELD = "for a reason that your agency may not be told"


@dataclass(frozen=True)
class Read:
    """One fact that the rule read, and what it was when the case was sent, in words."""

    fact: str
    words: str
    value: str


@dataclass(frozen=True)
class Why:
    """withheld: a part of the rule asks for what the agency is not told, and the sentence says so in its place."""

    sentence: str
    withheld: bool
    read: list[Read]
    voices: list[Voice]


def why_told(*, referral: Referral, sight: Sight) -> Why:
    """Why the referral came, for a reader who is shown that much of its case. At most three queries."""
    rule = _rule_of(referral)
    asked = facts_of(rule) if rule is not None else frozenset[str]()
    categories = categories_of(asked | set(referral.read))
    seen = {name for name, category in categories.items() if category in sight.categories}
    withheld = rule is None or not asked <= seen
    return Why(
        sentence=_masked(rule, seen) if withheld else referral.why,
        withheld=withheld,
        read=[
            Read(name, fact.words, fact.value_words(value))
            for name, value in sorted(referral.read.items())
            if name in seen and (fact := find(name)) is not None
        ],
        voices=voices_of(referral.pathway_version),
    )


def tellable(read: Mapping[str, FactValue], told: Collection[str]) -> dict[str, FactValue]:
    """Of what a rule read: what an agency may know that is told these categories."""
    categories = categories_of(read)
    return {name: value for name, value in read.items() if categories[name] in told}


def _rule_of(referral: Referral) -> Rule | None:
    """The rule of its route; None where it can no longer be read, so that nothing of it is shown."""
    for route in routes_in(referral.pathway_version.definition):
        if route.get("name") == referral.route:
            rule: Rule = route.get("when", ALWAYS)
            return rule if not validate(rule) else None
    return None


def _masked(rule: Rule | None, seen: Collection[str]) -> str:
    """The rule without each condition that asks for what is not seen. The route's name is not said: it may tell."""
    parts = rule.get("all", []) if rule is not None else []
    if shown := [part for part in parts if facts_of(part) <= set(seen)]:
        return f"Because {sentence({'all': shown})}, and {WITHHELD}."
    return f"{WITHHELD.capitalize()}."
