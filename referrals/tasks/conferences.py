"""What puts a case on a conference's list, and hides it there."""

from uuid import UUID

from access.context import current_actor
from messaging.queries import event_data
from messaging.subscribers import subscriber
from referrals.actions.conferences import hide_from_conferences, list_by_referral, list_by_rule
from referrals.actions.research import REMIND, remind_agencies


@subscriber("referral.sent", name="referrals.list_by_route", account="conferences")
def list_where_a_route_leads(payload: dict[str, str]) -> None:
    """A route to a conference's service puts the case on the list of its next meeting with room."""
    told = event_data(payload)
    list_by_referral(
        actor=current_actor(), case_id=UUID(payload["case"]), service_id=UUID(str(told["service"]))
    )


@subscriber("case.triaged", "case.incident_added", name="referrals.list_repeats", account="conferences")
def list_repeats(payload: dict[str, str]) -> None:
    """A further incident soon after a conference puts the case on the next one's list."""
    list_by_rule(actor=current_actor(), case_id=UUID(payload["case"]))


@subscriber(
    "case.restricted", "case.conflict_declared", name="referrals.hide_from_conferences", account="conferences"
)
def hide_what_conferences_show(payload: dict[str, str]) -> None:
    """A restricted case is shown to no agency for a conference any longer, nor a case to an agency in conflict."""
    told = event_data(payload)
    if "practitioner" in told:
        return
    agency = UUID(str(told["agency"])) if "agency" in told else None
    hide_from_conferences(actor=current_actor(), case_id=UUID(payload["case"]), agency_id=agency)


@subscriber(name=REMIND, account="conferences")
def remind_of_research(payload: dict[str, str]) -> None:
    """The agencies that have not answered before a conference are reminded once."""
    remind_agencies(actor=current_actor(), conference_id=UUID(payload["conference"]))
