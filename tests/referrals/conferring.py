"""Acts of a case conference: called, listed, asked, confirmed, held; and what somebody sees of it."""

from datetime import timedelta

from django.utils import timezone

from access.context import acting_as
from referrals.actions.conferences import (
    call_meeting,
    list_case,
)
from referrals.actions.meeting import (
    begin_meeting,
    confirm_statement,
)
from referrals.actions.research import ask_agencies
from referrals.models import (
    Case,
    Conference,
    Listing,
    Research,
)


def a_meeting(cast, *, capacity: int = 16, kind: str = "marac", days: int = 0) -> Conference:
    with acting_as(cast.actor("dana")) as dana:
        meeting = call_meeting(
            actor=dana,
            kind=kind,
            starts_at=timezone.now() + timedelta(hours=6, days=days),
            place="Room 1",
            chair_name="DI Rowan Price",
            capacity=capacity,
        )
        confirm_statement(actor=dana, conference_id=meeting.id)
        return meeting


def listed(cast, case: Case, meeting: Conference) -> Listing:
    with acting_as(cast.actor("priya")) as priya:
        return list_case(
            actor=priya, case_id=case.id, conference_id=meeting.id, ground="judgement", words="She is afraid."
        )


def asked(cast, meeting: Conference) -> int:
    with acting_as(cast.actor("dana")) as dana:
        return ask_agencies(actor=dana, conference_id=meeting.id)


def confirmed(cast, meeting: Conference, *names: str) -> None:
    for name in names:
        with acting_as(cast.actor(name)) as actor:
            confirm_statement(actor=actor, conference_id=meeting.id)


def own_research(cast, name: str, case: Case) -> Research:
    with acting_as(cast.actor(name)) as actor:
        return Research.objects.get(case=case, agency_id=actor.agency_id)


def sees(cast, name: str, model, **where) -> bool:
    with acting_as(cast.actor(name)):
        return model.objects.filter(**where).exists()


def held(cast, case: Case) -> tuple[Conference, Listing]:
    """A meeting that heard the case, with Safe Steps and Victim Care asked and confirmed."""
    meeting = a_meeting(cast)
    listing = listed(cast, case, meeting)
    asked(cast, meeting)
    confirmed(cast, meeting, "helen", "ruth")
    with acting_as(cast.actor("dana")) as dana:
        begin_meeting(actor=dana, conference_id=meeting.id)
    return meeting, listing
