"""Answers saved on the way: taken up again, under a newer edition too, written by nobody else, gone with the case."""

from django.db import connection
from django.utils import timezone

from access.context import acting_as, acting_as_system
from messaging.relay import run_due
from pathways.models import Assessment, InstrumentVersion, SavedAnswers
from pathways.queries.assessments import current_edition
from referrals.models import Case
from tests.factories import a_case, fresh
from tests.pathways.test_assessments import risk
from tests.reading import words_of
from tests.referrals.assessing import checked, url, value_of
from tests.referrals.road import close


def saved(case: Case) -> list[SavedAnswers]:
    with acting_as_system("tests"):
        return list(SavedAnswers.objects.filter(case_id=case.id).order_by("saved_at"))


def test_what_is_saved_stands_there_again_with_when_and_by_whom_and_goes_on_completing(hub, cast):
    case = a_case(status="new")
    browser = cast.browser("priya")
    half = {"R15": "yes", "R01": "no", "R01_source": "police", "rationale": "So far", "save": "yes"}
    answer = browser.post(url(case, "risk"), half, follow=True)
    assert "your answers are saved" in words_of(answer)
    assert fresh(case).status == "new"
    again = browser.get(url(case, "risk"))
    assert {("R15", "yes"), ("R01", "no")} <= checked(again)
    assert ">So far</textarea>" in again.content.decode().replace("\n", "")
    assert "You saved answers Today" in words_of(again)
    others = words_of(cast.browser("liam").get(url(case, "risk")))
    assert "Priya Nair saved answers Today" in others
    assert "So far 0 yes" in others, "another starts with an empty form"
    browser.post(url(case, "risk"), {**risk(3), "stage": "start", "seen": value_of(again, "seen")})
    assert saved(case) == []
    with acting_as_system("tests"):
        assert Assessment.objects.get().score["count"] == 3


def test_saving_again_replaces_and_starting_again_forgets(hub, cast):
    case = a_case()
    browser = cast.browser("priya")
    for said in ("yes", "no"):
        part = browser.post(url(case, "needs"), {"N1": said, "N2": "sometimes", "save": "quietly"})
        assert "Saved Today" in part.content.decode()
        assert "<html" not in part.content.decode()
    assert [one.typed for one in saved(case)] == [{"N1": "no", "N2": "sometimes"}]
    browser.post(url(case, "needs"), {"again": "yes"})
    assert saved(case) == []


def test_what_is_saved_is_sealed_and_nobody_else_writes_it(hub, cast):
    case = a_case()
    cast.browser("priya").post(url(case, "assess", "phq-9"), {"P9": "2", "save": "yes"})
    with acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM pathways_savedanswers")
        assert "P9" not in cursor.fetchone()[0]
    with acting_as(cast.actor("liam")):
        assert SavedAnswers.objects.update(saved_by_name="Liam") == 0
    with acting_as(cast.actor("helen")):
        assert not SavedAnswers.objects.exists()


def test_what_was_saved_and_never_completed_goes_with_the_case(hub, cast):
    case = a_case(status="triaging")
    browser = cast.browser("priya")
    browser.post(url(case, "risk"), {"R01": "yes", "save": "yes"})
    close(cast, case)
    run_due()
    assert saved(case) == []
    assert browser.post(url(case, "risk"), {"R01": "yes", "save": "quietly"}).status_code == 409


def test_a_day_typed_by_half_is_saved_as_it_was_typed(hub, cast):
    with acting_as_system("tests"):
        first = current_edition("risk-24", on=timezone.localdate())
        items = [{"code": "D1", "type": "date", "label": "Moved out"}]
        definition = {"code": "moves", "edition": 1, "title": "Moves", "items": items}
        InstrumentVersion.objects.create(
            code="moves", edition=1, title="Moves", definition=definition, effective_from=first.effective_from
        )
    case = a_case()
    browser, place = cast.browser("priya"), url(case, "assess", "moves")
    browser.post(place, {"D1_day": "31", "D1_month": "2", "save": "yes"})
    page = browser.get(place).content.decode()
    assert 'name="D1_day" type="text" inputmode="numeric" value="31"' in page
    assert browser.post(place, {"D1_day": "31", "D1_month": "2", "D1_year": "2026"}).status_code == 422
    browser.post(place, {"D1_day": "28", "D1_month": "2", "D1_year": "2026"})
    with acting_as_system("tests"):
        assert Assessment.objects.get().answers == {"D1": "2026-02-28"}


def test_what_was_typed_under_an_earlier_edition_is_taken_over_and_what_cannot_be_is_named(hub, cast):
    case = a_case(status="triaging")
    browser, place = cast.browser("priya"), url(case, "risk")
    with acting_as_system("tests"):
        first = current_edition("risk-24", on=timezone.localdate())
    newer = first.edition + 1
    half = {
        "R01": "yes", "R01_source": "police", "R02": "no", "R03": "not_known", "R15": "yes",
        "stage": "review", "rationale": "So far", "edition": str(first.edition),
    }  # fmt: skip
    browser.post(place, {**half, "save": "yes"})
    with acting_as_system("tests"):
        told = {**first.definition, "edition": newer, "stages": ["start", "exit"], "sections": []}
        told["items"] = [
            {**item, "type": "yes_no"} if item["code"] in ("R02", "R03") else item
            for item in told["items"]
            if item["code"] != "R15"
        ]
        InstrumentVersion.objects.create(
            code="risk-24",
            edition=newer,
            title=first.title,
            definition=told,
            effective_from=timezone.localdate(),
        )
    label = {item["code"]: item["label"] for item in first.definition["items"]}

    def is_shown(answer) -> None:
        assert {("R01", "yes")} <= checked(answer)
        assert not {("R02", "no"), ("R03", "not_known")} & checked(answer)
        assert ">So far</textarea>" in answer.content.decode().replace("\n", "")
        words = words_of(answer)
        for said in (
            f"{label['R02']}: No",
            f"{label['R03']}: Not known",
            f"{label['R15']}: Yes",
            "When is this asked?: At a review",
        ):
            assert said in words, said

    page = browser.get(place)
    assert f"Edition {newer} is asked now" in words_of(page)
    assert f"under edition {first.edition}" in words_of(page)
    is_shown(page)
    # A page that was opened before is not completed by the newer edition unseen, and loses nothing.
    sent = {**risk(24), **half, "rationale": "Typed later"}
    late = browser.post(place, sent)
    assert late["Location"] == place
    assert "not completed yet" in words_of(browser.get(place))
    with acting_as_system("tests"):
        assert not Assessment.objects.exists()
    assert [(one.edition, one.typed["rationale"]) for one in saved(case)] == [(first.edition, "Typed later")]
    # Saved under the newer one, what could not be taken over still stands beside it, until it is completed.
    browser.post(place, {"R01": "yes", "edition": str(newer), "rationale": "So far", "save": "quietly"})
    again = browser.get(place)
    assert f"Edition {newer} is asked now" not in words_of(again)
    is_shown(again)
    with acting_as_system("tests"), connection.cursor() as cursor:
        cursor.execute("SELECT left_over FROM pathways_savedanswers")
        assert label["R15"] not in cursor.fetchone()[0]
    whole = {code: said for code, said in risk(3).items() if code != "R15"}
    done = browser.post(
        place, {**whole, "R02": "no", "R03": "no", "stage": "start", "judgement": "", "edition": str(newer)}
    )
    assert done["Location"] == url(case)
    assert saved(case) == []
