"""What sends a case along its pathways: triage, a request, a raised risk, a further incident, or a free place."""

from uuid import UUID

from access.context import current_actor
from agencies.queries import service_code
from messaging.queries import event_data
from messaging.subscribers import subscriber
from referrals.actions.routing import IN_FORCE, route_by_risk, route_case, route_taken_up
from referrals.actions.waiting import TAKE_UP, take_up_waiting


@subscriber("case.triaged", "case.route_asked", name="referrals.route", account="routing")
def route(payload: dict[str, str]) -> None:
    """A case that was triaged, or that a practitioner asked to route again, goes along its pathways."""
    event = UUID(payload["event"])
    asked = event_data(payload)
    codes = asked.get("again", [])
    route_case(
        actor=current_actor(),
        case_id=UUID(payload["case"]),
        asked_by=event,
        again=[str(code) for code in codes] if isinstance(codes, list) else [],
        anew=asked.get("under") == IN_FORCE,
    )


@subscriber("case.risk_rose", name="referrals.route_by_risk", account="routing")
def route_risen(payload: dict[str, str]) -> None:
    """A case whose risk is above the one that it was routed by is routed again."""
    event = UUID(payload["event"])
    told = event_data(payload)
    route_by_risk(
        actor=current_actor(),
        case_id=UUID(payload["case"]),
        asked_by=event,
        before=str(told["from"]),
        now=str(told["to"]),
    )


@subscriber("case.incident_added", name="referrals.route_by_incident", account="routing")
def route_repeated(payload: dict[str, str]) -> None:
    """A further incident may take a case elsewhere; one that was not routed yet is left to triage."""
    route_case(actor=current_actor(), case_id=UUID(payload["case"]), asked_by=UUID(payload["event"]))


@subscriber("case.place_found", name="referrals.route_waiting", account="routing")
def route_waiting(payload: dict[str, str]) -> None:
    """A place came free for a case that waited; where it is not the one that needs it, the next in the row may."""
    event = UUID(payload["event"])
    told = event_data(payload)
    route_taken_up(
        actor=current_actor(),
        case_id=UUID(payload["case"]),
        asked_by=event,
        service_code=str(told["service"]),
        row=UUID(str(told["row"])),
    )


@subscriber(
    "referral.declined",
    "referral.returned",
    "referral.completed",
    "referral.recalled",
    "referral.expired",
    "referral.handed_over",
    "referral.transferred",
    "service.capacity_set",
    name="referrals.take_up",
    account="routing",
)
def take_up(payload: dict[str, str]) -> None:
    """A place may have come free: the cases that wait for one are taken up, oldest first."""
    event = UUID(payload["event"])
    code = service_code(service_id=UUID(str(event_data(payload)["service"])))
    take_up_waiting(actor=current_actor(), service_code=code, asked_by=event)


@subscriber(name=TAKE_UP, account="routing")
def take_up_more(payload: dict[str, str]) -> None:
    """The next of the cases that wait for a place."""
    take_up_waiting(
        actor=current_actor(),
        service_code=payload["service"],
        asked_by=UUID(payload["event"]),
        after=UUID(payload["after"]),
    )
