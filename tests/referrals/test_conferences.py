"""A case conference: how a case comes on its list, and who is shown what, when, and by what."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Grant
from agencies.models import Agency
from messaging.events import publish
from messaging.relay import run_due
from referrals.actions.conferences import (
    ConferenceRefused,
    ListedAlready,
    NoRoom,
    call_meeting,
    list_by_rule,
    list_case,
    take_off,
)
from referrals.actions.conflicts import declare_conflict
from referrals.actions.meeting import (
    close_meeting,
    set_action,
)
from referrals.actions.referral import decline, happening
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
from tests.factories import a_case, a_referral
from tests.reading import words_of
from tests.referrals.conferring import a_meeting, asked, confirmed, held, listed, sees


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
    page = words_of(cast.browser("priya").get(f"/cases/{case.reference}/"))
    assert "On the list of MARAC" in page.split("What to do next")[0]
    assert "a repeat" in page.split("What to do next")[0]


def test_a_further_incident_of_nobody_knows_whom_asks_a_practitioner_whether_it_is_a_repeat(hub, cast):
    case = a_case(status="routed")
    meeting, _ = held(cast, case)
    with acting_as(cast.actor("dana")) as dana:
        close_meeting(actor=dana, conference_id=meeting.id)
    coming = a_meeting(cast)
    with acting_as_system("conferences") as system:
        Listing.objects.filter(case=case).update(heard_at=timezone.now() - timedelta(days=60))
        assert list_by_rule(actor=system, case_id=case.id) is None
        case.refresh_from_db()
    assert case.decision_wanted.startswith("Perhaps a repeat for MARAC: a further incident since")
    page = words_of(cast.browser("priya").get(f"/cases/{case.reference}/"))
    assert "it is not told whether it was the same perpetrator" in page
    listed(cast, case, coming)
    page = words_of(cast.browser("priya").get(f"/cases/{case.reference}/"))
    assert "On the list of MARAC" in page


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
