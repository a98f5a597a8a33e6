"""A case conference through its pages, as the hub and as an agency: from the list to the minutes."""

from datetime import timedelta

from django.utils import timezone

from access.context import acting_as
from access.models import Look
from referrals.models import Attendance, Conference, ConferenceAction, Listing
from tests.factories import a_case


def called(dana) -> Conference:
    at = timezone.localtime() + timedelta(hours=1)
    answer = dana.post(
        "/conferences/new/",
        {
            "kind": "marac", "day_day": at.day, "day_month": at.month, "day_year": at.year, "at": f"{at:%H:%M}",
            "place": "Room 1", "chair_name": "DI Rowan Price", "capacity": "",
            "agencies": dana.get("/conferences/new/").context["form"]["agencies"].initial,
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["form"].errors
    return answer.url


def test_a_conference_from_its_call_to_its_minutes(hub, cast):
    case = a_case(given_names="Maud", surname="Okafor", risk="high")
    dana, helen = cast.browser("dana"), cast.browser("helen")
    meeting = called(dana)
    assert "Before you see anything" in dana.get(meeting).content.decode()
    dana.post(f"{meeting}confirm/")

    page = dana.get(f"/cases/{case.reference}/conference/")
    form = {"conference": page.context["form"].fields["conference"].choices[0][0], "ground": "judgement"}
    refused = dana.post(f"/cases/{case.reference}/conference/", form)
    assert refused.status_code == 422
    assert "Say in a sentence why" in refused.content.decode()
    assert dana.post(f"/cases/{case.reference}/conference/", form | {"words": "Afraid."}).url == meeting
    dana.post(f"{meeting}act/", {"act": "ask"})
    with acting_as(cast.actor("dana")):
        listing = Listing.objects.get(case=case)
    of_case = f"/conferences/cases/{listing.id}/"

    assert helen.get(of_case).status_code == 404, "nothing before the statement"
    assert "Okafor" not in helen.get(meeting).content.decode()
    helen.post(f"{meeting}confirm/")
    assert "Maud Okafor" in helen.get(meeting).content.decode()
    empty = helen.post(of_case, {"act": "answer", "known": "known"})
    assert empty.status_code == 422
    assert (
        helen.post(of_case, {"act": "answer", "known": "known", "notes": "She left in May."}).status_code
        == 302
    )
    assert "She left in May." in dana.get(of_case).content.decode()

    dana.post(f"{meeting}act/", {"act": "begin"})
    dana.post(of_case, {"act": "passage", "part": "decision", "words": "The locks are changed."})
    dana.post(of_case, {"act": "passage", "part": "summary", "words": "Somebody rings about the door."})
    due = timezone.localdate() + timedelta(days=4)
    agency = str(cast.actor("helen").agency_id)
    set_it = {"act": "action", "agency": agency, "words": "Change the locks.", "due_day": due.day,
              "due_month": due.month, "due_year": due.year}  # fmt: skip
    assert dana.post(of_case, set_it).status_code == 302
    assert "Change the locks." in helen.get("/conferences/actions/").content.decode()
    assert helen.get(f"{meeting}minutes/").status_code == 404, "not circulated yet"
    dana.post(f"{meeting}act/", {"act": "close"})
    assert "Minutes are to be circulated" in dana.get(meeting).content.decode()
    dana.post(f"{meeting}act/", {"act": "circulate"})

    minutes = helen.get(f"{meeting}minutes/").content.decode()
    assert "The locks are changed." in minutes
    assert "Somebody rings about the door." not in minutes
    assert "Somebody rings about the door." in dana.get(f"{meeting}minutes/?for=adviser").content.decode()
    assert "Maud Okafor" in dana.get(f"{meeting}pack/").content.decode()
    assert "Heard by a case conference" in dana.get(f"/cases/{case.reference}/").content.decode()
    with acting_as(cast.actor("dana")):
        action = ConferenceAction.objects.get(case=case)
    answered = {"status": "not_possible", "words": "The landlord refuses."}
    assert helen.post(f"/conferences/actions/{action.id}/", answered).status_code == 302
    assert "Not possible" in dana.get("/conferences/actions/?list=answered").content.decode()
    with acting_as(cast.actor("grace")):
        seen = Look.objects.filter(subjects__contains=[case.id], actor_name="Helen Marsh")
        assert {"conference", "conference_case", "conference_minutes"} <= set(
            seen.values_list("door", flat=True)
        )


def test_who_signed_on_paper_is_written_down_and_who_is_there_noted(hub, cast):
    dana = cast.browser("dana")
    meeting = called(dana)
    dana.post(f"{meeting}confirm/")
    assert dana.post(f"{meeting}attendance/", {"name": "Rowan Price"}).status_code == 422
    dana.post(f"{meeting}attendance/", {"name": "Rowan Price", "agency_name": "Northshire Police"})
    with acting_as(cast.actor("dana")):
        own = Attendance.objects.get(name="Dana Ahmed")
        assert Attendance.objects.get(name="Rowan Price").is_present
    dana.post(f"{meeting}attendance/", {"attendance": str(own.id), "present": "yes"})
    with acting_as(cast.actor("dana")):
        assert Attendance.objects.get(name="Dana Ahmed").is_present


def test_flags_lapse_twelve_months_after_the_last_conference(hub, cast):
    case = a_case(surname="Okafor")
    dana = cast.browser("dana")
    meeting = called(dana)
    dana.post(f"{meeting}confirm/")
    with acting_as(cast.actor("dana")) as actor:
        conference = Conference.objects.get()
        now = timezone.now()
        Listing.objects.create(
            conference=conference, case=case, person_id=case.person_id, ground="judgement", explanation="So.",
            edition="northshire-2026", status="heard", heard_at=now, listed_by_name=actor.name, listed_at=now,
        )  # fmt: skip
    today = timezone.localdate()
    assert (
        case.reference in dana.get(f"/conferences/flags/?month={today.year + 1}-{today:%m}").content.decode()
    )
    assert case.reference not in dana.get(f"/conferences/flags/?month={today:%Y-%m}").content.decode()


def test_an_agency_that_is_not_invited_finds_no_meeting(hub, cast):
    dana, ruth = cast.browser("dana"), cast.browser("ruth")
    at = timezone.localtime() + timedelta(hours=1)
    helens = str(cast.actor("helen").agency_id)
    answer = dana.post(
        "/conferences/new/",
        {
            "kind": "marac", "day_day": at.day, "day_month": at.month, "day_year": at.year, "at": f"{at:%H:%M}",
            "place": "Room 1", "chair_name": "DI Rowan Price", "agencies": [helens],
        },
    )  # fmt: skip
    assert ruth.get(answer.url).status_code == 404
    assert ruth.post(f"{answer.url}confirm/").status_code == 404
    assert answer.url not in ruth.get("/conferences/").content.decode()
    assert answer.url in cast.browser("helen").get("/conferences/").content.decode()
