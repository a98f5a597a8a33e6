"""The life of a referral and of a case: who may make which move, as tables. Docs and the API print these.

A move is (verb, from, to, side, capability, needs_reason); the actions beside it lock, check, set and record.
"""

from dataclasses import dataclass

from access.roles import Capability

HUB, PARTNER, SYSTEM = "hub", "partner", "system"


class MoveRefused(Exception):
    """This cannot be done as things stand; the message says why and what can be done instead."""


@dataclass(frozen=True, slots=True)
class Move:
    """One move: `side` says whose it is, `capability` what the actor needs, `needs_reason` that it asks for one."""

    verb: str
    from_: str
    to: str
    side: str
    capability: str
    needs_reason: bool = False


STATUS_WORDS: dict[str, str] = {
    "draft": "Draft",
    "sent": "Sent",
    "received": "Received",
    "accepted": "Accepted",
    "in_progress": "In progress",
    "completed": "Completed",
    "declined": "Declined",
    "returned": "Returned to the hub",
    "recalled": "Recalled",
    "expired": "Not answered in time",
}
OPEN = ("draft", "sent", "received", "accepted", "in_progress")
FINAL = ("completed", "declined", "returned", "recalled", "expired")
UNANSWERED = ("sent", "received")
# Ended without the work: what was asked for is nobody's any more.
UNDONE = ("declined", "returned", "recalled", "expired")


def _moves(
    verb: str, from_: tuple[str, ...], to: str, side: str, capability: str, *, reason: bool = False
) -> tuple[Move, ...]:
    return tuple(Move(verb, one, to, side, capability, reason) for one in from_)


# Receiving is an acknowledgement, no gate: a partner may answer at once what it was sent.
# A returned referral is at its end: the hub adds what was wanted and routes again, so that each disclosure
# has a decision of its own.
TRANSITIONS: tuple[Move, ...] = (
    *_moves("send", ("draft",), "sent", HUB, Capability.ROUTE),
    *_moves("receive", ("sent",), "received", PARTNER, Capability.ANSWER_REFERRAL),
    *_moves("accept", UNANSWERED, "accepted", PARTNER, Capability.ANSWER_REFERRAL),
    *_moves("decline", UNANSWERED, "declined", PARTNER, Capability.ANSWER_REFERRAL, reason=True),
    *_moves(
        "return_to_hub",
        ("sent", "received", "accepted", "in_progress"),
        "returned",
        PARTNER,
        Capability.ANSWER_REFERRAL,
        reason=True,
    ),
    *_moves("start", ("accepted",), "in_progress", PARTNER, Capability.ANSWER_REFERRAL),
    *_moves("complete", ("accepted", "in_progress"), "completed", PARTNER, Capability.ANSWER_REFERRAL),
    *_moves("recall", OPEN, "recalled", HUB, Capability.RECALL_REFERRAL, reason=True),
    *_moves("expire", UNANSWERED, "expired", SYSTEM, Capability.ROUTE),
    # A question before the answer: the same disclosure, so no decision of its own. The time to answer stands still.
    *_moves("ask", UNANSWERED, "received", PARTNER, Capability.ANSWER_REFERRAL),
    *_moves("inform", ("received",), "received", HUB, Capability.ROUTE),
    # To another agency, whose referral is one of its own, by the hub alone; inside the agency by its own people.
    *_moves(
        "hand_over",
        ("sent", "received", "accepted", "in_progress"),
        "returned",
        HUB,
        Capability.ROUTE,
        reason=True,
    ),
    *(
        one
        for status in ("sent", "received", "accepted", "in_progress")
        for one in _moves("transfer", (status,), status, PARTNER, Capability.ANSWER_REFERRAL, reason=True)
    ),
)

CASE_STATUSES: dict[str, str] = {
    "new": "Awaiting triage",
    "triaging": "In triage",
    "triaged": "Ready to route",
    "routed": "With partners",
    "suspended": "Suspended as unsafe",
    "closed": "Closed",
}
OPEN_CASE = ("new", "triaging", "triaged", "routed", "suspended")
_WORKED_ON = ("new", "triaging", "triaged", "routed")

CASE_TRANSITIONS: tuple[Move, ...] = (
    *_moves("start_triage", ("new",), "triaging", HUB, Capability.TRIAGE),
    *_moves("finish_triage", ("new", "triaging"), "triaged", HUB, Capability.TRIAGE),
    *_moves("route", ("triaged",), "routed", SYSTEM, Capability.ROUTE),
    *_moves("want_decision", ("routed",), "triaged", SYSTEM, Capability.ROUTE),
    *_moves("retriage", ("triaged", "routed"), "triaging", HUB, Capability.TRIAGE),
    *_moves("suspend", _WORKED_ON, "suspended", HUB, Capability.TRIAGE, reason=True),
    *_moves("resume", ("suspended",), "triaging", HUB, Capability.TRIAGE),
    *_moves("close", OPEN_CASE, "closed", HUB, Capability.CLOSE_CASE, reason=True),
    *_moves("reopen", ("closed",), "triaging", HUB, Capability.CLOSE_CASE, reason=True),
)

DECLINE_REASONS: dict[str, str] = {
    "conflict_of_interest": "Conflict of interest",
    "out_of_area": "Out of area",
    "no_capacity": "No capacity",
    "criteria_not_met": "Our criteria are not met",
    "duplicate": "Already referred to us",
    "victim_declined": "The person does not want our support",
    "already_supported": "Already supported by another service",
    "other": "Another reason",
}

