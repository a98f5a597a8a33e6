"""Rectification: corrected with before and after, passed on to who was told, refused with the person's statement."""

from access.context import acting_as, acting_as_system
from messaging.models import Event
from referrals.actions.conflicts import declare_conflict
from rights.models import Correction, Notice, Request
from tests.rights.story import a_closed_story, asked
from victims.models import MatchKey, PersonName

CORRECT = {"field": "surname", "after": "Oyelaran-Hughes", "reason": "Passport seen"}


def test_a_field_is_corrected_and_recognition_follows(hub, cast):
    case = a_closed_story()
    request = asked(cast, case, "rectification")
    dana = cast.browser("dana")
    assert dana.post(f"/rights/requests/{request.id}/correct/", CORRECT).status_code == 302
    assert dana.post(f"/rights/requests/{request.id}/finish/").status_code == 302
    with acting_as_system("tests"):
        kept = Correction.objects.get()
        assert (kept.before, kept.after, kept.reason) == ("Oyelaran", "Oyelaran-Hughes", "Passport seen")
        assert PersonName.objects.get(person=case.person_id).surname == "Oyelaran-Hughes"
        keys = " ".join(MatchKey.objects.filter(person=case.person_id).values_list("key", flat=True))
        assert "hughes" in keys.lower()
        assert Request.objects.get(id=request.id).state == "done"
    page = dana.get(f"/rights/people/{case.person.reference}/").content.decode()
    assert "Oyelaran-Hughes" in page
    assert "Told" in page


def test_who_was_told_that_category_hears_what_it_was_and_is_until_it_confirms(hub, cast):
    case = a_closed_story()
    request = asked(cast, case, "rectification")
    cast.browser("dana").post(f"/rights/requests/{request.id}/correct/", CORRECT)
    ruth = cast.browser("ruth")
    page = ruth.get("/rights/notices/").content.decode()
    assert "Oyelaran-Hughes" in page
    assert "Oyelaran-Hughes" not in cast.browser("helen").get("/rights/notices/").content.decode()
    items = cast.system("victim-care").get("changes/").json()["items"]
    assert [item["topic"] for item in items][-1] == "record.rectified"
    with acting_as_system("tests"):
        told = Event.objects.get(topic="record.rectified")
        assert "Hughes" not in str(told.data)
        assert told.data["category"] == "identity"
    with acting_as(cast.actor("ruth")):
        notice = Notice.objects.get()
    ruth.post(f"/rights/notices/{notice.id}/confirm/")
    assert "Oyelaran-Hughes" not in ruth.get("/rights/notices/?list=done").content.decode()
    with acting_as(cast.actor("ruth")):
        assert not Correction.objects.exists(), "once confirmed the database shows it no more"


def test_a_partner_s_system_reads_its_notices_and_confirms_them_once(hub, cast):
    case = a_closed_story()
    request = asked(cast, case, "rectification")
    cast.browser("dana").post(f"/rights/requests/{request.id}/correct/", CORRECT)
    system, other = cast.system("victim-care"), cast.system("safe-steps")
    (told,) = system.get("notices/").json()["items"]
    assert (told["kind"], told["field"], told["after"]) == ("correct", "surname", "Oyelaran-Hughes")
    assert told["case_reference"] == case.reference
    assert other.get("notices/").json()["items"] == []
    assert other.post(f"notices/{told['id']}/confirm/", {}).status_code == 404
    first = system.post(f"notices/{told['id']}/confirm/", {})
    assert first.status_code == 200
    assert system.post(f"notices/{told['id']}/confirm/", {}).json() == first.json(), "again changes nothing"
    assert system.get("notices/").json()["items"] == []
    (done,) = system.get("notices/?list=done").json()["items"]
    assert (done["after"], done["before"], done["case_reference"]) == ("", "", "")
    assert system.get("notices/?list=all").status_code == 400


def test_a_notice_is_kept_from_a_partner_s_practitioner_in_conflict_and_told_to_the_rest(hub, cast):
    case, ruth = a_closed_story(), cast.actor("ruth")
    request = asked(cast, case, "rectification")
    cast.browser("dana").post(f"/rights/requests/{request.id}/correct/", CORRECT)
    with acting_as(cast.actor("dana")) as dana:
        notice = Notice.objects.get()
        declare_conflict(actor=dana, case_id=case.id, why="knows", words="Kin.", practitioner_id=ruth.id)
    browser = cast.browser("ruth")
    assert case.reference not in browser.get("/rights/notices/").content.decode()
    assert browser.post(f"/rights/notices/{notice.id}/confirm/").status_code == 404
    with acting_as(ruth):
        assert not Notice.objects.exists()
        assert not Correction.objects.exists()
    assert case.reference in cast.system("victim-care").get("notices/").content.decode()


def test_who_was_not_told_that_category_hears_nothing(hub, cast):
    case = a_closed_story()
    request = asked(cast, case, "rectification")
    told = {"field": "summary", "after": "It was on a Tuesday.", "reason": "The officer agrees"}
    assert cast.browser("dana").post(f"/rights/requests/{request.id}/correct/", told).status_code == 302
    with acting_as_system("tests"):
        assert not Notice.objects.exists()
        assert case.incidents.get().summary == "It was on a Tuesday."


def test_what_is_no_date_is_said_in_the_form_and_nothing_typed_is_lost(hub, cast):
    case = a_closed_story()
    request = asked(cast, case, "rectification")
    told = {"field": "date_of_birth", "after": "spring of 1990", "reason": "She says so"}
    answer = cast.browser("dana").post(f"/rights/requests/{request.id}/correct/", told)
    assert answer.status_code == 422
    assert "spring of 1990" in answer.content.decode()


def test_a_refusal_keeps_the_ground_and_the_person_s_statement(hub, cast):
    case = a_closed_story()
    request = asked(cast, case, "rectification")
    told = {
        "ground": "not_ours_to_change",
        "reasons": "It is what was said.",
        "statement": "I never said that.",
    }
    assert cast.browser("carys").post(f"/rights/requests/{request.id}/refuse/", told).status_code == 302
    page = cast.browser("priya").get(f"/rights/requests/{request.id}/").content.decode()
    assert "I never said that." in page
    assert "Refused" in page
    assert cast.browser("dana").post(f"/rights/requests/{request.id}/correct/", CORRECT).status_code == 422
