"""One case by both books of a dry run: which services it loses and gains, and by which rules. Pure.

The same as the query tells (reporting.rehearsal.question), asked of routing's own `choose`, which has the words too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from referrals.decision import Plan
from referrals.routing import choose
from reporting.rehearsal.question import Book


@dataclass(frozen=True, slots=True)
class Move:
    """Codes of services, and of each the route that leads to it with its rule as a sentence."""

    lost: tuple[str, ...]
    gained: tuple[str, ...]
    rules_lost: tuple[str, ...]
    rules_gained: tuple[str, ...]


def move(before: Book, after: Book, facts: Mapping[str, object]) -> Move:
    """What changes for a case with these facts; nothing of it is filled where it goes where it went."""
    had, has = _routes(before, facts), _routes(after, facts)
    lost, gained = had.keys() - has.keys(), has.keys() - had.keys()
    return Move(
        tuple(sorted(lost)),
        tuple(sorted(gained)),
        tuple(had[service].why for service in sorted(lost)),
        tuple(has[service].why for service in sorted(gained)),
    )


def _routes(book: Book, facts: Mapping[str, object]) -> dict[str, Plan]:
    """By service, the first route that leads to it. With nothing on offer routing holds every plan, and says so."""
    found: dict[str, Plan] = {}
    for held in choose(book, facts, [], {}).held:
        if not held.plan.fallback_for:
            found.setdefault(held.plan.service, held.plan)
    return found
