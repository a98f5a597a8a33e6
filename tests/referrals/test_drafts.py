"""Nothing typed is lost: what is begun is saved as it is typed, sealed, the writer's own, and goes once it is sent."""

from django.db import connection

from access.context import acting_as_system
from messaging.relay import run_due
from pathways.models import SavedAnswers
from tests.factories import a_case


def kept() -> list[str]:
    with acting_as_system("tests"):
        return list(SavedAnswers.objects.values_list("instrument", flat=True))


def test_a_note_is_saved_as_it_is_typed_and_gone_on_with(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    place = f"/cases/{case.reference}/notes/new/"
    answer = browser.post(place, {"kind": "legal", "text": "She asked", "save": "quietly"})
    assert answer.status_code == 200
    assert "Saved" in answer.content.decode()
    page = browser.get(place)
    assert "She asked" in page.content.decode()
    assert page.context["form"]["kind"].value() == "legal"
    assert "She asked" not in cast.browser("liam").get(place).content.decode()
    with acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM pathways_savedanswers")
        assert "asked" not in cursor.fetchone()[0]
    browser.post(place, {"kind": "legal", "text": "She asked for a solicitor."})
    assert kept() == []


def test_saving_and_beginning_again_need_no_script(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    place = f"/cases/{case.reference}/notes/new/"
    leads_to = browser.post(place, {"text": "She asked", "save": "yes"})
    assert leads_to["Location"] == f"/cases/{case.reference}/"
    browser.post(place, {"again": "yes"})
    assert "She asked" not in browser.get(place).content.decode()
    assert kept() == []


def test_a_correction_that_is_begun_is_kept_with_the_note_and_edition_that_it_corrects(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    browser.post(f"/cases/{case.reference}/notes/new/", {"kind": "general", "text": "Mornings."})
    note = browser.get(f"/cases/{case.reference}/").context["file"].notes.rows[0]
    place = f"/cases/{case.reference}/notes/{note.note}/"
    typed = {"kind": "general", "text": "Evenings, I", "seen": "1"}
    browser.post(place, typed | {"save": "quietly"})
    cast.browser("liam").post(place, {"kind": "general", "text": "Noon.", "seen": "1"})
    form = browser.get(place).context["correcting"]
    assert (form["text"].value(), form["seen"].value()) == ("Evenings, I", "1")
    assert "while you were writing" in browser.post(place, typed).content.decode()


def test_what_was_begun_goes_when_the_case_is_closed(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    place = f"/cases/{case.reference}/notes/new/"
    browser.post(place, {"text": "She asked", "save": "quietly"})
    browser.post(
        f"/cases/{case.reference}/close/",
        {"end_state": "uncontactable", "reason": "Three calls.", "without": "Not here."},
    )
    run_due()
    assert kept() == []
    assert browser.post(place, {"text": "More", "save": "quietly"}).status_code == 409


def test_what_is_begun_of_the_end_is_kept_until_the_case_is_closed(hub, cast):
    case = a_case()
    browser, place = cast.browser("priya"), f"/cases/{case.reference}/close/"
    typed = {"end_state": "uncontactable", "reason": "Three calls, and a let"}
    assert browser.post(place, typed | {"save": "quietly"}).status_code == 200
    form = browser.get(place).context["form"]
    assert {name: form[name].value() for name in typed} == typed


def test_what_is_written_while_the_person_is_tried_is_kept_by_way_and_goes_when_it_is_recorded(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    ways = browser.get(f"/cases/{case.reference}/").context["file"].ways
    way = next(one for one in ways if one.safe and one.channel == "phone")
    place = f"/cases/{case.reference}/contact/?way={way.value}"
    form = browser.get(place)
    began = form.context["began"]
    typed = {"way": way.value, "began": began, "notes": "She is at her sis"}
    assert browser.post(place, typed | {"save": "quietly"}).status_code == 200
    assert "You have begun to record a try" in browser.get(f"/cases/{case.reference}/").content.decode()
    page = browser.get(place)
    assert page.context["form"]["notes"].value() == "She is at her sis"
    assert page.context["began"] == began
    other = next(one for one in ways if one.safe and one.value != way.value)
    assert not browser.get(f"/cases/{case.reference}/contact/?way={other.value}").context["draft"]
    assert browser.post(place, typed | {"result": page.context["results"][0][0]}).status_code == 302
    assert kept() == []
