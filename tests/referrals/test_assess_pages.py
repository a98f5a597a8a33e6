"""The pages for needs and risk: what they ask, record and refuse, and that nothing typed is lost."""

import pytest
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Look
from pathways.models import Assessment
from pathways.queries.assessments import current_edition
from referrals.actions.assess import assess_case
from tests.factories import a_case, fresh
from tests.pathways.test_assessments import needs, risk
from tests.reading import words_of
from tests.referrals.assessing import checked, needs_sent, url, value_of
from victims.models import Consent

PAGES = ("needs", "risk", "consent")
DOORS = {"needs": "case_assess", "risk": "case_assess", "consent": "case_consent"}


# Who may come


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("person", ["carys", "owen", "grace", "helen", "ines", "ruth"])
def test_who_does_not_triage_is_refused(hub, cast, page, person):
    case = a_case()
    browser = cast.browser(person)
    assert browser.get(url(case, page)).status_code == 403
    assert browser.post(url(case, page), risk(3)).status_code == 403
    with acting_as_system("tests"):
        assert not Assessment.objects.exists()
        assert not Consent.objects.exists()


@pytest.mark.parametrize("page", PAGES)
def test_an_absent_case_is_not_found_and_a_closed_one_leads_back(hub, cast, page):
    browser = cast.browser("priya")
    assert browser.get(f"/cases/VRH-26-999999/{page}/").status_code == 404
    closed = a_case(status="closed", end_state="duplicate")
    answer = browser.post(url(closed, page), risk(3), follow=True)
    assert answer.redirect_chain[-1][0] == url(closed)
    assert "nothing more can be recorded" in words_of(answer)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_is_on_record_as_looked_at(hub, cast, page):
    case = a_case()
    cast.browser("priya").get(url(case, page))
    with acting_as(cast.actor("grace")):
        look = Look.objects.get(door=DOORS[page])
    assert (look.action, look.subjects) == ("view", [case.id, case.person_id])


@pytest.mark.parametrize("page", PAGES)
def test_the_case_page_leads_to_each(hub, cast, page):
    case = a_case(flags=["domestic_abuse"])
    assert f'href="{url(case, page)}"' in cast.browser("priya").get(url(case)).content.decode()


# Needs


