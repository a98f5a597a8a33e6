"""The quarantine workbench: correcting, judging again, returning, taking and referring on, one verdict at any time."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from access.context import acting_as, acting_as_system
from access.models import Look
from access.roles import Capability
from messaging.models import Event, Message
from messaging.relay import run_due
from referrals.actions.quarantine import (
    AnsweredMeanwhile,
    HeldRowNotFound,
    NotCorrectable,
    NotForThisReason,
    NotHeld,
    accept_row,
    answer_rows,
    correct_row,
    refer_row,
    resubmit_row,
    return_row,
)
from referrals.actions.restriction import restrict
from referrals.actions.safeguarding import OVERDUE
from referrals.feed.held import ANSWERS
from referrals.feed.verdicts import QUARANTINE_WORDS
from referrals.models import Case, FeedRow, FeedRun, HeldStep, Incident, SentRecord
from referrals.queries import feeds
from tests.hub.spoiling import broken
from tests.reading import words_of
from tests.referrals.feeds import a_row
from tests.referrals.test_intake_pages import taken

pytestmark = pytest.mark.usefixtures("hub")

NO_WAY = {"TEL_MOBILE": "", "ADDRESS": "", "POSTCODE": ""}
CRUELTY = {"OFFENCE_CODE": "011/00", "DOB": "01/02/2019", "FLAGS": "CHILD"}


def held(cast, *rows: dict[str, str]) -> list[FeedRow]:
    run = taken(cast.browser("priya"), *rows)
    with acting_as_system("tests"):
        return list(FeedRow.objects.filter(run=run).order_by("line"))


def again(row: FeedRow) -> FeedRow:
    with acting_as_system("tests"):
        return FeedRow.objects.select_related("run").get(id=row.id)


def do(cast, verb, row: FeedRow, *, who: str = "priya", **given):
    with acting_as(cast.actor(who)) as actor:
        return verb(actor=actor, row_id=row.id, **given)


def counts(row: FeedRow) -> dict[str, int]:
    return again(row).run.counts


def test_a_corrected_row_is_judged_by_the_path_of_intake_and_what_was_sent_stays(cast):
    [row] = held(cast, a_row(**NO_WAY))
    assert row.verdict == "quarantine:invalid_phone"
    do(cast, correct_row, row, cells={"mobile": "07700900456"}, told_by="PC 246, by telephone")
    assert again(row).verdict == "quarantine:invalid_phone", "a correction by itself changes no verdict"
    assert do(cast, resubmit_row, row) == "workable"
    mended = again(row)
    assert (mended.raw["TEL_MOBILE"], mended.corrected) == ("", {"TEL_MOBILE": "07700900456"})
    assert counts(row) == {"workable": 1}
    with acting_as_system("tests"):
        case = Case.objects.get(id=mended.case_id)
        assert case.person.contact_methods.get().value == "07700900456"
        steps = list(HeldStep.objects.filter(row=row).order_by("number"))
    assert [(one.answer, one.from_verdict, one.by_name) for one in steps] == [
        ("correct", "quarantine:invalid_phone", "Priya Nair"),
        ("resubmit", "quarantine:invalid_phone", "Priya Nair"),
    ]
    assert steps[0].corrected == {"TEL_MOBILE": "07700900456"}
    assert broken() == {}


def test_the_same_again_is_refused_and_changes_nothing(cast):
    [row] = held(cast, a_row(**NO_WAY))
    do(cast, accept_row, row, words="The officer looks for a number.")
    with pytest.raises(NotHeld):
        do(cast, accept_row, row, words="Twice.")
    with acting_as_system("tests"):
        assert Incident.objects.count() == 1


def test_a_row_read_before_somebody_else_answered_is_not_answered_blindly(cast):
    [row] = held(cast, a_row(**NO_WAY))
    do(cast, correct_row, row, cells={"mobile": "07700900456"}, told_by="PC 246", seen=0)
    with pytest.raises(AnsweredMeanwhile):
        do(cast, return_row, row, who="liam", words="No number.", seen=0)


def test_a_row_that_is_still_wrong_is_held_again_with_its_earlier_verdict_in_the_history(cast):
    [row] = held(cast, a_row(**NO_WAY, SURNAME="", FORENAMES=""))
    assert row.verdict == "quarantine:missing_name"
    do(cast, correct_row, row, cells={"surname": "O'BRIEN"}, told_by="PC 246")
    assert do(cast, resubmit_row, row) == "quarantine:invalid_phone"
    assert counts(row) == {"quarantine:invalid_phone": 1}
    assert do(cast, accept_row, row, words="The officer looks for a number.") == "workable"
    with acting_as_system("tests"):
        was = HeldStep.objects.filter(row=row).order_by("number").values_list("from_verdict", flat=True)
        assert list(was)[1:] == ["quarantine:missing_name", "quarantine:invalid_phone"]


def test_what_became_of_a_row_is_said_where_it_stands_and_names_its_case(cast):
    [row] = held(cast, a_row(**NO_WAY))
    browser, place = cast.browser("priya"), f"/feeds/quarantine/{row.id}/"
    form = browser.get(place).context["forms"]["correct"]
    asked = {form.add_prefix(name): field.initial or "" for name, field in form.fields.items()}
    asked |= {"answer": "correct", "then": "resubmit", "correct-told_by": "PC 246"}
    still = browser.post(place, asked | {"correct-cell_mobile": "0770"}, follow=True)
    assert still.redirect_chain[-1][0] == place
    assert "The row is still held. Quarantine: no way to reach the person." in words_of(still)
    done = browser.post(place, asked | {"correct-cell_mobile": "07700900456"}, follow=True)
    with acting_as_system("tests"):
        case = Case.objects.get(id=again(row).case_id)
    assert done.redirect_chain[-1][0] == "/feeds/quarantine/"
    assert f'href="/cases/{case.reference}/">{case.reference}</a>' in done.content.decode()


def test_many_rows_are_not_returned_or_taken_without_words_and_stay_ticked(cast):
    [row] = held(cast, a_row(**NO_WAY))
    browser = cast.browser("priya")
    for answer, words in (("return", "Tell the sender what to correct"), ("accept", "Say why")):
        refused = browser.post("/feeds/quarantine/", {"row": [str(row.id)], "answer": answer})
        assert refused.status_code == 422
        assert words in words_of(refused)
        assert refused.context["ticked"] == [row.id]
    assert again(row).verdict == "quarantine:invalid_phone"
    asked = {"row": [str(row.id)], "answer": "accept", "words": "The officer brings her in."}
    done = browser.post("/feeds/quarantine/", asked)
    with acting_as_system("tests"):
        case = Case.objects.get(id=again(row).case_id)
    assert f'href="/cases/{case.reference}/"' in done.content.decode()


def test_a_held_row_is_followed_by_a_later_word_and_never_undoes_it(cast):
    [row] = held(cast, a_row(**NO_WAY))
    [later] = held(cast, a_row(UPDATE_NO="1"))
    [same] = held(cast, a_row(CRIME_REF="31/00002/26", **NO_WAY))
    held(cast, a_row(CRIME_REF="31/00002/26"))
    assert later.verdict == "workable"
    for old in (row, same):
        with pytest.raises(NotHeld):
            do(cast, accept_row, old, words="Though it was sent again.")
        assert (again(old).verdict, counts(old)) == ("duplicate", {"duplicate": 1})
    with acting_as_system("tests"):
        assert Incident.objects.count() == 2
        [step] = HeldStep.objects.filter(row=row)
        assert (step.answer, step.from_verdict) == ("supersede", "quarantine:invalid_phone")
    assert "Followed by a later word" in words_of(cast.browser("priya").get(f"/feeds/quarantine/{row.id}/"))
    assert broken() == {}


def test_a_later_word_that_was_held_changes_the_incident_once_it_is_mended(cast):
    held(cast, a_row())
    [row] = held(cast, a_row(UPDATE_NO="1", DOB="31/02/1986"))
    assert row.verdict == "quarantine:invalid_date"
    do(cast, correct_row, row, cells={"date_of_birth": ""}, told_by="PC 246")
    assert do(cast, resubmit_row, row) == "update"
    with acting_as_system("tests"):
        assert Incident.objects.get().update_no == 1


def test_what_the_sender_sends_again_unchanged_undoes_no_correction(cast):
    [row] = held(cast, a_row(**NO_WAY))
    do(cast, correct_row, row, cells={"mobile": "07700900456"}, told_by="PC 246")
    do(cast, resubmit_row, row)
    [repeat] = held(cast, a_row(**NO_WAY))
    assert repeat.verdict == "duplicate"


def test_without_a_safe_way_of_contact_the_case_is_suspended_at_once(cast):
    [row] = held(cast, a_row(SAFE_TO_CONTACT="N"))
    assert row.verdict == "quarantine:no_safe_contact"
    assert do(cast, accept_row, row, words="The IDVA knows her.") == "workable"
    with acting_as_system("tests"):
        case = Case.objects.get(id=again(row).case_id)
    assert case.status == "suspended"
    assert "The IDVA knows her." in case.decision_wanted


def test_consent_is_never_taken_for_granted(cast):
    [row] = held(cast, a_row(OFFENCE_CODE="017/11", DOB="01/02/2012"))
    assert row.verdict == "quarantine:consent_required"
    with pytest.raises(NotForThisReason):
        do(cast, accept_row, row, words="She would surely want it.")
    with pytest.raises(NotCorrectable):
        do(cast, correct_row, row, cells={"consent": "Y"}, told_by="Nobody")
    [result] = bulk(cast, [row], "accept")
    assert "on what ground" in result[2]
    assert do(cast, accept_row, row, words="Strategy meeting.", basis="safeguarding") == "workable"


def bulk(cast, rows: list[FeedRow], answer: str) -> list[tuple]:
    with acting_as(cast.actor("priya")) as priya:
        return answer_rows(actor=priya, row_ids=[row.id for row in rows], answer=answer, words="Words.")


def test_a_child_in_danger_is_referred_on_within_its_own_clock_and_never_returned(cast):
    [row] = held(cast, a_row(**CRUELTY))
    assert row.verdict == "quarantine:safeguarding"
    page = words_of(cast.browser("priya").get("/feeds/safeguarding/"))
    assert "Refer on: Due" in page
    for verb, given in ((return_row, {"words": "Yours."}), (accept_row, {"words": "Ours."})):
        with pytest.raises(NotForThisReason):
            do(cast, verb, row, **given)
    told = {"to": "Children’s social care", "words": "By telephone, reference given."}
    assert do(cast, refer_row, row, **told) == "referred:safeguarding"
    assert counts(row) == {"referred:safeguarding": 1}
    with acting_as_system("tests"):
        FeedRun.objects.update(taken_at=timezone.now() - timedelta(days=9))
    assert "No rows are held" in words_of(cast.browser("priya").get("/feeds/safeguarding/"))


def test_a_returned_row_is_reported_to_its_sender_with_what_to_correct(cast):
    [row] = held(
        cast,
        a_row(**NO_WAY),
    )
    do(cast, return_row, row, words="Please give a number that is safe.")
    run_due()
    martin = cast.browser("martin")
    page = words_of(martin.get("/sent/returned/"))
    assert "31/00001/26" in page
    assert "Please give a number that is safe." in page
    report = b"".join(martin.get("/sent/returned/export.csv").streaming_content).decode("utf-8-sig")
    [_, line] = csv.reader(io.StringIO(report))
    assert line[3:6] == [
        "31/00001/26", "Returned to the sender: no way to reach the person", "Please give a number that is safe.",
    ]  # fmt: skip
    with acting_as_system("tests"):
        event = Event.objects.get(topic="feed.row_returned")
        assert set(event.data) == {"row", "run", "from"}
        assert SentRecord.objects.get(row_id=row.id).verdict == "returned:invalid_phone"
    [mended] = held(cast, a_row(UPDATE_NO="1"))
    assert mended.verdict == "workable"


def test_each_of_many_rows_has_its_own_result(cast):
    rows = held(
        cast,
        a_row(**NO_WAY),
        a_row(CRIME_REF="31/00002/26", **CRUELTY),
        a_row(CRIME_REF="31/00003/26", OFFENCE_CODE="?"),
    )
    answer = cast.browser("priya").post(
        "/feeds/quarantine/",
        {"row": [str(row.id) for row in rows], "answer": "return", "words": "Please mend it."},
    )
    page = words_of(answer)
    assert "Done with 2 of 3 rows" in page
    assert page.count("Returned to the sender") == 2
    assert "Not done." in page
    assert [again(row).verdict for row in rows] == [
        "returned:invalid_phone", "quarantine:safeguarding", "returned:unknown_offence",
    ]  # fmt: skip


def test_nothing_is_done_with_no_row_and_what_was_typed_is_kept(cast):
    held(cast, a_row(**NO_WAY))
    answer = cast.browser("priya").post(
        "/feeds/quarantine/", {"answer": "return", "words": "Please mend it."}
    )
    assert answer.status_code == 422
    assert "Tick the rows that you mean" in words_of(answer)
    assert "Please mend it." in words_of(answer)


def test_offences_that_are_not_taken_stand_at_the_end_and_nag_nobody(cast):
    rows = held(cast, a_row(OFFENCE_CODE="130/01"), a_row(CRIME_REF="31/00002/26", **NO_WAY))
    page = cast.browser("priya").get("/feeds/quarantine/")
    assert [one.row.id for one in page.context["rows"]] == [rows[1].id, rows[0].id]
    assert "1 row held." in words_of(page)
    assert "1 more with offences that this hub does not take" in words_of(page)


def test_the_page_of_a_row_says_what_was_sent_why_it_is_held_and_what_was_done(cast):
    [row] = held(cast, a_row(**NO_WAY))
    browser, address = cast.browser("priya"), f"/feeds/quarantine/{row.id}/"
    page = words_of(browser.get(address))
    for told in ("No way to reach the person", "SIÂN", "Held for", "Return it to the sender"):
        assert told in page
    wrong = browser.post(address, {"answer": "return", "seen": "0"})
    assert wrong.status_code == 422
    assert "Tell the sender what to correct" in words_of(wrong)
    sent = {
        "answer": "correct",
        "seen": "0",
        "correct-cell_mobile": "07700900456",
        "correct-told_by": "PC 246",
    }
    unchanged = {
        f"correct-cell_{cell.field}": cell.held for cell in browser.get(address).context["held"].mended_by
    }
    assert browser.post(address, unchanged | sent).status_code == 302
    page = words_of(browser.get(address))
    assert "Corrected: 07700900456" in page
    assert "Corrected by Priya Nair" in page
    assert browser.post(address, {"answer": "resubmit", "seen": "1"})["Location"] == "/feeds/quarantine/"
    assert again(row).verdict == "workable"
    with acting_as_system("tests"):
        assert Look.objects.filter(door="held_row", subjects__contains=[row.id]).exists()


def test_a_safe_address_is_shown_nowhere_and_not_corrected_here(cast):
    [row] = held(cast, a_row(ADDRESS="HAFAN REFUGE, 9 LONG LANE", TEL_MOBILE="", DOB="31/02/1986"))
    page = cast.browser("priya").get(f"/feeds/quarantine/{row.id}/").content.decode()
    assert "LONG LANE" not in page
    assert "NP20" not in page
    with pytest.raises(NotCorrectable):
        do(cast, correct_row, row, cells={"address": "1 Other Lane"}, told_by="PC 246")
    [plain] = held(cast, a_row(CRIME_REF="31/00002/26", OFFENCE_CODE="?"))
    with pytest.raises(NotCorrectable):
        do(cast, correct_row, plain, cells={"safe_contact_notes": "NOW IN A REFUGE"}, told_by="PC 246")


def test_whoever_does_not_triage_answers_nothing(cast):
    [row] = held(cast, a_row(**NO_WAY))
    assert not cast.actor("carys").can(Capability.TRIAGE)
    answer = cast.browser("carys").post(f"/feeds/quarantine/{row.id}/", {"answer": "resubmit"})
    assert answer.status_code == 403
    assert "Return it to the sender" not in words_of(
        cast.browser("carys").get(f"/feeds/quarantine/{row.id}/")
    )
    assert again(row).verdict == "quarantine:invalid_phone"


def test_a_row_that_names_a_restricted_person_is_not_there(cast):
    [row] = held(cast, a_row())
    [other] = held(cast, a_row(CRIME_REF="31/00002/26", **NO_WAY))
    with acting_as_system("tests"):
        FeedRow.objects.filter(id=other.id).update(names_person_id=row.person_id)
    with acting_as(cast.actor("dana")) as dana:
        restrict(actor=dana, case_id=row.case_id, reason="staff", words="Works here.", owner_id=dana.id)
    assert cast.browser("priya").get(f"/feeds/quarantine/{other.id}/").status_code == 404
    with pytest.raises(HeldRowNotFound):
        do(cast, resubmit_row, other)


def test_the_database_lets_no_row_out_without_a_step_and_no_verdict_change(cast):
    [row, good] = held(cast, a_row(**NO_WAY), a_row(CRIME_REF="31/00002/26", NOMINAL_REF="N2"))
    for one, verdict in ((row, "workable"), (row, ""), (good, "quarantine:invalid_phone")):
        with acting_as_system("tests"), pytest.raises(DatabaseError), transaction.atomic():
            FeedRow.objects.filter(id=one.id).update(verdict=verdict)
    do(cast, return_row, row, words="No number.")
    with acting_as(cast.actor("priya")):
        step = HeldStep.objects.get(row=row)
        assert HeldStep.objects.filter(id=step.id).update(words="Another.") == 0
        assert HeldStep.objects.filter(id=step.id).delete()[0] == 0


def test_every_reason_has_an_answer_that_ends_it():
    for reason in QUARANTINE_WORDS:
        assert any(reason in one.reasons and one.leads_to for one in ANSWERS.values()), reason


def test_a_child_in_danger_whose_time_is_over_is_told_once_and_on_the_pages(cast):
    [row, other] = held(cast, a_row(**CRUELTY), a_row(CRIME_REF="31/00002/26", **CRUELTY))
    told = {"to": "Children’s social care", "words": "By telephone."}
    do(cast, refer_row, other, **told)
    with acting_as_system("tests"):
        FeedRun.objects.update(taken_at=timezone.now() - timedelta(days=9))
        Message.objects.filter(subscriber=OVERDUE).update(available_at=timezone.now())
    run_due()
    run_due()
    with acting_as_system("tests"):
        [event] = Event.objects.filter(topic="feed.safeguarding_overdue")
        assert event.data == {"row": str(row.id), "run": str(row.run_id)}
    priya = cast.browser("priya")
    assert "1 row that names a child in danger is overdue" in words_of(priya.get("/feeds/"))
    assert "1 of them is overdue" in words_of(priya.get("/feeds/quarantine/"))


def test_the_workbench_says_by_reason_and_sender_what_is_held_and_for_how_long(cast):
    held(cast, a_row(**NO_WAY), a_row(CRIME_REF="31/00002/26", **NO_WAY))
    held(cast, a_row(CRIME_REF="31/00003/26", OFFENCE_CODE="?"))
    with acting_as_system("tests"):
        FeedRun.objects.filter(received=2).update(taken_at=timezone.now() - timedelta(days=9))
    summary = cast.browser("priya").get("/feeds/quarantine/").context["summary"]
    assert [(one.code, one.by_sender, one.for_long) for one in summary.reasons] == [
        ("invalid_phone", [("northshire-police", 2)], 2), ("unknown_offence", [("northshire-police", 1)], 0),
    ]  # fmt: skip


def test_what_is_held_is_counted_from_some_runs_and_those_that_hold_nothing_are_not_read(cast, monkeypatch):
    monkeypatch.setattr(feeds, "MOST_RUNS", 1)
    held(cast, a_row(**NO_WAY))
    held(cast, a_row(CRIME_REF="31/00002/26", NOMINAL_REF="N2"))
    browser = cast.browser("priya")
    assert browser.get("/feeds/quarantine/").context["held"][0]["count"] == 1
    assert "At least" not in words_of(browser.get("/feeds/quarantine/"))
    held(cast, a_row(CRIME_REF="31/00003/26", NOMINAL_REF="N3", **NO_WAY))
    assert "At least 1 row held" in words_of(browser.get("/feeds/quarantine/"))
