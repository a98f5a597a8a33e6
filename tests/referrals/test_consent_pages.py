"""The page for consent: what it asks of each agency, records and refuses, and that nothing typed is lost."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from access.context import acting_as, acting_as_system
from agencies.models import Agency
from referrals.actions.consent import AgencyAnswer, record_consents
from tests.factories import a_case
from tests.reading import words_of
from tests.referrals.assessing import checked, url, value_of
from victims.models import Consent


def agencies() -> dict[str, Agency]:
    with acting_as_system("tests"):
        return {agency.code: agency for agency in Agency.objects.all()}


def a_day(days: int) -> dict[str, str]:
    day = timezone.localdate() + timedelta(days=days)
    return {
        "expires_on_day": str(day.day),
        "expires_on_month": str(day.month),
        "expires_on_year": str(day.year),
    }


def test_each_agency_with_an_agreement_is_asked_about_and_no_other(hub, cast):
    page = cast.browser("priya").get(url(a_case(), "consent"))
    words = words_of(page)
    for name in ("Safe Steps Not asked yet", "Calder House Not asked yet", "May Young Voices be told?"):
        assert name in words, name
    assert "No agreement is in force with Age Well Northshire: nothing may be told there" in words
    assert "answer_age-well" not in page.content.decode()
    assert "answer_northshire-police" not in page.content.decode()
    assert ("told_safe-steps", "assessment") in checked(page)
    assert ("told_victim-care", "notes") not in checked(page)
    assert "safe_address" not in page.content.decode()


def test_answers_are_recorded_with_how_and_until_when(hub, cast):
    case = a_case()
    sent = {
        "how": "by phone",
        **a_day(90),
        "answer_safe-steps": "given",
        "told_safe-steps": ["identity", "contact"],
        "answer_victim-care": "refused",
        "told_victim-care": ["identity"],
    }
    browser = cast.browser("priya")
    answer = browser.post(url(case, "consent"), sent, follow=True)
    assert answer.redirect_chain[-1][0] == url(case)
    assert "Northshire Victim Care refused, Safe Steps given." in words_of(answer)
    with acting_as_system("tests"):
        given, refused = Consent.objects.order_by("answer")
    assert (given.categories, given.how, refused.categories) == (["identity", "contact"], "by phone", [])
    assert timezone.localtime(given.expires_at).date() == timezone.localdate() + timedelta(days=90)
    page = words_of(browser.get(url(case, "consent")))
    assert "Safe Steps Given By phone, Priya Nair" in page
    assert "May be told: identity, contact." in page
    assert "Calder House Not asked yet" in page


def test_what_was_given_is_withdrawn_and_all_of_it_stays_readable(hub, cast):
    case = a_case()
    with acting_as(cast.actor("liam")) as liam:
        answers = [AgencyAnswer(agencies()["safe-steps"].id, "given", ("identity",))]
        record_consents(actor=liam, case_id=case.id, answers=answers, how="in person")
    browser = cast.browser("priya")
    page = browser.get(url(case, "consent"))
    assert "No longer: withdrawn" in words_of(page)
    sent = {"how": "by phone", "answer_safe-steps": "withdrawn", "seen": value_of(page, "seen")}
    assert browser.post(url(case, "consent"), sent).status_code == 302
    words = words_of(browser.get(url(case, "consent")))
    assert "Safe Steps Withdrawn" in words
    assert "Safe Steps Withdrawn Nothing By phone" in words.split("Every answer so far")[-1]
    assert "Safe Steps Given Identity In person" in words.split("Every answer so far")[-1]


def test_what_is_wrong_is_said_where_it_is_and_the_rest_stays(hub, cast):
    case = a_case()
    sent = {**a_day(90), "answer_safe-steps": "given", "answer_victim-care": "refused"}
    answer = cast.browser("priya").post(url(case, "consent"), sent)
    assert answer.status_code == 422
    page = words_of(answer)
    assert "Choose how the person told us" in page
    assert "Choose what Safe Steps may be told, or answer that it may not be told" in page
    assert {("answer_safe-steps", "given"), ("answer_victim-care", "refused")} <= checked(answer)
    with acting_as_system("tests"):
        assert not Consent.objects.exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"how": "by phone"}, "Choose an answer for at least one agency."),
        ({"how": "by phone", "answer_safe-steps": "refused", **a_day(-1)}, "must be on or after"),
        ({"how": "by phone", "answer_safe-steps": "refused", **a_day(9999)}, "must be on or before"),
        ({"how": "by owl", "answer_safe-steps": "refused"}, "Choose how the person told us"),
        ({"how": "by phone", "answer_safe-steps": "withdrawn"}, "Answer again for Safe Steps"),
        (
            {"how": "by phone", "answer_safe-steps": "given", "told_safe-steps": "safe_address"},
            "Choose what Safe",
        ),
    ],
)
def test_nonsense_is_refused_and_nothing_recorded(hub, cast, sent, words):
    answer = cast.browser("priya").post(
        url(a_case(), "consent"), urlencode(sent), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422
    assert words in words_of(answer)
    with acting_as_system("tests"):
        assert not Consent.objects.exists()


def test_consent_that_a_colleague_recorded_meanwhile_is_shown_first(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    seen = value_of(browser.get(url(case, "consent")), "seen")
    with acting_as(cast.actor("liam")) as liam:
        answers = [AgencyAnswer(agencies()["victim-care"].id, "given", ("identity",))]
        record_consents(actor=liam, case_id=case.id, answers=answers, how="in person")
    sent = {"how": "by phone", "answer_safe-steps": "refused", "seen": seen}
    answer = browser.post(url(case, "consent"), sent)
    assert answer.status_code == 422
    assert "Liam Byrne recorded consent" in words_of(answer)
    assert "Northshire Victim Care Given In person, Liam Byrne" in words_of(answer)
    assert ("answer_safe-steps", "refused") in checked(answer)
    sent["seen"] = value_of(answer, "seen")
    assert browser.post(url(case, "consent"), sent).status_code == 302


def test_what_has_run_out_is_to_be_asked_again(hub, cast):
    case, now = a_case(), timezone.now()
    with acting_as(cast.actor("liam")) as liam:
        Consent.objects.create(
            case_id=case.id,
            person_id=case.person_id,
            agency=agencies()["safe-steps"],
            answer="given",
            categories=["identity"],
            how="in person",
            recorded_by=liam.id,
            recorded_by_name=liam.name,
            recorded_at=now - timedelta(days=90),
            expires_at=now - timedelta(minutes=1),
        )
    page = words_of(cast.browser("priya").get(url(case, "consent")))
    assert "Safe Steps Run out: ask again" in page
    assert "No longer: withdrawn" not in page