def test_needs_are_asked_by_category_and_severity_and_recorded(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    page = words_of(browser.get(url(case, "needs")))
    for words in ("Shelter and accommodation", "How severe? Finance and benefits", "Moderate", "Not known"):
        assert words in page, words
    answer = browser.post(url(case, "needs"), {**needs_sent(N2=3, N6=0), "rationale": "Wants to move."})
    assert answer["Location"] == url(case)
    with acting_as_system("tests"):
        made = Assessment.objects.select_related("health").get()
    assert made.all_answers == needs(N2=3, N6=0)
    assert (made.rationale, made.stage, made.score["needs"]) == (
        "Wants to move.",
        "start",
        ["accommodation", "finance"],
    )
    assert "Needs (eight categories): completed." in words_of(browser.get(url(case)))


def test_a_need_without_its_severity_and_a_blank_are_named_and_the_rest_stays(hub, cast):
    case = a_case()
    sent = {**needs_sent(N2=3), "N1": "yes", "rationale": "Typed <b>words</b>"}
    del sent["N8"]
    answer = cast.browser("priya").post(url(case, "needs"), sent)
    assert answer.status_code == 422
    page = words_of(answer)
    assert "Mental and physical health: say how severe the need is" in page
    assert "Social interactions: answer yes, no or not known" in page
    assert {("N1", "yes"), ("N2", "yes"), ("N2_severity", "3"), ("N3", "no")} <= checked(answer)
    assert "Typed &lt;b&gt;words" in answer.content.decode()
    with acting_as_system("tests"):
        assert not Assessment.objects.exists()


def test_a_severity_under_a_need_that_is_not_there_is_left_out(hub, cast):
    case = a_case()
    cast.browser("priya").post(url(case, "needs"), {**needs_sent(), "N4_severity": "3"})
    with acting_as_system("tests"):
        assert Assessment.objects.get().all_answers == needs()


def test_needs_are_not_counted_nor_judged(hub, cast):
    page = words_of(cast.browser("priya").get(url(a_case(), "needs")))
    assert "Your judgement" not in page
    assert "So far" not in page


# Risk


def test_the_checklist_is_asked_in_sections_and_sets_the_risk(hub, cast):
    case = a_case(flags=["domestic_abuse"])
    browser = cast.browser("priya")
    page = browser.get(url(case, "risk"))
    assert checked(page) == {("stage", "start"), ("judgement", "")}
    for words in ("The incident and the person", "The perpetrator", "Strangulation or drowning"):
        assert words in words_of(page), words
    with acting_as_system("tests"):
        items = current_edition("risk-24", on=timezone.localdate()).definition["items"]
    assert all(page.content.decode().count(f'name="{item["code"]}"') == 3 for item in items)
    browser.post(url(case, "risk"), {**risk(14), "stage": "start", "judgement": ""})
    assert fresh(case).risk == "high"
    page = words_of(browser.get(url(case)))
    assert "Risk checklist (24 items): completed, high." in page
    assert "Risk checklist: high." in page.split("What happened")[-1]


def test_blanks_are_named_one_by_one_and_every_answer_stays(hub, cast):
    case = a_case()
    sent = {
        **risk(2, not_known=3),
        "stage": "start",
        "judgement": "high",
        "rationale": "Words that were typed",
    }
    del sent["R24"]
    answer = cast.browser("priya").post(url(case, "risk"), sent)
    assert answer.status_code == 422
    assert answer.content.decode().startswith("<!DOCTYPE html>")
    assert "<title>Error: " in answer.content.decode()
    assert 'href="#id_R24_0"' in answer.content.decode()
    assert (
        words_of(answer).count("Perpetrator: earlier trouble with the police: answer yes, no or not known")
        == 2
    )
    kept = {(name, value) for name, value in sent.items() if name != "rationale"}
    assert kept <= checked(answer)
    assert "Words that were typed" in words_of(answer)


@pytest.mark.parametrize("bad", ["maybe", "YES", "1", "²", "yes\0"])
def test_an_answer_that_was_not_offered_is_refused_at_its_item(hub, cast, bad):
    case = a_case()
    answer = cast.browser("priya").post(url(case, "risk"), {**risk(2), "R05": bad, "stage": "start"})
    assert answer.status_code == 422
    assert "Low mood or thoughts of suicide: answer yes, no or not known" in words_of(answer)


def test_a_practitioner_cannot_lower_and_is_told_so_beside_what_was_typed(hub, cast):
    case = a_case()
    sent = {**risk(15), "stage": "start", "judgement": "medium", "rationale": "He has moved away."}
    answer = cast.browser("priya").post(url(case, "risk"), sent)
    assert answer.status_code == 422
    assert "Judgement can raise that, not lower it: ask a supervisor." in words_of(answer)
    assert ("judgement", "medium") in checked(answer)
    assert fresh(case).risk == "not_assessed"
    assert cast.browser("dana").post(url(case, "risk"), sent).status_code == 302
    assert fresh(case).risk == "medium"


def test_a_judgement_wants_its_reason(hub, cast):
    case = a_case()
    sent = {**risk(3), "stage": "start", "judgement": "high", "rationale": " "}
    answer = cast.browser("priya").post(url(case, "risk"), sent)
    assert 'href="#id_rationale"' in answer.content.decode()
    assert "Say why your judgement differs from the count." in words_of(answer)


def test_the_count_so_far_is_given_without_completing_and_without_complaint(hub, cast):
    case = a_case()
    sent = {"R15": "yes", "R01": "no", "R02": "not_known", "rationale": "So far", "count": "yes"}
    answer = cast.browser("priya").post(url(case, "risk"), sent)
    assert answer.status_code == 200
    page = words_of(answer)
    assert "1 yes, 1 not known, 21 of 24 still to answer. By count: open until more is answered" in page
    assert "Strangulation: consider raising to high whatever the count." in page
    assert "There is a problem" not in page
    assert {("R15", "yes"), ("R01", "no"), ("R02", "not_known")} <= checked(answer)
    assert ">So far</textarea>" in answer.content.decode().replace("\n", "")
    with acting_as_system("tests"):
        assert not Assessment.objects.exists()


def test_the_live_count_is_a_part_of_the_page_and_names_nobody(hub, cast):
    case = a_case(surname="Okonkwo-Bright")
    answer = cast.browser("priya").post(url(case, "risk"), {**risk(16), "save": "quietly"})
    page = answer.content.decode()
    assert "16 yes" in page
    assert "High" in page
    assert "<html" not in page
    assert "Okonkwo-Bright" not in page
    with acting_as_system("tests"):
        assert not Assessment.objects.exists()


def test_a_reassessment_shows_what_was_answered_and_asks_again(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    with acting_as(cast.actor("liam")) as liam:
        assess_case(actor=liam, case_id=case.id, instrument_code="needs-8", answers=needs(N2=2))
    page = browser.get(url(case, "needs"))
    day = f"{timezone.localdate():%-d %b %Y}"
    assert f"Shelter and accommodation {day}: yes, moderate" in words_of(page)
    assert f"Social interactions {day}: no" in words_of(page)
    assert "by Liam Byrne: read it" in words_of(page)
    assert checked(page) == {("stage", "review")}
    browser.post(url(case, "needs"), {**needs_sent(), "stage": "review", "seen": value_of(page, "seen")})
    with acting_as_system("tests"):
        assert sorted(Assessment.objects.values_list("stage", flat=True)) == ["review", "start"]


def test_what_a_colleague_completed_meanwhile_is_shown_beside_what_was_typed(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    seen = value_of(browser.get(url(case, "risk")), "seen")
    with acting_as(cast.actor("liam")) as liam:
        assess_case(actor=liam, case_id=case.id, instrument_code="risk-24", answers=risk(16))
    sent = {**risk(3), "stage": "start", "judgement": "", "rationale": "Mine", "seen": seen}
    answer = browser.post(url(case, "risk"), sent)
    assert answer.status_code == 422
    assert "Liam Byrne completed it" in words_of(answer)
    assert "Weapons" in words_of(answer)
    assert {("R01", "yes"), ("R04", "no")} <= checked(answer)
    assert "Mine" in words_of(answer)
    assert fresh(case).risk == "high"
    again = browser.post(url(case, "risk"), {**sent, "seen": value_of(answer, "seen")})
    assert again.status_code == 302
    assert fresh(case).risk == "standard"


def test_sending_the_same_form_twice_records_it_once(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    sent = {**risk(3), "stage": "start", "seen": value_of(browser.get(url(case, "risk")), "seen")}
    assert [browser.post(url(case, "risk"), sent).status_code for _ in range(2)] == [302, 422]
    with acting_as_system("tests"):
        assert Assessment.objects.count() == 1


def test_a_routed_case_that_is_assessed_again_says_to_take_it_back(hub, cast):
    case = a_case(status="routed", risk="standard")
    browser = cast.browser("priya")
    answer = browser.post(url(case, "risk"), {**risk(16), "stage": "review"}, follow=True)
    assert "Take it back into triage if it should be routed again." in words_of(answer)
    assert "Risk is high now, and was standard when the case was routed." in words_of(answer)


# Instruments of other kinds


def test_an_item_that_follows_an_answer_is_shown_and_asked_by_the_server(hub, cast):
    case = a_case()
    browser, place = cast.browser("priya"), url(case, "assess", "young-24")
    rest = {f"Y{number:02}": "no" for number in range(1, 25)} | {"stage": "start"}
    hidden = 'data-item="Y26" hidden'
    assert hidden in browser.get(place).content.decode()
    shown = browser.post(place, {**rest, "Y25": "care", "count": "yes"})
    assert hidden not in shown.content.decode()
    assert {("Y25", "care"), ("Y01", "no")} <= checked(shown)
    browser.post(place, {**rest, "Y25": "care", "Y26": "Northshire <b>North</b>"})
    browser.post(
        place, {**rest, "Y25": "family", "Y26": "left over", "seen": value_of(browser.get(place), "seen")}
    )
    with acting_as_system("tests"):
        kept = [made.answers.get("Y26") for made in Assessment.objects.order_by("completed_at")]
    assert kept == ["Northshire <b>North</b>", None]


def test_what_was_typed_before_stands_beside_the_item_and_is_no_markup(hub, cast):
    case = a_case()
    browser, place = cast.browser("priya"), url(case, "assess", "young-24")
    rest = {f"Y{number:02}": "no" for number in range(1, 25)} | {"stage": "start", "Y25": "care"}
    browser.post(place, {**rest, "Y26": "<script>alert(1)</script>"})
    page = browser.get(place).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_who_said_so_is_recorded_where_it_was_not_the_person(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    browser.post(url(case, "risk"), {**risk(2), "stage": "start", "R01_source": "police", "R03_source": ""})
    with acting_as_system("tests"):
        made = Assessment.objects.get()
    assert made.answers["R01"] == {"answer": "yes", "source": "police"}
    assert (made.answers["R02"], made.score["count"]) == ("yes", 2)
    assert "Physical harm in this incident Yes (said by: the police)" in words_of(
        browser.get(url(case, "assessments", str(made.id)))
    )


def test_the_police_edition_asks_for_a_judgement_with_its_reason(hub, cast):
    case = a_case()
    browser, place = cast.browser("priya"), url(case, "assess", "risk-27")
    sent = {f"Q{number:02}": "yes" for number in range(1, 28)} | {"stage": "start"}
    refused = browser.post(place, sent)
    assert refused.status_code == 422
    assert "Choose your grade" in words_of(refused)
    assert "Say why" in words_of(browser.post(place, {**sent, "judgement": "high"}))
    browser.post(place, {**sent, "judgement": "high", "rationale": "Strangled twice this month."})
    with acting_as_system("tests"):
        made = Assessment.objects.get()
    assert (made.grade, made.judgement, made.score["count"], fresh(case).risk) == ("", "high", 27, "high")


def test_an_instrument_about_health_is_kept_for_who_may_see_health(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    answers = {f"P{number}": "1" for number in range(1, 10)}
    browser.post(url(case, "assess", "phq-9"), {**answers, "stage": "start"})
    with acting_as_system("tests"):
        made = Assessment.objects.select_related("health").get()
    assert (made.answers, made.category, made.grade, made.score["triggers"]) == ({}, "health", "mild", [])
    assert made.health.answers["P9"] == 1
    page = words_of(browser.get(url(case, "assessments", str(made.id))))
    assert "Total 9 points: Mild" in page
    assert "ask about safety today" in page
    assert fresh(case).risk == "not_assessed"


def test_an_instrument_that_there_is_not_is_not_found(hub, cast):
    assert cast.browser("priya").get(url(a_case(), "assess", "tea-leaves")).status_code == 404
