"""The life of a pathway version as a table, and when the agencies that it binds have agreed. Docs print the table.

    draft -> proposed -> ratified -> retired
                      -> withdrawn (by the hub) or not agreed (the agreement can no longer be reached)
    draft -> emergency -> retired (by itself, when its time is over)

Whether a ratified version routes cases today follows from its day and from those after it; it is no state.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from access.roles import Capability


class VersionRefused(Exception):
    """It cannot be done with this version as things stand; the message says why and what to do instead."""


class Threshold(StrEnum):
    """How many of the bound agencies must agree. Set by the hub for each pathway."""

    UNANIMOUS = "unanimous"
    MAJORITY = "majority"
    LEAD_AGENCY = "lead_agency"

    @property
    def words(self) -> str:
        return THRESHOLD_WORDS[self]


THRESHOLD_WORDS = {
    Threshold.UNANIMOUS: "every agency answers, nobody objects and at least one agrees",
    Threshold.MAJORITY: "more than half of the agencies agree",
    Threshold.LEAD_AGENCY: "the lead agency agrees",
}

STATUS_WORDS = {
    "draft": "Draft",
    "proposed": "Proposed",
    "ratified": "Ratified",
    "not_agreed": "Not agreed",
    "withdrawn": "Withdrawn",
    "emergency": "Emergency",
    "retired": "Retired",
}


@dataclass(frozen=True, slots=True)
class Move:
    """One move: the state it starts from and leads to, and what whoever makes it needs."""

    verb: str
    from_: str
    to: str
    capability: Capability


TRANSITIONS: tuple[Move, ...] = (
    Move("propose", "draft", "proposed", Capability.DRAFT_PATHWAY),
    Move("put_in_force_at_once", "draft", "emergency", Capability.PUT_PATHWAY_IN_FORCE),
    Move("ratify", "proposed", "ratified", Capability.KEEP_PATHWAYS),
    Move("give_up", "proposed", "not_agreed", Capability.KEEP_PATHWAYS),
    Move("withdraw", "proposed", "withdrawn", Capability.DRAFT_PATHWAY),
    Move("retire", "ratified", "retired", Capability.DRAFT_PATHWAY),
    Move("retire", "emergency", "retired", Capability.DRAFT_PATHWAY),
    Move("end_emergency", "emergency", "retired", Capability.KEEP_PATHWAYS),
)
ANSWERED_IN = ("proposed", "ratified", "not_agreed", "emergency")
"""Where an agency may put its position on record. Late words change no state and stay beside the version."""
LONGEST_EMERGENCY = timedelta(days=28)
"""How long an emergency version may stand without the agencies. Of our own choosing."""

_DONE = {
    "propose": "proposed",
    "put_in_force_at_once": "put in force at once",
    "ratify": "ratified",
    "give_up": "given up",
    "withdraw": "withdrawn",
    "retire": "retired",
    "end_emergency": "ended",
}


def move(verb: str, status: str) -> Move:
    """The move that `verb` makes from `status`. Raises VersionRefused where there is none."""
    found = next((one for one in TRANSITIONS if one.verb == verb and one.from_ == status), None)
    if found is not None:
        return found
    possible = " or ".join(STATUS_WORDS[one.from_].lower() for one in TRANSITIONS if one.verb == verb)
    raise VersionRefused(
        f"This version cannot be {_DONE[verb]}: it is {STATUS_WORDS[status].lower()}, and only what is"
        f" {possible} can be. Draft a next version instead."
    )


def verdict(threshold: str, *, lead: str, binds: Sequence[str], said: Mapping[str, str]) -> str:
    """What follows from the positions so far: "ratify", "give_up", or "" while it is still open.

    said: by agency's code, its position (agreed, objected, abstained); agencies left out have not answered.
    """
    positions = [said.get(agency, "") for agency in binds]
    agreed, waiting = positions.count("agreed"), positions.count("")
    match Threshold(threshold):
        case Threshold.LEAD_AGENCY:
            return {"agreed": "ratify", "": ""}.get(said.get(lead, ""), "give_up")
        case Threshold.MAJORITY:
            if 2 * agreed > len(positions):
                return "ratify"
            return "" if 2 * (agreed + waiting) > len(positions) else "give_up"
    if "objected" in positions:
        return "give_up"
    if waiting:
        return ""
    return "ratify" if agreed else "give_up"
