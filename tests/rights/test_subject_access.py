"""Subject access: previewed, withheld in part, released after signing in again, the same for machine and paper."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import jsonschema
import pytest
from django.db import connection
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Look
from referrals.models import Case
from rights.actions.copies import CopyChanged, release, withhold
from rights.actions.erasure import Ground, erase
from rights.grounds import EXEMPTIONS
from rights.models import Release, Request
from rights.queries.copy import copy_of, passages
from tests.factories import a_case
from tests.referrals.test_documents import PDF, REDACTED, a_document
from tests.rights.story import OWN, SECRETS, a_closed_story, asked
from victims.models import PersonName

SCHEMA = json.loads((Path(__file__).parents[2] / "rights/data/subject-access.schema.json").read_text())


def released(cast, request: Request):
    """Released by Dana through the pages: a look at the preview, then the box that says so."""
    dana = cast.browser("dana")
    assert dana.get(f"/rights/requests/{request.id}/preview/").status_code == 200
    page = dana.get(f"/rights/requests/{request.id}/release/")
    seen = page.context["form"].initial["seen"]
    answer = dana.post(f"/rights/requests/{request.id}/release/", {"looked": "on", "seen": seen})
    assert answer.status_code == 302
    return dana


def test_the_copy_has_what_is_the_person_s_and_nothing_of_others_or_of_where_they_are_safe(hub, cast):
    case = a_closed_story()
    request = asked(cast, case, "access")
    dana = released(cast, request)
    as_json = dana.get(f"/rights/requests/{request.id}/copy.json")
    on_paper = dana.get(f"/rights/requests/{request.id}/print/")
    assert as_json.headers["Content-Disposition"].startswith("attachment")
    for text in (as_json.content.decode(), on_paper.content.decode()):
        for word in (
            *OWN,
            case.reference,
            "Sleeps again",
            "Northshire Victim Care",
            "Mental and physical health",
        ):
            assert word in text, word
        for secret in SECRETS:
            assert secret not in text, secret
        assert "safe address" not in text.lower()
    assert "17 May 1990" in on_paper.content.decode()
    document = as_json.json()
    assert "1990-05-17" in as_json.content.decode()
    jsonschema.validate(document, SCHEMA)
    assert {category["code"] for category in document["categories"]} >= {
        "identity",
        "contact",
        "incident",
        "notes",
    }
    assert any("opened" in one["what"].lower() or one["what"] for one in document["happenings"])


def test_each_look_at_the_copy_is_an_export_on_record(hub, cast):
    case = a_closed_story()
    request = asked(cast, case, "access")
    dana = released(cast, request)
    dana.get(f"/rights/requests/{request.id}/copy.json")
    with acting_as(cast.actor("grace")):
        doors = list(
            Look.objects.filter(action="export", subjects__contains=[case.person_id]).values_list("door")
        )
    assert ("rights_copy_json",) in doors
    assert ("rights_release",) in doors


def test_a_passage_is_left_out_with_its_ground_and_stays_out(hub, cast):
    case = a_closed_story()
    request = asked(cast, case, "access")
    with acting_as(cast.actor("dana")):
        items = dict(passages(copy_of(Request.objects.get(id=request.id), now=timezone.now())))
    item = next(key for key in items if key.startswith("referrals_outcome") and key.endswith("notes"))
    priya = cast.browser("priya")
    told = {"item": item, "exemption": "serious_harm", "reason": "A clinician says so"}
    assert priya.post(f"/rights/requests/{request.id}/withhold/", told).status_code == 302
    dana = released(cast, request)
    text = dana.get(f"/rights/requests/{request.id}/copy.json").content.decode()
    assert "Sleeps again" not in text
    assert "serious harm" in text
    assert "A clinician says so" not in text


def test_what_changed_since_the_look_is_not_released(hub, cast):
    case = a_closed_story()
    request = asked(cast, case, "access")
    dana = cast.browser("dana")
    seen = dana.get(f"/rights/requests/{request.id}/release/").context["form"].initial["seen"]
    with acting_as_system("tests"):
        PersonName.objects.filter(person=case.person_id).update(given_names="Marian")
    answer = dana.post(f"/rights/requests/{request.id}/release/", {"looked": "on", "seen": seen})
    assert answer.status_code == 422
    assert "read the preview again" in answer.content.decode()
    actor = cast.actor("dana")
    with acting_as(actor), pytest.raises(CopyChanged):
        release(actor=actor, request_id=request.id, seen="")
    with acting_as_system("tests"):
        assert not Release.objects.exists()


def test_a_request_is_due_in_a_calendar_month_and_once_in_three(hub, cast):
    case = a_case()
    priya, dana = cast.browser("priya"), cast.browser("dana")
    today = timezone.localdate()
    told = {
        "kind": "access",
        "asked_by": "Her solicitor",
        "identity_check": "Letter of authority",
        "received_on_day": "31",
        "received_on_month": "1",
        "received_on_year": str(today.year),
        "words": "",
    }
    answer = priya.post(f"/rights/people/{case.person.reference}/ask/", told)
    assert answer.status_code == 302, answer.context["form"].errors
    with acting_as_system("tests"):
        request = Request.objects.get()
    due = timezone.localtime(request.due_at)
    assert (due.month, due.day) == (2, 29 if today.year % 4 == 0 else 28)
    assert priya.get("/rights/").status_code == 200
    assert dana.post(f"/rights/requests/{request.id}/extend/", {"because": "Many records"}).status_code == 302
    with acting_as_system("tests"):
        assert timezone.localtime(Request.objects.get().due_at).month == 4
    assert dana.post(f"/rights/requests/{request.id}/extend/", {"because": "Again"}).status_code == 422


@pytest.mark.parametrize("who", ["owen", "grace", "helen", "ines"])
def test_those_who_read_no_cases_come_to_no_request(hub, cast, who):
    case = a_case()
    request = asked(cast, case, "access")
    browser = cast.browser(who)
    for address in (
        f"/rights/people/{case.person.reference}/",
        f"/rights/requests/{request.id}/preview/",
        "/rights/",
    ):
        assert browser.get(address).status_code in (403, 404), address


def test_files_go_with_the_copy_once_each_is_looked_through_and_are_erased_with_the_person(hub, cast):
    case = a_closed_story()
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(status="triaging", closed_at=None)
    letter, other = a_document(cast, case), a_document(cast, case, content=REDACTED)
    with acting_as_system("tests"):
        Case.objects.filter(id=case.id).update(status="closed", closed_at=case.closed_at)
    request = asked(cast, case, "access")
    dana, place = cast.browser("dana"), f"/rights/requests/{request.id}/"
    page = dana.get(f"{place}preview/").content.decode()
    assert page.count("To be decided.") == 2
    dana.post(f"{place}files/{letter.id}/")
    seen = dana.get(f"{place}release/").context["form"].initial["seen"]
    refused = dana.post(f"{place}release/", {"looked": "on", "seen": seen})
    assert "Look through each file first" in refused.content.decode()
    with acting_as(cast.actor("priya")) as priya:
        withhold(
            actor=priya,
            request_id=request.id,
            item=f"referrals_document:{other.id}:file",
            exemption=next(iter(EXEMPTIONS)),
            reason="Her sister is in it.",
        )
    dana = released(cast, request)
    with ZipFile(BytesIO(b"".join(dana.get(f"{place}copy.zip").streaming_content))) as archive:
        assert archive.namelist() == ["copy.json", f"001-{letter.file_name}"]
        assert archive.read(f"001-{letter.file_name}") == PDF
        jsonschema.validate(json.loads(archive.read("copy.json")), SCHEMA)
    with acting_as_system("retention") as retention:
        erase(actor=retention, person_id=case.person_id, ground=Ground("asked", "", "x", timezone.now()))
    with acting_as_system("retention"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT count(*) FROM referrals_documentcontent")
        assert cursor.fetchone() == (0,)
