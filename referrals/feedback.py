"""What who sent a person to the hub may know of what came of it: how far, never where to or what was found. Pure."""

STAGES: dict[str, str] = {
    "taken": "Taken",
    "in_hand": "Being worked on",
    "reached": "The person was reached",
    "supported": "Support is in place",
    "closed": "Closed",
}
"""In the order in which a case comes to them."""


def stage_of(*, status: str, reached: bool, supported: bool) -> str:
    """How far a case has come: the furthest of STAGES that holds.

    status: of the case; reached: somebody spoke to the person; supported: a partner has taken a referral on.
    """
    if status == "closed":
        return "closed"
    if supported:
        return "supported"
    if reached:
        return "reached"
    return "taken" if status == "new" else "in_hand"
