"""Instruments in pages: drafted from the newest edition, changed by ordinary forms, tried, and published for good."""

from datetime import timedelta
from html import unescape

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.actor import NotAllowed
from access.context import acting_as, acting_as_system
from messaging.models import Event
from pathways.actions import editions
from pathways.models import Assessment, InstrumentVersion
from pathways.queries.assessments import NoSuchInstrument, current_edition
from referrals.actions.assess import assess_case
from tests.factories import a_case
from tests.reading import words_of

BOOK = "/pathways/instruments/"
DRAFT = f"{BOOK}risk-27/draft/"
EDITION = f"{BOOK}risk-27/2/"


def draft() -> InstrumentVersion:
    with acting_as_system("tests"):
        return InstrumentVersion.objects.get(code="risk-27", edition=2)


def item(code: str) -> dict:
    return next(one for one in draft().definition["items"] if one["code"] == code)


def a_day(days: int) -> dict[str, str]:
    day = timezone.localdate() + timedelta(days=days)
    return {f"effective_from_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def test_a_manager_drafts_changes_tries_and_publishes_an_edition_and_it_is_asked(hub, cast):
    browser = cast.browser("carys")
    assert "Risk checklist, police edition (27 items)" in words_of(browser.get(BOOK))
    assert browser.post(DRAFT)["Location"] == EDITION
    new = {
        "code": "Q28", "label": "Children seen alone", "type": "choice", "choices": "Yes, today\nNot yet\nRefused",
        "section": "Children and contact", "condition": "Q10 = yes", "also": "", "help": "By <b>whom</b>?",
    }  # fmt: skip
    assert browser.post(f"{DRAFT}item/new/", new).status_code == 302
    assert item("Q28") == {
        "code": "Q28",
        "type": "choice",
        "label": "Children seen alone",
        "help": "By <b>whom</b>?",
        "choices": [
            {"code": "yes_today", "label": "Yes, today"},
            {"code": "not_yet", "label": "Not yet"},
            {"code": "refused", "label": "Refused"},
        ],
        "shown_when": {"item": "Q10", "is": "yes"},
    }
    taken = browser.post(f"{DRAFT}item/Q28/", {**new, "new_section": "Children and contact"})
    assert "There is a section of that name" in words_of(taken)
    browser.post(f"{DRAFT}arrange/", {"act": "up Q28"})
    browser.post(f"{DRAFT}arrange/", {"act": "remove Q27"})
    browser.post(f"{DRAFT}words/", {"title": "Police checklist", "help": "Ask alone.", "stages": ["start"]})
    scoring = {"by": "count", "bands": "standard\nmedium from 0\nhigh from 10"}
    browser.post(f"{DRAFT}scoring/", scoring)
    page = browser.get(EDITION)
    assert "Q28 Children seen alone Asked when “Children or dependants in the home” is yes" in words_of(page)
    assert "Draft" in words_of(page)
    codes = [one["code"] for one in draft().definition["items"]]
    assert codes[10:13] == ["Q11", "Q28", "Q12"]
    assert "Q27" not in codes

    hidden = 'data-item="Q28" hidden'
    assert hidden in browser.get(f"{EDITION}preview/").content.decode()
    tried = browser.post(f"{EDITION}preview/", {"Q10": "yes", "Q18": "yes"})
    assert hidden not in tried.content.decode()
    assert "2 yes" in words_of(tried)
    assert "&lt;b&gt;whom" in tried.content.decode()

    assert browser.post(f"{DRAFT}publish/", a_day(0)).status_code == 302
    with acting_as_system("tests"):
        assert current_edition("risk-27", on=timezone.localdate()).edition == 2
        told = Event.objects.get(topic="instrument.published").data
    assert (told["instrument"], told["edition"]) == ("risk-27", 2)
    assert "Edition 1" in words_of(browser.get(BOOK))
    assert browser.get(f"{DRAFT}words/").status_code == 404, "what is published is never edited"


TEA = {"title": "Tea leaves", "code": "tea-leaves", "category": "health", "stages": ["start"], "help": "Ask."}


def test_a_new_instrument_is_written_in_pages_and_asked_once_it_is_in_force(hub, cast):
    dana, case = cast.browser("dana"), a_case(status="triaging")
    asked = cast.browser("priya")
    place = f"/cases/{case.reference}/assess/tea-leaves/"
    assert "Begin a new instrument" in words_of(dana.get(BOOK))
    assert "Begin a new instrument" not in words_of(asked.get(BOOK))
    assert dana.post(f"{BOOK}new/", TEA)["Location"] == f"{BOOK}tea-leaves/1/"
    page = words_of(dana.get(f"{BOOK}tea-leaves/1/"))
    assert "Ask at least one item." in page
    assert dana.get(f"{BOOK}tea-leaves/1/preview/").status_code == 302, "there is nothing to show yet"
    assert dana.post(f"{BOOK}tea-leaves/draft/publish/", a_day(0)).status_code == 422
    new = {"code": "T1", "label": "Leaves at the rim", "type": "0-3", "new_section": "The cup"}
    assert dana.post(f"{BOOK}tea-leaves/draft/item/new/", new).status_code == 302
    dana.post(f"{BOOK}tea-leaves/draft/scoring/", {"by": "total", "bands": "mild from 0\nsevere from 2"})
    dana.post(f"{BOOK}tea-leaves/draft/trigger/", {"when": "T1 >= 3", "words": "Look again today."})
    assert "Leaves at the rim" in words_of(dana.get(f"{BOOK}tea-leaves/1/preview/"))
    assert asked.get(place).status_code == 404, "a draft is asked of nobody"
    with acting_as(cast.actor("priya")) as priya, pytest.raises(NoSuchInstrument):
        assess_case(actor=priya, case_id=case.id, instrument_code="tea-leaves", answers={"T1": 2})
    assert dana.post(f"{BOOK}tea-leaves/draft/publish/", a_day(0)).status_code == 302
    with acting_as_system("tests"), pytest.raises(NoSuchInstrument):
        current_edition("tea-leaves", on=timezone.localdate() - timedelta(days=1))
    assert asked.post(place, {"T1": "3", "rationale": ""})["Location"] == f"/cases/{case.reference}/"
    with acting_as_system("tests"):
        made = Assessment.objects.select_related("health").get()
    assert (made.category, made.grade, made.answers, made.health.answers) == (
        "health",
        "severe",
        {},
        {"T1": 3},
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"code": "Tea Leaves"}, "Use small letters and digits with hyphens"),
        ({"code": "form-note"}, "the hub's own"),
        ({"code": "phq-9"}, "There is an instrument phq-9 already"),
        ({"code": "risk-27"}, "There is an instrument risk-27 already"),
        ({"code": ""}, "Give it a code"),
        ({"category": "tea"}, "Select a valid choice"),
    ],
)
def test_a_new_instrument_that_cannot_be_is_refused_beside_its_field(hub, cast, wrong, words):
    dana = cast.browser("dana")
    answer = dana.post(f"{BOOK}new/", {**TEA, **wrong})
    assert answer.status_code == 422
    field = next(iter(wrong))
    beside = answer.content.decode().split(f'id="id_{field}_error"', 1)[1].split("</p>")[0]
    assert words in unescape(beside)
    assert 'value="Tea leaves"' in answer.content.decode(), "what was typed stays"
    assert cast.browser("priya").post(f"{BOOK}new/", TEA).status_code == 403


