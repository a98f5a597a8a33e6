"""Requests for victim information: on a register, tested, decided by a second person, without names in the file."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.context import acting_as_system
from rights import information as rules
from rights.models import InformationRequest
from tests.factories import a_case

ASKED = {
    "body": "Northshire Police",
    "requester": "DC Alun Price",
    "asks": "Notes of calls in October 2026",
    "line_of_enquiry": "Whether he was at the door on 3 October",
    "necessary": "Nobody else was there",
    "proportionate": "One month only",
}


def recorded(cast, **more) -> tuple[InformationRequest, object]:
    case = a_case(given_names="Marianne", surname="Oyelaran")
    today = timezone.localdate()
    day = {"received_on_day": today.day, "received_on_month": today.month, "received_on_year": today.year}
    answer = cast.browser("priya").post(
        f"/rights/people/{case.person.reference}/information/", {**ASKED, **day, **more}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    with acting_as_system("tests"):
        return InformationRequest.objects.latest("number"), case


def answer_tests(cast, request, *, by="dana", **answers):
    told = {test.code: "yes" for test in rules.tests_for(counselling=request.counselling)} | answers
    told |= {"notice_words": "Not given: it could put her at risk", "notice_on": ""}
    return cast.browser(by).post(f"/rights/information/{request.id}/tests/", told)


def decide(cast, request, decision, *, by="carys"):
    told = {"decision": decision, "reasons": "As the tests say."}
    return cast.browser(by).post(f"/rights/information/{request.id}/decide/", told)


def state(request) -> str:
    with acting_as_system("tests"):
        return InformationRequest.objects.get(id=request.id).state


def test_its_whole_road(hub, cast):
    request, _ = recorded(cast)
    assert answer_tests(cast, request).status_code == 302
    assert decide(cast, request, "all", by="dana").status_code == 422, "a second person decides"
    assert decide(cast, request, "all").status_code == 302
    told = {"disclosed": "Four notes, by secure mail"}
    assert cast.browser("priya").post(f"/rights/information/{request.id}/disclose/", told).status_code == 302
    assert state(request) == "disclosed"
    page = cast.browser("carys").get(f"/rights/information/{request.id}/").content.decode()
    for words in ("Whether he was at the door", "Not given: it could put her at risk", "Four notes"):
        assert words in page


@pytest.mark.parametrize(
    ("answers", "decision", "allowed"),
    [
        ({"proportionate": "no"}, "all", False),
        ({"proportionate": "no"}, "part", True),
        ({"relevant": "not_shown"}, "part", False),
        ({"relevant": "not_shown"}, "refuse", True),
        ({}, "all", True),
    ],
)
def test_what_the_tests_allow(hub, cast, answers, decision, allowed):
    request, _ = recorded(cast)
    answer_tests(cast, request, **answers)
    assert decide(cast, request, decision).status_code == (302 if allowed else 422)


def test_counselling_records_need_a_senior_officer_and_more_tests(hub, cast):
    request, _ = recorded(cast, counselling="on")
    assert {test.code for test in rules.failed({}, counselling=True)} >= {
        "probative",
        "presumption",
        "senior",
    }
    answer_tests(cast, request)
    answer = decide(cast, request, "part")
    assert answer.status_code == 422
    assert "senior officer" in answer.content.decode()
    with pytest.raises(DatabaseError), acting_as_system("tests"), transaction.atomic():
        InformationRequest.objects.filter(id=request.id).update(decision="part")


def test_the_register_is_filtered_and_its_file_names_nobody(hub, cast):
    request, case = recorded(cast)
    recorded(cast, counselling="on", body="Fen Police")
    dana = cast.browser("dana")
    page = dana.get("/rights/information/?counselling=yes").content.decode()
    assert "Fen Police" in page
    assert "Northshire Police</a>" not in page
    assert dana.get("/rights/information/export.csv").status_code == 403
    for who in ("grace", "carys"):
        answer = cast.browser(who).get("/rights/information/export.csv")
        assert answer.status_code == 200
        text = answer.content.decode()
        assert len(text.splitlines()) == 3
        for word in ("Oyelaran", case.person.reference, "Alun", "October", "door", str(case.person_id)):
            assert word not in text, word
    assert cast.browser("grace").get("/rights/information/").status_code == 403
    assert str(request.number) in text
