"""Retention: whose time is up comes on the queue by night, and a person decides."""

from datetime import timedelta

from django.utils import timezone

from access.context import acting_as, acting_as_system
from messaging.relay import run_due
from rights.actions.holds import place_hold
from rights.models import Certificate, RetentionReview
from rights.queries import retention as queries
from rights.tasks import nightly
from tests.factories import a_case
from tests.rights.story import a_closed_story
from victims.models import PersonName

LONG_AGO = timedelta(days=365 * 6 + 30)


def the_night() -> list[RetentionReview]:
    nightly()
    run_due()
    with acting_as_system("tests"):
        return list(RetentionReview.objects.select_related("person").order_by("due_on"))


def test_whose_time_is_up_comes_on_the_queue_once(hub, cast, monkeypatch):
    monkeypatch.setattr(queries, "CHUNK", 1)
    monkeypatch.setattr("rights.actions.retention.CHUNK", 1)
    declined = a_closed_story(end_state="declined", closed_ago=timedelta(days=43))
    a_closed_story(end_state="declined", closed_ago=timedelta(days=41))
    a_closed_story(end_state="supported_enhanced", closed_ago=timedelta(days=400))
    a_case(person=a_closed_story(end_state="declined", closed_ago=timedelta(days=60)).person)
    found = the_night()
    assert [review.person_id for review in found] == [declined.person_id]
    assert (found[0].rule, found[0].edition) == ("declined", "northshire-2026")
    assert len(the_night()) == 1
    page = cast.browser("dana").get("/rights/retention/").content.decode()
    assert declined.person.reference in page


def test_it_is_erased_by_the_rule_with_a_certificate_that_names_nobody(hub, cast):
    case = a_closed_story(closed_ago=LONG_AGO)
    (review,) = the_night()
    carys = cast.browser("carys")
    told = {"decision": "erase", "reason": "Nothing stands against it."}
    assert carys.post(f"/rights/retention/{review.id}/", told).status_code == 302
    run_due()
    with acting_as_system("tests"):
        certificate = Certificate.objects.get(person_id=case.person_id)
        assert RetentionReview.objects.get().state == "erased"
        assert not PersonName.objects.filter(person=case.person_id).exists()
    for who in ("grace", "owen", "carys"):
        page = cast.browser(who).get(f"/rights/certificates/{certificate.number}/")
        assert page.status_code == 200
        text = page.content.decode()
        assert "kept 6 years" in text
        assert "Oyelaran" not in text
        assert str(case.person_id) not in text
    assert cast.browser("priya").get(f"/rights/certificates/{certificate.number}/").status_code == 403


def test_what_is_kept_comes_back_after_its_day(hub, cast):
    case = a_closed_story(end_state="declined", closed_ago=timedelta(days=60))
    (review,) = the_night()
    until = timezone.localdate() + timedelta(days=30)
    told = {
        "decision": "keep",
        "until_day": until.day,
        "until_month": until.month,
        "until_year": until.year,
        "reason": "A complaint is open.",
    }
    dana = cast.browser("dana")
    assert dana.post(f"/rights/retention/{review.id}/", told).status_code == 302
    assert len(the_night()) == 1, "not before its day"
    with acting_as_system("tests"):
        RetentionReview.objects.update(keep_until=timezone.localdate())
        people = queries.closed_people(after=None, today=timezone.localdate())
        assert case.person_id in people


def test_a_hold_keeps_a_record_off_the_queue_and_refuses_one_that_is_on_it(hub, cast):
    case = a_closed_story(end_state="declined", closed_ago=timedelta(days=60))
    (review,) = the_night()
    dana = cast.actor("dana")
    with acting_as(dana):
        place_hold(actor=dana, person_id=case.person_id, reason="An inquest")
    answer = cast.browser("carys").post(
        f"/rights/retention/{review.id}/", {"decision": "erase", "reason": "Due"}
    )
    assert answer.status_code == 422
    assert "legal hold" in answer.content.decode()
    with acting_as_system("tests"):
        RetentionReview.objects.update(state="kept", keep_until=timezone.localdate())
    assert [one.state for one in the_night()] == ["kept"]
