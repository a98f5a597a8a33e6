"""What each event adds to which number: one table, pure, so that a recount can be held against it.

Gauges (how many now) are sums over all days; flows (how many that day) are read a day at a time.
Dimensions are codes and ids joined by "|".
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

NOBODY = "nobody"

CASES_OPEN = "cases_open"  # gauge: assignee|status
CASES_OPENED = "cases_opened"  # flow: entitlement
CASES_CLOSED = "cases_closed"  # flow: end state
REFERRALS_NOW = "referrals_now"  # gauge: agency|status
REFERRALS_MOVED = "referrals_moved"  # flow: agency|verb
SAID = "said"  # flow: question|answer, of people who said how they were helped
ANSWER_WAIT = "answer_wait"  # flow: agency|upper bound in hours

# Upper bounds in hours; a median read from these is exact to the bucket.
WAIT_BOUNDS = (1, 2, 4, 8, 12, 18, 24, 36, 48, 72, 96, 120, 168, 336)
LONGER = 9999
ANSWERS = ("accepted", "declined", "returned", "expired")


class Change(NamedTuple):
    """Add `by` to `measure` for `dimension` on `day`."""

    measure: str
    dimension: str
    day: date
    by: int


def wait_bucket(hours: float) -> int:
    """The upper bound of the bucket that a wait of `hours` falls into."""
    return next((bound for bound in WAIT_BOUNDS if hours <= bound), LONGER)


def changes(topic: str, data: Mapping[str, object], day: date, *, restricted: bool = False) -> list[Change]:
    """What the event changes. Topics that change no number give an empty list.

    restricted: the case is of somebody whose record is restricted. No number knows of it then: it leaves the
    gauges when the restriction is imposed and comes back, as it stands, when it is lifted.
    """
    if topic in ("case.restricted", "case.unrestricted"):
        return _standing(data, day, 1 if topic == "case.unrestricted" else -1)
    if restricted:
        return []

    def code(name: str) -> str:
        return str(data.get(name) or NOBODY)

    match topic:
        case "case.opened":
            return [
                Change(CASES_OPEN, f"{NOBODY}|{code('to_status')}", day, 1),
                Change(CASES_OPENED, code("entitlement"), day, 1),
            ]
        case "case.assigned":
            return [
                Change(CASES_OPEN, f"{code('from_assignee')}|{code('status')}", day, -1),
                Change(CASES_OPEN, f"{code('to_assignee')}|{code('status')}", day, 1),
            ]
        case "case.moved":
            return [
                Change(CASES_OPEN, f"{code('assignee')}|{code('from_status')}", day, -1),
                Change(CASES_OPEN, f"{code('assignee')}|{code('to_status')}", day, 1),
            ]
        case "case.closed":
            return [Change(CASES_CLOSED, code("end_state"), day, 1)]
        case "case.say_given":
            return [Change(SAID, f"{question}|{answer}", day, 1) for question, answer in sorted(data.items())]
        case "case.reopened":
            # It did not end that day after all.
            return [Change(CASES_CLOSED, code("end_state"), date.fromisoformat(code("closed_on")), -1)]
    if (
        topic.startswith("referral.") and "from" in data
    ):  # what is told beside moves (given, confirmed) is none
        verb = topic.removeprefix("referral.")
        agency = code("agency")
        moved = [Change(REFERRALS_MOVED, f"{agency}|{verb}", day, 1)]
        if code("from") not in (NOBODY, "draft"):  # a draft is nobody's referral yet, and is not counted
            moved.append(Change(REFERRALS_NOW, f"{agency}|{code('from')}", day, -1))
        moved.append(Change(REFERRALS_NOW, f"{agency}|{code('to')}", day, 1))
        wait = data.get("wait_hours")
        if verb in ("accepted", "declined") and isinstance(wait, int | float):
            moved.append(Change(ANSWER_WAIT, f"{agency}|{wait_bucket(wait)}", day, 1))
        return moved
    return []


def _standing(data: Mapping[str, object], day: date, by: int) -> list[Change]:
    referrals = data.get("referrals")
    return [
        Change(CASES_OPEN, f"{data.get('assignee') or NOBODY}|{data.get('status')}", day, by),
        *(
            Change(REFERRALS_NOW, str(one), day, by)
            for one in (referrals if isinstance(referrals, list) else [])
        ),
    ]


def median_wait(buckets: Mapping[int, int]) -> int | None:
    """The upper bound in hours under which half of the answers came; None where there are none."""
    total = sum(buckets.values())
    passed = 0
    for bound in sorted(buckets):
        passed += buckets[bound]
        if total and passed * 2 >= total:
            return bound
    return None
