"""A restricted record, from its door: hidden from all, opened by name or by break-glass, and reviewed."""

import re
import time
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import BreakGlassReview, Grant, Look, PersonalGrant
from agencies.models import Practitioner
from messaging.events import Happening, publish
from messaging.relay import run_due
from referrals.actions.restriction import restrict
from referrals.models import Case
from reporting.queries import rollups as numbers
from tests.factories import a_case, a_suggestion
from tests.referrals.road import triaged

REASON = "Her ex-partner is at the door and the refuge asks."


def restricted(cast, case: Case) -> Case:
    with acting_as(cast.actor("dana")) as dana:
        restrict(actor=dana, case_id=case.id, reason="staff", words="Works at Safe Steps.", owner_id=dana.id)
    return case


def breaks_glass(cast, name: str, reference: str, reason: str = REASON):
    """The answer to a break-glass by somebody who has just confirmed that it is them, and their browser."""
    browser = cast.browser(name)
    return browser.post("/access/break-glass/", {"reference": reference, "reason": reason}), browser


def page(browser, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def as_nothing(cast, reference: str) -> None:
    """The case answers as one that is not there, byte for byte but for the token that changes with each page."""
    browser = cast.browser("liam")
    answers = [browser.get(f"/cases/{one}/") for one in (reference, "VRH-26-999999")]
    assert {answer.status_code for answer in answers} == {404}
    assert (
        len({re.sub(rb'(?<=Token" value=").*?"|(?<=token" value=").*?"', b"", a.content) for a in answers})
        == 1
    )


def test_a_supervisor_restricts_a_record_and_only_they_see_that_it_exists(hub, cast):
    case = a_case(given_names="Rhian", surname="Quillfeather", status="triaging", due_in=timedelta(hours=-3))
    other = a_case(surname="Quillfeather", status="triaging")
    dana = cast.browser("dana")
    owner = str(cast.actor("dana").id)
    answer = dana.post(
        f"/cases/{case.reference}/access/restrict/",
        {"reason": "staff", "words": "Works at Safe Steps.", "owner_id": owner},
    )
    assert answer["Location"] == f"/cases/{case.reference}/access/"
    assert "Restricted record" in page(dana, f"/cases/{case.reference}/")
    for name in ("priya", "liam", "carys"):
        assert cast.browser(name).get(f"/cases/{case.reference}/").status_code == 404, name
    as_nothing(cast, case.reference)
    liam = cast.browser("liam")
    for text in ("Quillfeather", case.reference, "NS1 4AB"):
        found = liam.post("/triage/", {"q": text}, follow=True).content.decode()
        assert case.reference not in found, text
    queue = page(liam, "/triage/")
    assert other.reference in queue
    assert case.reference not in queue
    assert "Access reviews" not in queue
    assert case.reference in page(dana, "/triage/"), "whoever is let in works it"


def test_imposing_takes_a_case_out_of_the_numbers_and_lifting_puts_it_back(hub, cast):
    case = triaged(cast)
    run_due()
    before = numbers.totals("cases_open"), numbers.totals("referrals_now")
    assert sum(before[1].values()) > 0
    restricted(cast, case)
    hidden = numbers.totals("cases_open"), numbers.totals("referrals_now")
    assert sum(hidden[0].values()) == sum(before[0].values()) - 1
    assert sum(hidden[1].values()) == 0
    with acting_as_system("tests"):
        assert numbers.drift()[1] == []
    answer = cast.browser("dana").post(
        f"/cases/{case.reference}/access/lift/", {"words": "She left the agency."}
    )
    assert answer.status_code == 302
    assert (numbers.totals("cases_open"), numbers.totals("referrals_now")) == before
    assert cast.browser("liam").get(f"/cases/{case.reference}/").status_code == 200


def test_a_partner_s_answer_on_a_restricted_case_changes_no_number(hub, cast):
    case = triaged(cast)
    run_due()
    restricted(cast, case)
    with acting_as_system("tests"):
        referral = case.referrals.get()
    browser = cast.browser("ruth")
    assert browser.post(f"/referrals/{referral.id}/accept/", {"version": 1}).status_code == 302
    with acting_as_system("tests"):
        referral.refresh_from_db()
        assert referral.status == "accepted", "the partner goes on with what it was sent"
        assert numbers.drift()[1] == []


def test_whoever_carries_a_case_loses_it_when_it_is_restricted_and_can_be_let_in(hub, cast):
    case = a_case(status="triaging", assigned_to=cast.actor("liam").id)
    with acting_as_system("tests"):
        publish(Happening("case.opened", at=timezone.now(), case_id=case.id, data={"to_status": "triaging"}))
    restricted(cast, case)
    dana, liam = cast.browser("dana"), cast.browser("liam")
    assign = {"to": str(cast.actor("liam").id), "seen": ""}
    refused = dana.post(f"/cases/{case.reference}/assign/", assign)
    assert refused.status_code == 422
    assert "cannot carry this case" in refused.content.decode()
    let_in = {"to": str(cast.actor("liam").id), "reason": "He knows her sister well."}
    assert dana.post(f"/cases/{case.reference}/access/let-in/", let_in).status_code == 302
    assert dana.post(f"/cases/{case.reference}/assign/", assign).status_code == 302
    assert case.reference in page(liam, "/cases/")
    assert case.reference in page(liam, "/access/restricted/")
    with acting_as(cast.actor("liam")):
        grant = PersonalGrant.objects.get(because="given")
    assert dana.post(f"/cases/{case.reference}/access/{grant.id}/end/").status_code == 302
    assert liam.get(f"/cases/{case.reference}/").status_code == 404
    with acting_as_system("tests"):
        case.refresh_from_db()
        assert case.assigned_to is None


def test_breaking_the_glass_opens_for_three_hours_tells_the_owner_and_is_reviewed(hub, cast):
    case = restricted(cast, a_case(status="triaging"))
    answer, liam = breaks_glass(cast, "liam", case.reference.lower())
    assert answer["Location"] == f"/cases/{case.reference}/"
    shown = page(liam, f"/cases/{case.reference}/")
    assert "You opened this restricted record" in shown
    assert REASON in shown
    assert REASON in page(liam, f"/cases/{case.reference}/consent/"), "on every page of the record"
    run_due()
    assert [message.to for message in mail.outbox] == [["dana.ahmed@northshire.example"]]
    assert case.reference not in mail.outbox[0].body + mail.outbox[0].subject
    dana = cast.browser("dana")
    assert "opened by break-glass" in page(dana, "/triage/")
    assert "Liam Byrne" in page(dana, "/access/reviews/")
    assert cast.browser("liam").get("/access/reviews/").status_code == 403
    with acting_as(cast.actor("grace")):
        review = BreakGlassReview.objects.get()
        assert timedelta(0) < review.due_at - review.broken_at < timedelta(days=5)
    decided = {"outcome": "not_justified", "words": "Dana was at her desk."}
    assert dana.post(f"/access/reviews/{review.id}/", decided).status_code == 302
    assert "Not justified" in page(cast.browser("grace"), "/access/reviews/?list=decided")
    assert dana.get(f"/access/reviews/{review.id}/").status_code == 404, "decided once"
    with acting_as_system("tests"):
        grant = PersonalGrant.objects.get(because="break_glass")
        assert grant.until - grant.given_at == timedelta(hours=3)
    assert dana.post(f"/cases/{case.reference}/access/{grant.id}/end/").status_code == 302
    assert liam.get(f"/cases/{case.reference}/").status_code == 404


def test_whoever_broke_the_glass_cannot_restrict_lift_or_let_in(hub, cast):
    case = restricted(cast, a_case())
    answer, liam = breaks_glass(cast, "liam", case.reference)
    assert answer.status_code == 302
    for act in ("restrict", "lift", "let-in"):
        assert liam.post(f"/cases/{case.reference}/access/{act}/", {}).status_code == 403
    assert "Who is let in" not in page(liam, f"/cases/{case.reference}/access/")


def test_what_does_not_open_says_the_same_whatever_the_cause(hub, cast):
    hidden, plain, kept_out = restricted(cast, a_case()), a_case(), a_case()
    liam = cast.browser("liam")
    knows = {"why": "knows", "words": "She is my cousin."}
    assert liam.post(f"/cases/{kept_out.reference}/conflict/", knows).status_code == 302
    restricted(cast, kept_out)
    said = set()
    for reference in ("VRH-26-999999", "nonsense", plain.reference, kept_out.reference):
        answer, _ = breaks_glass(cast, "liam", reference)
        assert answer.status_code == 422
        said.add(answer.content.decode().replace(reference, "").split("csrfmiddlewaretoken")[0])
    assert len(said) == 1
    with acting_as(cast.actor("grace")):
        denied = Look.objects.filter(action=Look.Action.DENIED, door="break_glass")
        assert denied.count() == 4
        assert denied.filter(subjects__contains=[kept_out.id]).exists(), "an auditor can find it"
    short, _ = breaks_glass(cast, "liam", hidden.reference, reason="urgent")
    assert short.status_code == 422
    with acting_as_system("tests"):
        assert not PersonalGrant.objects.filter(because="break_glass").exists()


def test_break_glass_asks_who_you_are_again_and_is_for_those_at_work_in_the_hub(hub, cast):
    liam = cast.browser("liam")
    session = liam.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session.save()
    answer = liam.get("/access/break-glass/")
    assert answer.status_code == 302, "an open screen is not enough"
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    for name in ("carys", "owen", "grace", "helen"):
        refused, _ = breaks_glass(cast, name, "VRH-26-000001")
        assert refused.status_code == 403, name


def test_the_page_of_what_is_not_found_leads_to_break_glass_whatever_was_asked_for(hub, cast):
    assert "/access/break-glass/" in cast.browser("liam").get("/cases/VRH-26-999999/").content.decode()
    assert "/access/break-glass/" not in cast.browser("carys").get("/cases/VRH-26-999999/").content.decode()


def test_a_supervisor_who_hands_a_record_to_another_owner_sees_it_no_more(hub, cast):
    with acting_as_system("tests"):
        Practitioner.objects.filter(email="priya.nair@northshire.example").update(role="supervisor")
    case = a_case()
    priya = cast.browser("priya")
    given = {"reason": "well_known", "words": "In the papers.", "owner_id": str(cast.actor("dana").id)}
    answer = priya.post(f"/cases/{case.reference}/access/restrict/", given)
    assert answer["Location"] == "/"
    assert priya.get(f"/cases/{case.reference}/").status_code == 404
    assert case.reference not in page(priya, "/access/restricted/")
    assert case.reference in page(cast.browser("dana"), "/access/restricted/")


def test_a_likeness_to_somebody_restricted_shows_on_neither_page(hub, cast):
    case, hidden = a_case(), a_case()
    suggestion = a_suggestion(case.person, hidden.person)
    decided = f"/cases/{case.reference}/suggestions/{suggestion.id}/"
    assert cast.browser("liam").post(decided, {"answer": "different"}).status_code == 302
    assert "Same person or not" in page(cast.browser("liam"), f"/cases/{case.reference}/")
    restricted(cast, hidden)
    shown = page(cast.browser("liam"), f"/cases/{case.reference}/")
    assert hidden.person.reference not in shown
    assert "Same person or not" not in shown
    assert "Possible duplicate" not in page(cast.browser("liam"), "/triage/")


@pytest.mark.parametrize("door", ["access/", "access/restrict/", "access/let-in/", "conflict/"])
def test_refused_forms_say_what_is_wrong_and_keep_what_was_typed(hub, cast, door):
    case = a_case()
    if door in ("access/let-in/",):
        restricted(cast, case)
    dana = cast.browser("dana")
    assert page(dana, f"/cases/{case.reference}/{door}")
    if door == "access/":
        return
    answer = dana.post(f"/cases/{case.reference}/{door}", {"words": "Kept here.", "reason": "Kept here."})
    assert answer.status_code == 422
    assert "Kept here." in answer.content.decode()
    assert "There is a problem" in answer.content.decode()


def test_grants_carry_the_mark_for_every_agency_and_lose_it_again(hub, cast):
    case = restricted(cast, a_case())
    with acting_as_system("tests"):
        assert set(Grant.objects.filter(case_id=case.id).values_list("restricted", flat=True)) == {True}
    cast.browser("dana").post(f"/cases/{case.reference}/access/lift/", {"words": "Not any more."})
    with acting_as_system("tests"):
        assert set(Grant.objects.filter(case_id=case.id).values_list("restricted", flat=True)) == {False}


def test_an_operator_appoints_a_supervisor_only_where_the_owner_has_left(hub, cast):
    case = restricted(cast, a_case())
    with acting_as_system("tests"):
        Practitioner.objects.filter(email="priya.nair@northshire.example").update(role="supervisor")
    asked = ("appoint", "priya.nair@northshire.example", case.reference)
    with pytest.raises(CommandError, match="Somebody at work answers"):
        call_command(*asked, reason="Dana has left.")
    with acting_as_system("tests"):
        Practitioner.objects.filter(email="dana.ahmed@northshire.example").update(is_active=False)
    with pytest.raises(CommandError, match="Choose a supervisor"):
        call_command("appoint", "liam.byrne@northshire.example", case.reference, reason="Dana has left.")
    call_command(*asked, reason="Dana has left.", stdout=StringIO())
    lifted = cast.browser("priya").post(f"/cases/{case.reference}/access/lift/", {"words": "Not any more."})
    assert lifted.status_code == 302
    assert cast.browser("liam").get(f"/cases/{case.reference}/").status_code == 200
