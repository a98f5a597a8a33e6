"""What agencies are asked for a conference and answer: by category, by their systems, carried over, reminded."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.context import acting_as, acting_as_system
from agencies.models import Notification
from messaging.models import Event
from messaging.relay import run_due
from referrals.actions.conferences import (
    ConferenceRefused,
    put_off,
)
from referrals.actions.meeting import (
    begin_meeting,
)
from referrals.actions.research import answer_research, remind_agencies
from referrals.models import (
    Case,
    Incident,
    Listing,
    Minute,
    Research,
)
from tests.factories import a_case
from tests.referrals.conferring import a_meeting, asked, confirmed, listed, own_research, sees


def test_a_case_is_put_off_to_a_later_meeting_and_agencies_are_asked_anew_there(hub, cast):
    case, first = a_case(), a_meeting(cast)
    listing = listed(cast, case, first)
    asked(cast, first)
    assert sees(cast, "helen", Case, id=case.id)
    later = a_meeting(cast, days=14)
    with acting_as(cast.actor("dana")) as dana:
        with pytest.raises(ConferenceRefused, match="Say why"):
            put_off(actor=dana, listing_id=listing.id, to=later.id, words=" ")
        with pytest.raises(ConferenceRefused, match="later meeting"):
            put_off(actor=dana, listing_id=listing.id, to=first.id, words="No time.")
    browser, place = cast.browser("dana"), f"/conferences/cases/{listing.id}/"
    browser.post(place, {"act": "later", "to": str(later.id), "words": "The adviser is ill."})
    with acting_as_system("tests"):
        assert Listing.objects.get(id=listing.id).status == "deferred"
        assert Listing.objects.get(conference=later).explanation == "She is afraid."
    assert not sees(cast, "helen", Case, id=case.id)
    assert "put off to another meeting: The adviser is ill." in browser.get(
        f"/conferences/{first.id}/"
    ).content.decode().replace("\n", " ")
    assert asked(cast, later) > 0
    assert listed(cast, case, first), "it may come back"


@pytest.mark.parametrize("since", ["nothing", "a further report", "five weeks"])
def test_what_agencies_returned_is_carried_over_to_the_later_meeting_as_long_as_it_stands(hub, cast, since):
    case, first = a_case(), a_meeting(cast)
    listing = listed(cast, case, first)
    asked(cast, first)
    confirmed(cast, first, "helen", "ruth")
    with acting_as(cast.actor("helen")) as helen:
        research = Research.objects.get(case=case, agency_id=helen.agency_id)
        answer_research(actor=helen, research_id=research.id, known=True, told={"notes": "She left in May."})
    later = a_meeting(cast, days=35 if since == "five weeks" else 14)
    with acting_as(cast.actor("dana")) as dana:
        put_off(actor=dana, listing_id=listing.id, to=later.id, words="No time.")
    if since == "a further report":
        with acting_as_system("tests"):
            Incident.objects.filter(case=case).update(recorded_at=timezone.now())
    asked(cast, later)
    confirmed(cast, later, "helen")
    run_due()
    with acting_as_system("tests"):
        states = dict(Research.objects.filter(conference=later).values_list("agency_id", "status"))
        told_of = Notification.objects.filter(kind="conference_asks", conference_id=later.id)
        told_people = set(told_of.values_list("recipient_id", flat=True))
    assert states[cast.actor("ruth").agency_id] == "asked"
    assert cast.practitioner("ruth").id in told_people
    if since == "nothing":
        assert states[cast.actor("helen").agency_id] == "known"
        assert cast.practitioner("helen").id not in told_people
        assert sees(cast, "helen", Minute, conference=later, said_by_name="Helen Marsh")
        with acting_as_system("tests"):
            place = f"/conferences/cases/{Listing.objects.get(conference=later).id}/"
        assert "which put the case off" in cast.browser("helen").get(place).content.decode()
        assert "carried over from" in cast.browser("dana").get(place).content.decode()
    else:
        assert states[cast.actor("helen").agency_id] == "asked"
        assert not sees(cast, "helen", Minute, conference=later)


def test_research_is_answered_by_category_and_read_by_others_at_the_meeting(hub, cast):
    case, meeting = a_case(), a_meeting(cast)
    listed(cast, case, meeting)
    asked(cast, meeting)
    confirmed(cast, meeting, "helen", "ruth")
    research = own_research(cast, "helen", case)
    with acting_as(cast.actor("helen")) as helen:
        told = {"actor": helen, "research_id": research.id}
        with pytest.raises(ConferenceRefused, match="at least one"):
            answer_research(**told, known=True)
        with pytest.raises(ConferenceRefused, match="does not let you"):
            answer_research(**told, known=True, told={"health": "A plan."})
        answer_research(**told, known=True, told={"notes": "She left in May."})
        assert Minute.objects.get(case=case).words == "She left in May."
    assert not sees(cast, "ruth", Minute, case=case)
    with acting_as(cast.actor("dana")) as dana:
        begin_meeting(actor=dana, conference_id=meeting.id)
    assert sees(cast, "ruth", Minute, case=case)


def test_an_agencys_system_answers_once_somebody_of_it_has_agreed(hub, cast):
    case, meeting = a_case(surname="Okafor"), a_meeting(cast)
    listed(cast, case, meeting)
    asked(cast, meeting)
    system = cast.system("safe-steps")
    question = system.get("conferences/questions/").json()["items"][0]
    assert (question["agreed"], question["name"], question["case_reference"]) == (False, "", "")
    door = f"conferences/questions/{question['id']}/answer/"
    said = {"known": True, "told": {"notes": "Came to us in May."}}
    assert system.post(door, said).status_code == 404
    confirmed(cast, meeting, "helen")
    told = system.get("conferences/questions/?waiting=true").json()["items"]
    assert [(one["case_reference"], "Okafor" in one["name"]) for one in told] == [(case.reference, True)]
    assert system.post(door, {"known": True, "told": {"safe_address": "x"}}).status_code == 409
    assert system.post(door, said).json()["status"] == "known"
    assert system.get("conferences/questions/?waiting=true").json()["items"] == []
    assert sees(cast, "dana", Minute, case=case, part="research")
    with acting_as(cast.actor("helen")):
        assert Minute.objects.get(case=case).words == "Came to us in May."
    assert cast.system("victim-care").post(door, said).status_code == 404


def test_an_agency_changes_nothing_of_what_it_was_asked(hub, cast):
    case, meeting = a_case(), a_meeting(cast)
    listed(cast, case, meeting)
    asked(cast, meeting)
    with acting_as(cast.actor("helen")):
        for change in (
            {"categories": ["identity", "health"]},
            {"until": timezone.now() + timedelta(days=99)},
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                Research.objects.filter(case=case).update(**change)


def test_who_has_not_answered_is_reminded_before_the_meeting(hub, cast):
    case, meeting = a_case(), a_meeting(cast)
    listed(cast, case, meeting)
    number = asked(cast, meeting)
    confirmed(cast, meeting, "helen")
    research = own_research(cast, "helen", case)
    with acting_as(cast.actor("helen")) as helen:
        answer_research(actor=helen, research_id=research.id, known=False)
    with acting_as_system("conferences") as system:
        assert remind_agencies(actor=system, conference_id=meeting.id) == number - 1
        assert Event.objects.filter(topic="conference.research_wanted").count() == number - 1
