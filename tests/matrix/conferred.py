"""A conference to which one partner is invited, from the list to the minutes."""

from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from access.context import acting_as
from referrals.actions.conferences import call_meeting, list_case
from referrals.actions.meeting import (
    begin_meeting,
    circulate_minutes,
    close_meeting,
    confirm_statement,
    record_passage,
    set_action,
)
from referrals.actions.research import answer_research, ask_agencies
from referrals.models import Research
from tests.cast import Cast
from tests.matrix.canaries import HUB, word
from tests.matrix.target import Target


def conferred(cast: Cast, targets: list[Target]) -> UUID:
    """A conference to which Safe Steps alone is invited: from the list to the minutes."""
    with acting_as(cast.actor("dana")) as dana:
        meeting = call_meeting(
            actor=dana,
            kind="marac",
            starts_at=timezone.now() + timedelta(hours=6),
            place="Room 1",
            chair_name="DI Rowan Price",
            agencies=[cast.actor("helen").agency_id],
        )
        confirm_statement(actor=dana, conference_id=meeting.id)
        for target in targets:
            listing = list_case(
                actor=dana,
                case_id=target.case.id,
                conference_id=meeting.id,
                ground="judgement",
                words=word(target.number, "assessment", "listing"),
            )
            target.fills["listing"] = str(listing.id)
        ask_agencies(actor=dana, conference_id=meeting.id)
    with acting_as(cast.actor("helen")) as helen:
        confirm_statement(actor=helen, conference_id=meeting.id)
        asked = {one.case_id: one for one in Research.objects.filter(conference=meeting)}
        for target in targets:
            if target.case.id in asked:
                said = {kind: word(target.number, kind, "research") for kind in ("incident", "notes")}
                research = asked[target.case.id].id
                target.fills["research"] = str(research)
                answer_research(actor=helen, research_id=research, known=True, told=said)
    with acting_as(cast.actor("dana")) as dana:
        begin_meeting(actor=dana, conference_id=meeting.id)
        for target in targets:
            listing_id = UUID(target.fills["listing"])
            kinds = {"discussion": "notes", "risks": "assessment", "decision": "notes", "summary": HUB}
            for part, kind in kinds.items():
                said_there = word(target.number, kind, part)
                record_passage(actor=dana, listing_id=listing_id, part=part, words=said_there)
            action = set_action(
                actor=dana,
                listing_id=listing_id,
                agency_id=cast.actor("helen" if target.case.id in asked else "dana").agency_id,
                words=word(target.number, "notes", "action"),
                due_at=timezone.now() + timedelta(days=5),
            )
            target.fills["action"] = str(action.id)
        close_meeting(actor=dana, conference_id=meeting.id)
        circulate_minutes(actor=dana, conference_id=meeting.id)
    return meeting.id
