"""A conference's meeting: opened on its day, its minutes, its actions, and what is left of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Grant
from messaging.models import Event
from referrals.actions.conferences import (
    ConferenceRefused,
)
from referrals.actions.meeting import (
    answer_action,
    begin_meeting,
    circulate_minutes,
    close_meeting,
    record_passage,
    set_action,
)
from referrals.actions.research import answer_research
from referrals.models import (
    Case,
    Conference,
    ConferenceAction,
    Listing,
    Minute,
    Research,
)
from rights.actions.erasure import Ground, erase
from tests.factories import a_case
from tests.referrals.conferring import a_meeting, held, own_research, sees


def test_a_meeting_is_not_opened_before_its_day(hub, cast):
    meeting = a_meeting(cast)
    with acting_as(cast.actor("dana")) as dana:
        Conference.objects.filter(id=meeting.id).update(starts_at=timezone.now() + timedelta(days=2))
        with pytest.raises(ConferenceRefused, match="not today"):
            begin_meeting(actor=dana, conference_id=meeting.id)


def test_minutes_are_shown_by_category_and_the_summary_to_the_hub_alone(hub, cast):
    case = a_case()
    _, listing = held(cast, case)
    with acting_as(cast.actor("dana")) as dana:
        for part in ("discussion", "risks", "decision", "summary"):
            record_passage(actor=dana, listing_id=listing.id, part=part, words=f"The {part}.")
    with acting_as(cast.actor("helen")):
        shown = set(Minute.objects.filter(case=case).values_list("part", flat=True))
        assert shown == {"discussion", "risks", "decision"}
    with acting_as_system("tests"):
        Grant.objects.filter(case_id=case.id, agency_id=cast.actor("helen").agency_id).update(
            categories=["identity", "assessment"]
        )
    with acting_as(cast.actor("helen")):
        assert set(Minute.objects.filter(case=case).values_list("part", flat=True)) == {"risks"}


def test_an_action_is_done_or_not_possible_with_its_reason_and_outlives_the_sight(hub, cast):
    case = a_case()
    _, listing = held(cast, case)
    helen = cast.actor("helen")
    with acting_as(cast.actor("dana")) as dana:
        action = set_action(
            actor=dana, listing_id=listing.id, agency_id=helen.agency_id, words="Call her sister.",
            due_at=timezone.now() + timedelta(days=5),
        )  # fmt: skip
    with acting_as_system("tests"):
        Research.objects.filter(case=case).update(until=timezone.now())
        Grant.objects.filter(case_id=case.id, agency_id=helen.agency_id).update(until=timezone.now())
    assert not sees(cast, "helen", Case, id=case.id)
    with acting_as(helen):
        told = {"actor": helen, "action_id": action.id, "status": "not_possible"}
        with pytest.raises(ConferenceRefused, match="not possible"):
            answer_action(**told, words="")
        answer_action(**told, words="She has no sister.")
    with acting_as(cast.actor("dana")):
        assert ConferenceAction.objects.get(id=action.id).answer == "She has no sister."
    assert not sees(cast, "ruth", ConferenceAction, id=action.id, status="open")


def test_closing_starts_the_three_working_days_of_the_minutes(hub, cast):
    meeting, _ = held(cast, a_case())
    with acting_as(cast.actor("dana")) as dana:
        closed = close_meeting(actor=dana, conference_id=meeting.id)
        assert closed.minutes_edition == "northshire-2026"
        assert timedelta(days=2) < closed.minutes_due_at - closed.ended_at < timedelta(days=10)
        Conference.objects.filter(id=meeting.id).update(minutes_due_at=timezone.now() + timedelta(hours=3))
        waits = cast.browser("dana").get("/clocks/?show=today").content.decode()
        assert "DI Rowan Price" in waits
        circulate_minutes(actor=dana, conference_id=meeting.id)
        assert "DI Rowan Price" not in cast.browser("dana").get("/clocks/?show=today").content.decode()
        told = Event.objects.get(topic="conference.circulated")
    assert told.data["in_time"] is True


def test_erasure_leaves_nothing_of_what_a_conference_heard(hub, cast):
    case = a_case()
    meeting, listing = held(cast, case)
    research = own_research(cast, "helen", case)
    with acting_as(cast.actor("helen")) as helen:
        answer_research(actor=helen, research_id=research.id, known=True, told={"notes": "Known."})
    with acting_as(cast.actor("dana")) as dana:
        set_action(
            actor=dana, listing_id=listing.id, agency_id=dana.agency_id, words="Ring her.",
            due_at=timezone.now() + timedelta(days=5),
        )  # fmt: skip
        close_meeting(actor=dana, conference_id=meeting.id)
    with acting_as_system("retention") as system:
        Case.objects.filter(id=case.id).update(status="closed", closed_at=timezone.now())
        ground = Ground("asked", "", "Dana Ahmed", timezone.now())
        removed = erase(actor=system, person_id=case.person_id, ground=ground).removed
    page = cast.browser("helen").get("/rights/notices/").content.decode()
    assert case.reference in page, "whom the conference told is told to erase"
    assert removed["What was said about you at a case conference"] == 1
    with acting_as_system("tests"):
        for model in (Listing, Research, Minute, ConferenceAction):
            assert not model.objects.filter(case=case).exists()
