"""How long a partner takes to answer at a given load, by its own past weeks. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reporting.measures import LONGER, median_wait
from reporting.small_cells import THRESHOLD

FEWEST_WEEKS = 8
BEYOND = 1.25
"""A week so much busier than any that the partner has had tells nothing: nobody knows how it would answer."""


@dataclass
class Week:
    """One past week of a partner: how much it was sent, and its answers by the hours that they took."""

    sent: int = 0
    answers: Counter[int] = field(default_factory=Counter)


def usual_load(weeks: Iterable[Week]) -> float:
    """How much the partner is sent in a week of its past."""
    loads = [week.sent for week in weeks]
    return sum(loads) / len(loads) if loads else 0.0


def wait_at(load: float, weeks: Iterable[Week]) -> int | None:
    """Hours under which half of the answers came in the third of the weeks whose load was nearest to `load`.

    None where the past does not tell: too few weeks or answers, or no week that was nearly so busy.
    """
    known = [week for week in weeks if week.sent]
    if len(known) < FEWEST_WEEKS or load > BEYOND * max(week.sent for week in known):
        return None
    nearest = sorted(known, key=lambda week: abs(week.sent - load))[: max(FEWEST_WEEKS // 2, len(known) // 3)]
    answers: Counter[int] = Counter()
    for week in nearest:
        answers.update(week.answers)
    return median_wait(answers) if sum(answers.values()) >= THRESHOLD else None


def wait_words(hours: int | None) -> str:
    """A wait as a reader would say it; an empty text where the past does not tell."""
    if hours is None:
        return ""
    if hours == LONGER:
        return "over 14 days"
    return f"under {hours} h" if hours < 48 else f"under {hours // 24} days"


def mean_wait(shares: Mapping[str, int], waits: Mapping[str, int | None]) -> int | None:
    """The mean of partners' waits, each by so many of a group's people as go to it; None unless every wait is known."""
    going = {who: number for who, number in shares.items() if number}
    known = {who: hours for who in going if (hours := waits.get(who)) is not None}
    total = sum(going.values())
    if total < THRESHOLD or set(known) != set(going):
        return None
    return round(sum(known[who] * going[who] for who in going) / total)
