"""A case conference from the list to its actions: who is shown what, when, and by what."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Grant
from agencies.models import Agency, Notification
from messaging.events import publish
from messaging.models import Event
from messaging.relay import run_due
from referrals.actions.conferences import (
    ConferenceRefused,
    ListedAlready,
    NoRoom,
    call_meeting,
    list_by_rule,
    list_case,
    put_off,
    take_off,
)
from referrals.actions.conflicts import declare_conflict
from referrals.actions.meeting import (
    answer_action,
    begin_meeting,
    circulate_minutes,
    close_meeting,
    confirm_statement,
    record_passage,
    set_action,
)
from referrals.actions.referral import decline, happening
from referrals.actions.research import answer_research, ask_agencies, remind_agencies
from referrals.actions.restriction import restrict
from referrals.actions.sight import give_sight
from referrals.models import (
    Case,
    Conference,
    ConferenceAction,
    Incident,
    Listing,
    Minute,
    Research,
)
from referrals.queries.circumstances import Circumstances
from referrals.queries.facts import facts_of
from rights.actions.erasure import Ground, erase
from tests.factories import a_case, a_referral


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


def test_judgement_lists_a_case_with_its_reasons_and_the_edition_of_the_rules(hub, cast):
    case, meeting = a_case(), a_meeting(cast)
    listing = listed(cast, case, meeting)
    assert (listing.ground, listing.explanation) == ("judgement", "She is afraid.")
    assert listing.edition == "northshire-2026"
    with acting_as(cast.actor("priya")) as priya:
        again = {"actor": priya, "case_id": case.id, "conference_id": meeting.id}
        with pytest.raises(ListedAlready):
            list_case(**again, ground="judgement", words="Still.")
        with pytest.raises(ConferenceRefused, match="Say in a sentence"):
            list_case(**again, ground="judgement", words=" ")
        with pytest.raises(ConferenceRefused, match="does not hold"):
            list_case(**again, ground="score")


def test_three_reports_in_twelve_months_list_a_case_by_escalation(hub, cast):
    case, meeting = a_case(incident_count=3), a_meeting(cast)
    with acting_as(cast.actor("priya")) as priya:
        listing = list_case(actor=priya, case_id=case.id, conference_id=meeting.id, ground="escalation")
    assert listing.explanation == "3 reports in 12 months; 3 or more list a case."


def test_a_full_meeting_takes_nobody_more(hub, cast):
    meeting = a_meeting(cast, capacity=1)
    listed(cast, a_case(), meeting)
    with pytest.raises(NoRoom):
        listed(cast, a_case(), meeting)


def test_a_listing_tells_nobody_and_asking_shows_the_agreed_categories(hub, cast):
    case, meeting = a_case(), a_meeting(cast)
    listed(cast, case, meeting)
    assert not sees(cast, "helen", Case, id=case.id)
    with acting_as_system("tests"):
        invited = meeting.invited.count()
    assert asked(cast, meeting) == invited > 5
    assert asked(cast, meeting) == 0, "nobody is asked twice"
    with acting_as(cast.actor("helen")) as helen:
        assert Case.objects.filter(id=case.id).exists()
        grant = Grant.objects.get(case_id=case.id, agency_id=helen.agency_id)
        assert set(grant.categories) == {"identity", "contact", "incident", "assessment", "notes"}
        assert grant.until is not None
        assert grant.until > meeting.starts_at


def test_nothing_of_the_list_is_shown_before_the_statement_is_agreed_to(hub, cast):
    case, meeting = a_case(), a_meeting(cast)
    listing = listed(cast, case, meeting)
    asked(cast, meeting)
    assert not sees(cast, "helen", Listing, id=listing.id)
    confirmed(cast, meeting, "helen")
    assert sees(cast, "helen", Listing, id=listing.id)
    assert not sees(cast, "ruth", Listing, id=listing.id), "each agrees for themselves"


def test_nobody_agrees_for_another(hub, cast):
    meeting = a_meeting(cast)
    helen = cast.actor("helen")
    with pytest.raises(DatabaseError), transaction.atomic(), acting_as(cast.actor("dana")):
        meeting.attendances.create(
            practitioner_id=helen.id, name=helen.name, agency_id=helen.agency_id, agency_name="Safe Steps",
            edition="x", confirmed_at=timezone.now(), recorded_by_name="Dana Ahmed",
        )  # fmt: skip


def test_an_agency_in_conflict_is_not_asked_and_sees_nothing(hub, cast):
    case, meeting = a_case(), a_meeting(cast)
    listing = listed(cast, case, meeting)
    with acting_as(cast.actor("dana")) as dana:
        declare_conflict(
            actor=dana, case_id=case.id, why="alleged_perpetrator", words="He works there.",
            agency_id=cast.actor("helen").agency_id,
        )  # fmt: skip
    asked(cast, meeting)
    confirmed(cast, meeting, "helen", "ruth")
    assert not sees(cast, "helen", Research, case=case)
    assert not sees(cast, "helen", Listing, id=listing.id)
    assert not sees(cast, "helen", Case, id=case.id)
    assert sees(cast, "ruth", Listing, id=listing.id)


def test_a_conflict_declared_later_closes_what_was_shown(hub, cast):
    case = a_case()
    _, listing = held(cast, case)
    with acting_as(cast.actor("dana")) as dana:
        action = set_action(
            actor=dana, listing_id=listing.id, agency_id=cast.actor("helen").agency_id,
            words="Change the locks.", due_at=timezone.now() + timedelta(days=5),
        )  # fmt: skip
        declare_conflict(
            actor=dana, case_id=case.id, why="knows", words="Kin.", agency_id=cast.actor("helen").agency_id
        )
    for model in (Listing, Research, Minute):
        assert not sees(cast, "helen", model, case=case)
    assert not sees(cast, "helen", ConferenceAction, id=action.id)
    run_due()
    with acting_as_system("tests"):
        research = Research.objects.get(case=case, agency_id=cast.actor("helen").agency_id)
        assert research.until <= timezone.now()
        assert Research.objects.filter(case=case, until__gt=timezone.now()).count() > 3, "others go on"


def test_about_a_restricted_case_nobody_is_asked(hub, cast):
    case, meeting = a_case(), a_meeting(cast)
    listed(cast, case, meeting)
    with acting_as(cast.actor("dana")) as dana:
        restrict(actor=dana, case_id=case.id, reason="staff", words="Works here.", owner_id=dana.id)
    assert asked(cast, meeting) == 0
    assert not sees(cast, "priya", Listing, case=case)
    assert sees(cast, "dana", Listing, case=case)


def test_a_case_that_is_restricted_later_is_shown_no_more(hub, cast):
    case = a_case()
    held(cast, case)
    with acting_as(cast.actor("dana")) as dana:
        restrict(actor=dana, case_id=case.id, reason="staff", words="Works here.", owner_id=dana.id)
    assert not sees(cast, "helen", Listing, case=case)
    run_due()
    assert not sees(cast, "helen", Case, id=case.id)


def test_declining_a_referral_leaves_what_the_conference_shows(hub, cast):
    case, meeting = a_case(status="routed"), a_meeting(cast)
    listed(cast, case, meeting)
    referral = a_referral(case, service="idva")
    with acting_as_system("tests"):
        give_sight(known=Circumstances(case, at=timezone.now()), sent=[referral])
    asked(cast, meeting)
    with acting_as(cast.actor("helen")) as helen:
        decline(actor=helen, referral_id=referral.id, reason_code="no_capacity")
    run_due()
    assert sees(cast, "helen", Case, id=case.id)


def test_taking_a_case_off_ends_what_it_showed(hub, cast):
    case, meeting = a_case(), a_meeting(cast)
    listing = listed(cast, case, meeting)
    asked(cast, meeting)
    with acting_as(cast.actor("dana")) as dana:
        take_off(actor=dana, listing_id=listing.id, words="Listed twice.")
    assert not sees(cast, "helen", Case, id=case.id)
    assert not sees(cast, "helen", Research, case=case)


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


def test_a_further_incident_within_twelve_months_lists_the_case_again(hub, cast):
    case = a_case(status="routed")
    with acting_as_system("tests"):
        Incident.objects.filter(case=case).update(accused=["a" * 64])
        assert facts_of(Circumstances(case, at=timezone.now()))["marac_repeat"] is False
    meeting, _ = held(cast, case)
    with acting_as(cast.actor("dana")) as dana:
        close_meeting(actor=dana, conference_id=meeting.id)
    coming = a_meeting(cast)
    with acting_as_system("conferences") as system:
        assert list_by_rule(actor=system, case_id=case.id) is None
        Conference.objects.filter(id=meeting.id).update(ended_at=timezone.now() - timedelta(days=60))
        Listing.objects.filter(case=case).update(heard_at=timezone.now() - timedelta(days=60))
        assert facts_of(Circumstances(case, at=timezone.now()))["marac_repeat"] is True
        again = list_by_rule(actor=system, case_id=case.id)
        assert (again.conference_id, again.ground, again.is_repeat) == (coming.id, "repeat", True)
        assert list_by_rule(actor=system, case_id=case.id) is None, "once"


def test_a_repeat_without_a_meeting_asks_a_practitioner_to_call_one(hub, cast):
    case = a_case(status="routed")
    with acting_as_system("conferences") as system:
        assert list_by_rule(actor=system, case_id=case.id, service="marac", why="So.") is None
        case.refresh_from_db()
    assert "MARAC" in case.decision_wanted


def test_a_referral_to_the_conference_s_service_puts_the_case_on_its_list(hub, cast):
    case, meeting = a_case(status="routed"), a_meeting(cast)
    sent = a_referral(case, service="marac")
    with acting_as_system("routing"):
        publish(happening(sent, verb="send", from_="draft", at=timezone.now()))
    run_due()
    with acting_as(cast.actor("priya")):
        listing = Listing.objects.get(case=case)
    assert (listing.conference_id, listing.ground, listing.listed_by_name) == (
        meeting.id,
        "route",
        "conferences",
    )


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


def test_everybody_with_an_agreement_is_invited_and_nobody_without(hub, cast):
    meeting = a_meeting(cast)
    with acting_as_system("tests"):
        invited = set(meeting.invited.values_list("agency__code", flat=True))
        without = Agency.objects.get(code="age-well").id
    assert "safe-steps" in invited
    assert "age-well" not in invited
    with acting_as(cast.actor("dana")) as dana, pytest.raises(ConferenceRefused, match="agreement"):
        call_meeting(
            actor=dana, kind="marac", starts_at=timezone.now() + timedelta(days=1), place="Room 1",
            chair_name="DI Price", agencies=[without],
        )  # fmt: skip