def test_a_published_edition_is_never_edited_whoever_asks_the_database(hub):
    with acting_as_system("tests"):
        for act in (lambda rows: rows.update(title="Other"), lambda rows: rows._raw_delete("default")):
            with pytest.raises(DatabaseError, match="never edited"), transaction.atomic():
                act(InstrumentVersion.objects.filter(code="risk-24"))


def test_what_is_wrong_with_a_draft_is_said_and_keeps_it_from_being_published(hub, cast):
    browser = cast.browser("dana")
    browser.post(DRAFT)
    browser.post(f"{DRAFT}arrange/", {"act": "remove Q18"})
    assert "The condition reads Q18, which is not asked before it." in words_of(browser.get(EDITION))
    answer = browser.post(f"{DRAFT}publish/", a_day(0))
    assert answer.status_code == 422
    assert "cannot be published yet" in words_of(answer)
    browser.post(f"{DRAFT}arrange/", {"act": "untrigger 1"})
    assert "choose" in words_of(browser.post(f"{DRAFT}publish/", a_day(-1))).lower()
    browser.post(f"{DRAFT}discard/")
    with acting_as_system("tests"):
        assert not InstrumentVersion.objects.filter(status="draft").exists()


def test_a_trigger_is_added_and_an_item_changed_and_what_the_form_does_not_ask_stays(hub, cast):
    browser = cast.browser("dana")
    browser.post(DRAFT)
    told = {
        "when": "Q16 = yes",
        "words": "Weapons: weigh a higher grade.",
        "suggests": "high",
        "wants": "phq-9",
    }
    browser.post(f"{DRAFT}trigger/", told)
    assert draft().definition["triggers"][-1] == {
        "item": "Q16", "when": "yes", "suggests": "high", "wants": "phq-9", "words": told["words"],
    }  # fmt: skip
    assert "wants PHQ-9 (depression)" in words_of(browser.get(EDITION))
    browser.post(f"{DRAFT}item/Q16/", {"label": "Weapons, or access to any", "type": "yes_no_unknown"})
    assert item("Q16") == {
        "code": "Q16", "type": "yes_no_unknown", "label": "Weapons, or access to any", "like": "R13",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("at", "sent", "words"),
    [
        ("item/new/", {"code": "Q1!", "label": "L", "type": "yes_no"}, "capitals and digits"),
        ("item/new/", {"code": "Q01", "label": "L", "type": "yes_no"}, "code of another item"),
        ("item/new/", {"code": "Q90", "label": "L", "type": "choice", "choices": "One"}, "two choices or more"),
        ("item/Q01/", {"label": "L", "type": "yes_no", "condition": "Q02 = yes"}, "valid choice"),
        ("scoring/", {"by": "count", "bands": "14+ high"}, "is no grade"),
        ("trigger/", {"when": "Q99 = yes", "words": "W"}, "Choose an answer"),
        ("words/", {"title": ""}, "Give it a title"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_in_the_form_with_what_was_typed(hub, cast, at, sent, words):
    browser = cast.browser("dana")
    browser.post(DRAFT)
    before = draft().definition
    answer = browser.post(f"{DRAFT}{at}", sent)
    assert answer.status_code == 422
    assert words in words_of(answer)
    assert draft().definition == before


@pytest.mark.parametrize("person", ["priya", "helen", "ines"])
def test_who_does_not_edit_instruments_reads_them_and_no_draft(hub, cast, person):
    cast.browser("dana").post(DRAFT)
    browser = cast.browser(person)
    assert browser.get(f"{BOOK}risk-27/1/").status_code == 200
    assert browser.get(EDITION).status_code == 404
    assert browser.post(DRAFT).status_code == 403
    assert browser.post(f"{DRAFT}arrange/", {"act": "up Q02"}).status_code == 403
    with acting_as(cast.actor(person)) as actor, pytest.raises(NotAllowed):
        editions.publish_edition(actor=actor, code="risk-27", effective_from=timezone.localdate())


def test_two_who_draft_share_one_draft_and_both_their_steps_count(hub, cast):
    dana, carys = cast.browser("dana"), cast.browser("carys")
    assert dana.post(DRAFT)["Location"] == carys.post(DRAFT)["Location"]
    dana.post(f"{DRAFT}arrange/", {"act": "down Q01"})
    carys.post(f"{DRAFT}arrange/", {"act": "up Q04"})
    assert [one["code"] for one in draft().definition["items"]][:4] == ["Q02", "Q01", "Q04", "Q03"]


def test_sections_are_ordered_renamed_and_explained_and_practitioners_read_it(hub, cast):
    dana, carys = cast.browser("dana"), cast.browser("carys")
    dana.post(DRAFT)
    before = draft().definition["sections"]
    first, second = (section["title"] for section in before[:2])
    dana.post(f"{DRAFT}arrange/", {"act": f"section-down {first}"})
    dana.post(f"{DRAFT}arrange/", {"act": f"section-up {first}"})
    assert draft().definition["sections"] == before
    dana.post(f"{DRAFT}arrange/", {"act": f"section-up {second}"})
    assert draft().definition["sections"][:2] == [before[1], before[0]]
    place = f"{DRAFT}section/1/"
    taken = dana.post(place, {"was": second, "title": first, "help": "Ask <b>alone</b>."})
    assert (taken.status_code, "section of that name already" in words_of(taken)) == (422, True)
    assert dana.post(place, {"was": second, "title": "Anew", "help": "Ask <b>alone</b>."}).status_code == 302
    late = carys.post(place, {"was": second, "title": "Other", "help": "Typed"})
    assert "There is no section" in words_of(late)
    assert "Typed" in late.content.decode()
    dana.post(f"{DRAFT}arrange/", {"act": f"up {before[0]['items'][1]}"})
    held = draft().definition
    assert held["sections"][0] == {"title": "Anew", "help": "Ask <b>alone</b>.", "items": before[1]["items"]}
    assert [item["code"] for item in held["items"]] == [
        code for section in held["sections"] for code in section["items"]
    ]
    for page in (EDITION, f"{EDITION}preview/"):
        assert "Ask &lt;b&gt;alone" in dana.get(page).content.decode(), page
    assert dana.get(f"{DRAFT}section/99/").status_code == 404
    assert cast.browser("priya").get(place).status_code == 403