CANNOT_GO_ON, HANDED_OVER = "cannot_go_on", "handed_over"
# Why an agency gives a referral back. The first may be sent to it again once more is known, the second may not.
RETURN_REASONS: dict[str, str] = {
    "more_wanted": "We must know more first",
    CANNOT_GO_ON: "We cannot go on with it",
}

WORKED_ON = ("accepted", "in_progress")
# How far an agency has come with what it took on, and whether the day of it lies ahead. `start` says that work is in
# progress, `complete` what came of it.
PROGRESS: dict[str, tuple[str, bool]] = {
    "first_contact": ("First contact made", False),
    "waiting": ("On the waiting list until", True),
    "plan_agreed": ("Support plan agreed", False),
    "ending_planned": ("Ending planned for", True),
}

# What an agency did with what a recalled referral told it (UK GDPR, article 19: who was told is told of the end).
CONFIRMATIONS: dict[str, str] = {
    "deleted": "Deleted",
    "kept_by_law": "Kept, because a law says so",
    "nothing_held": "We held nothing",
}

# The four outcomes of victim services: what got better for the person, by domain.
OUTCOME_DOMAINS: dict[str, str] = {
    "health_and_wellbeing": "Health and wellbeing",
    "coping": "Coping with everyday life",
    "safety": "Safety",
    "informed_and_empowered": "Informed and empowered",
}
OUTCOME_RESULTS: dict[str, str] = {
    "improved": "Improved",
    "same": "No change",
    "worse": "Worse",
    "not_known": "Not known",
}

END_STATES: dict[str, str] = {
    "supported_enhanced": "Supported (enhanced)",
    "supported_standard": "Supported (standard)",
    "declined": "Contacted and declined",
    "no_response_written": "No response, information sent",
    "no_response_unsafe": "No response and unsafe to write, referrer told",
    "uncontactable": "Uncontactable, referrer told",
    "out_of_area": "Out of area",
    "duplicate": "Duplicate",
    "excluded_offence": "Excluded offence type",
    "suspended_unsafe": "Suspended as unsafe",
    "with_specialist": "Already with a specialist",
}

# HL7 FHIR R4 Task.status. A return is a rejection as it stands, with the reason in statusReason, and so is what was
# handed over; what nobody answered has failed.
FHIR_TASK_STATUS: dict[str, str] = {
    "draft": "draft",
    "sent": "requested",
    "received": "received",
    "accepted": "accepted",
    "in_progress": "in-progress",
    "completed": "completed",
    "declined": "rejected",
    "returned": "rejected",
    "recalled": "cancelled",
    "expired": "failed",
}

_VERB_WORDS = {
    "send": "sent",
    "receive": "marked as received",
    "ask": "asked about",
    "inform": "told more of",
    "accept": "accepted",
    "decline": "declined",
    "return_to_hub": "returned to the hub",
    "hand_over": "handed over",
    "transfer": "transferred",
    "start": "started",
    "complete": "completed",
    "recall": "recalled",
    "expire": "marked as not answered",
    "start_triage": "taken into triage",
    "finish_triage": "marked as ready to route",
    "route": "routed",
    "want_decision": "given back for a decision",
    "retriage": "triaged again",
    "suspend": "suspended",
    "resume": "resumed",
    "close": "closed",
    "reopen": "opened again",
}


def move(verb: str, status: str) -> Move:
    """The move that `verb` makes from `status` on a referral. Raises MoveRefused where there is none."""
    return _find(TRANSITIONS, verb, status, "referral", STATUS_WORDS)


def next_status(verb: str, status: str) -> str:
    """The status that `verb` leads to on a referral. Raises MoveRefused where it cannot be done."""
    return move(verb, status).to


def verbs_for(status: str, side: str) -> tuple[str, ...]:
    """What this side may do with a referral in this status, in the table's order."""
    return tuple(one.verb for one in TRANSITIONS if one.from_ == status and one.side == side)


def case_move(verb: str, status: str) -> Move:
    """The move that `verb` makes from `status` on a case. Raises MoveRefused where there is none."""
    return _find(CASE_TRANSITIONS, verb, status, "case", CASE_STATUSES)


def next_case_status(verb: str, status: str) -> str:
    """The status that `verb` leads to on a case. Raises MoveRefused where it cannot be done."""
    return case_move(verb, status).to


def case_verbs_for(status: str, side: str) -> tuple[str, ...]:
    """What this side may do with a case in this status, in the table's order."""
    return tuple(one.verb for one in CASE_TRANSITIONS if one.from_ == status and one.side == side)


def _find(table: tuple[Move, ...], verb: str, status: str, thing: str, words: dict[str, str]) -> Move:
    found = next((one for one in table if one.verb == verb and one.from_ == status), None)
    if found is not None:
        return found
    allowed_from = [words[one.from_].lower() for one in table if one.verb == verb]
    if not allowed_from:
        raise MoveRefused(f"Nothing called {verb!r} can be done with a {thing}.")
    is_now = words.get(status, status).lower()
    possible = [one.verb.replace("_", " ") for one in table if one.from_ == status]
    instead = (
        f"From there it can: {', '.join(possible)}." if possible else "It is at its end and stays as it is."
    )
    raise MoveRefused(
        f"This {thing} cannot be {_VERB_WORDS[verb]}: it is now “{is_now}”, "
        f"and that is possible only from {' or '.join(allowed_from)}. {instead}"
    )
