"""What who sent a person to the hub may know of what came of it: how far, never where to or what was found. Pure."""

from collections.abc import Collection, Iterable

STAGES: dict[str, str] = {
    "taken": "Taken",
    "in_hand": "Being worked on",
    "reached": "The person was reached",
    "waiting": "Support is agreed and begins later",
    "supported": "Support is in place",
    "planned": "Support is in place by an agreed plan",
    "ending": "Support comes to its planned end",
    "closed": "Closed",
}
"""In the order in which a case comes to them."""
TAKEN_ON = ("accepted", "in_progress", "completed")
_ORDER = list(STAGES)


def stage_of(*, status: str, reached: bool, work: Iterable[tuple[str, Collection[str]]] = ()) -> str:
    """How far a case has come: the furthest of STAGES that holds.

    status: of the case; reached: somebody of the hub spoke to the person; work: of each referral of the case, its
    status and the steps that its agency recorded (referrals.workflow.PROGRESS).
    """
    if status == "closed":
        return "closed"
    stages = ["taken" if status == "new" else "in_hand"]
    if reached:
        stages.append("reached")
    stages += [_of_work(referral, steps) for referral, steps in work if referral in TAKEN_ON]
    return max(stages, key=_ORDER.index)


def _of_work(status: str, steps: Collection[str]) -> str:
    if status != "completed" and "ending_planned" in steps:
        return "ending"
    if "plan_agreed" in steps:
        return "planned"
    return "waiting" if status == "accepted" and "waiting" in steps else "supported"
