"""Making a decision again from what was kept of it, and saying where that differs. Pure.

A decision of an older edition is compared by the keys that its edition kept: what was added since was not decided then.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pathways.pathway import read_pathway
from referrals.decision import Onward, as_tuples
from referrals.offer import Offer
from referrals.routing import choose, hand_over

LATER = {"pathway", "looked", "teams", "edition"}
"""Keys that a decision of edition 1 does not have."""
WORDS = {"why", "words", "reason", "found", "who"}
"""Keys that hold words made from codes."""


def replay(
    definitions: Iterable[Mapping[str, Any]],
    facts: Mapping[str, object],
    offers: Iterable[Mapping[str, Any]],
    tried: Mapping[str, str],
    onward: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The decision that these pathway versions, facts, offers and attempts give, in the shape in which it is kept.

    onward: what a practitioner chose, of a referral that was handed over.
    Raises pathways.pathway.PathwayError where a version can no longer be read.
    """
    pathways = [read_pathway(one) for one in definitions]
    offered = [Offer.from_json(one) for one in offers]
    if onward is not None:
        return hand_over(pathways, facts, offered, tried, Onward(**as_tuples(onward))).to_json()
    return choose(pathways, facts, offered, tried).to_json()


def differences(kept: Mapping[str, Any], again: Mapping[str, Any]) -> list[str]:
    """The parts of the decision that are not the same made again; empty where it is the same."""
    if "edition" not in kept:
        again = _without(again, LATER)
    parts = {key: None for key in (*kept, *again) if key != "edition"}
    return [part for part in parts if kept.get(part) != again.get(part)]


def in_substance(decision: Any) -> Any:
    """The decision without its words for a reader: a release of the product may say the same better."""
    return _without(decision, WORDS)


def _without(value: Any, keys: Collection[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _without(one, keys) for key, one in value.items() if key not in keys}
    return [_without(one, keys) for one in value] if isinstance(value, list) else value
