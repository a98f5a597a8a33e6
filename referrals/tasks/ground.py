"""What rests on consent, an agreement or an override follows it."""

from uuid import UUID

from access.context import current_actor
from messaging.queries import event_data
from messaging.subscribers import subscriber
from referrals.actions.consent import RUNS_OUT, remind_of_consent
from referrals.actions.ground import FOLLOW_AGENCY, follow_agency, follow_answer_of_person, follow_ground
from referrals.actions.sight import SIGHT_ENDS


@subscriber("case.consent_recorded", name="referrals.follow_consent", account="consent")
def follow_answer_on_consent(payload: dict[str, str]) -> None:
    """What rests on consent follows the answer. Where it was recorded on a case, it has done so already."""
    follow_answer_of_person(actor=current_actor(), case_id=UUID(payload["case"]))


@subscriber(
    "agreement.signed",
    "agreement.begun",
    "agreement.withdrawn",
    "agreement.ended",
    name="referrals.follow_agreement",
    account="consent",
)
def follow_agreement(payload: dict[str, str]) -> None:
    """What rests on an agreement follows it, agency by agency."""
    agencies = event_data(payload).get("agencies", [])
    for agency in agencies if isinstance(agencies, list) else []:
        follow_agency(actor=current_actor(), agency_id=UUID(str(agency)), asked_by=UUID(payload["event"]))


@subscriber(name=FOLLOW_AGENCY, account="consent")
def follow_rest_of_agency(payload: dict[str, str]) -> None:
    """The next cases of an agency whose agreement has changed."""
    follow_agency(
        actor=current_actor(),
        agency_id=UUID(payload["agency"]),
        asked_by=UUID(payload["event"]),
        after=UUID(payload["after"]),
    )


@subscriber(name=SIGHT_ENDS, account="consent")
def follow_end_of_ground(payload: dict[str, str]) -> None:
    """A consent, an agreement or an override has run out: the database has ended the sight, the rest follows."""
    follow_ground(actor=current_actor(), case_id=UUID(payload["case"]), agency_id=UUID(payload["agency"]))


@subscriber(name=RUNS_OUT, account="consent")
def consent_runs_out(payload: dict[str, str]) -> None:
    """A consent that a partner works by runs out soon."""
    remind_of_consent(
        actor=current_actor(), case_id=UUID(payload["case"]), consent_id=UUID(payload["consent"])
    )
