"""Where an information sharing agreement stands for one of its parties, and when it wants looking at. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

PURPOSES: dict[str, str] = {
    "victim_support": "to support the victim",
    "safeguarding": "to keep the person safe",
}
"""What an agreement may allow telling for. Pathways name one for each route."""

NOTICE = timedelta(days=30)
"""How long before a review or an end the administrators are told first."""


class Standing(StrEnum):
    """Where an agreement stands between the hub and one party. Nothing is disclosed unless it is in force."""

    DRAFT = "draft"
    OFFERED = "offered"
    NOT_BEGUN = "not_begun"
    IN_FORCE = "in_force"
    LAPSED = "lapsed"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        return STANDING_WORDS[self]


STANDING_WORDS = {
    Standing.DRAFT: "Draft",
    Standing.OFFERED: "Offered for signature",
    Standing.NOT_BEGUN: "Signed, not begun",
    Standing.IN_FORCE: "In force",
    Standing.LAPSED: "Lapsed",
    Standing.ENDED: "Ended early",
    Standing.WITHDRAWN: "Signature withdrawn",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One party's side: the day on which it signed, and whether it has withdrawn its signature since."""

    signed_on: date | None = None
    withdrawn: bool = False

    def binds(self, on: date) -> bool:
        return self.signed_on is not None and self.signed_on <= on and not self.withdrawn


def standing(
    *, status: str, starts_on: date, ends_on: date | None, hub: Side, party: Side, on: date
) -> Standing:
    """Where an agreement stands for the party on that day. It is in force when both have signed and its days run.

    status: as it is kept: draft, offered or ended.
    """
    if status in (Standing.DRAFT, Standing.ENDED):
        return Standing(status)
    if ends_on is not None and ends_on < on:
        return Standing.LAPSED
    if hub.withdrawn or party.withdrawn:
        return Standing.WITHDRAWN
    if not (hub.binds(on) and party.binds(on)):
        return Standing.OFFERED
    return Standing.NOT_BEGUN if starts_on > on else Standing.IN_FORCE


def reminders(*, review_on: date, ends_on: date | None) -> dict[str, date]:
    """The days on which administrators are reminded of an agreement, by what for."""
    days = {"review_soon": review_on - NOTICE, "review_due": review_on}
    if ends_on is not None:
        days |= {"ends_soon": ends_on - NOTICE, "ends": ends_on}
    return days


REMINDER_WORDS: dict[str, str] = {
    "review_soon": "Its review is due within 30 days",
    "review_due": "Its review is due",
    "ends_soon": "It ends within 30 days",
    "ends": "It ends today",
}


def reminded_of(*, review_on: date, ends_on: date | None, on: date) -> str:
    """What an agreement in force wants now: the reminder reached last, or "" before the first."""
    days = reminders(review_on=review_on, ends_on=ends_on)
    reached = [(day, name) for name, day in days.items() if day <= on]
    return max(reached)[1] if reached else ""
